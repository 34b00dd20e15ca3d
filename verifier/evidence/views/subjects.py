"""What a photo shows, changed on its page: a subject added, put in place of another, or removed."""

from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import photo_subjects
from verifier.evidence.forms import SubjectForm
from verifier.evidence.models import Photo
from verifier.evidence.views.blueprint import bp, photo_or_404, photographed, subject_in_words, subject_numbered
from verifier.evidence.views.photos import photo_page
from verifier.findings import queries as findings
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/subjects", methods=["POST"])
@permit(Permission.SITE_RECORD, on_report=False)
def add_subject(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """State one more subject, or one in place of another."""
    shown, form = photo_or_404(engagement, photo_id), SubjectForm()
    form.offer(photographed(engagement, shown), _shown(engagement, shown))
    if not form.validate_on_submit():
        return photo_page(engagement, shown, subject_form=form)
    subject = form.chosen() or subject_numbered(engagement, form.number.data or "")
    if subject is None:
        form.number.errors = [_("The report has no source and no facility of this number.")]
        return photo_page(engagement, shown, subject_form=form)
    old = next((each.subject for each in shown.shows if str(each.id) == form.instead_of.data), None)
    actor, now = current_actor(), utcnow()
    if old is None:
        photo_subjects.add_subject(shown, engagement.stage, subject, actor=actor, now=now)
        flash(_("The photo now shows this subject as well."), "success")
    else:
        sent = findings.is_evidence_sent(engagement, shown)
        photo_subjects.move(shown, engagement.stage, old, subject, is_evidence=sent, actor=actor, now=now)
        flash(_("The photo was moved to the other subject."), "success")
    return redirect(url_for(".photo", engagement_id=engagement.id, photo_id=shown.id), 303)


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/subjects/<uuid:shown_id>/remove", methods=["POST"])
@permit(Permission.SITE_RECORD, on_report=False)
def remove_subject(engagement: Engagement, photo_id: UUID, shown_id: UUID) -> ResponseReturnValue:
    """Remove one subject of the photo."""
    shown = photo_or_404(engagement, photo_id)
    subject: Subject | None = next((each.subject for each in shown.shows if each.id == shown_id), None)
    if subject is None:
        abort(404)
    sent = findings.is_evidence_sent(engagement, shown)
    photo_subjects.remove_subject(shown, engagement.stage, subject, is_evidence=sent, actor=current_actor(), now=utcnow())
    flash(_("The subject was removed from the photo."), "success")
    return redirect(url_for(".photo", engagement_id=engagement.id, photo_id=shown.id), 303)


def _shown(engagement: Engagement, shown: Photo) -> list[tuple[str, str]]:
    """The subjects of a photo: the id of each row, and the subject in words."""
    return [(str(each.id), subject_in_words(engagement, each.subject.kind, each.subject.id).title) for each in shown.shows]
