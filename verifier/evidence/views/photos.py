"""Pages of photos; the unit reaches only what a sent finding shows."""

from functools import cache, partial
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.site import OLD_PHOTO_DAYS
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import actions, queries
from verifier.evidence.forms import KINDS, CaptionForm, PhotoFilter, SubjectForm, UploadForm
from verifier.evidence.models import Photo
from verifier.evidence.uploads import actions as uploads
from verifier.evidence.views.blueprint import (
    bp,
    inside,
    photo_or_404,
    photographed,
    shown_by,
    subject_in_words,
    subjects_in_words,
    visible_ids,
)
from verifier.evidence.views.downloads import as_spreadsheet
from verifier.evidence.views.taking_dates import taking_note
from verifier.findings import queries as findings
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import Described, describe
from verifier.web.transactions import prepared


@bp.route("/cases/<uuid:engagement_id>/photos")
@permit(Permission.PHOTO_READ, keeps_record="export")
def photos(engagement: Engagement) -> ResponseReturnValue:
    """The photos the reader may see."""
    form = PhotoFilter(request.args)
    form.offer(queries.subject_kinds(engagement.id) if inside() else [])
    search, shows = (form.search.data or "").strip(), form.shows.data or ""
    found = queries.photos(engagement.id, search=search, subject_kind=shows, among=visible_ids(engagement))
    if wants_spreadsheet():
        rows = every_row(found)
        record(
            TrailAction.EVIDENCE_PHOTOS_DOWNLOADED,
            current_actor(),
            Subject("case", str(engagement.id)),
            now=utcnow(),
            case=engagement.id,
            effect=Effect.LOOK,
            rows=len(rows),
        )
        return as_spreadsheet(engagement, rows)
    page, once = paged(found, per_page=24), cache(partial(subject_in_words, engagement))
    about = {photo.id: shown_by(photo, once) if inside() else subjects_in_words(engagement, photo) for photo in page.items}
    return render_template(
        "evidence/photos.html",
        engagement=engagement,
        form=form,
        page=page,
        export_url=export_url(),
        can_add=can_add(engagement),
        about=about,
        kinds=KINDS,
        inside=inside(),
    )


@bp.route("/cases/<uuid:engagement_id>/photos/new", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False, files=True)
def upload(engagement: Engagement) -> ResponseReturnValue:
    """Add photos of the subject in the address; without one, of the case."""
    subject, described = _subject_asked(engagement)
    form = UploadForm()
    if form.validate_on_submit():
        sent, who, written = form.uploaded.data, this_user().id, form.caption.data or ""
        uploaded = uploads.complete(engagement.id, who, sent)
        photos = prepared("photos", lambda: actions.prepare_photos(form.handed_in, uploaded))
        added = actions.add_photos(
            engagement.id, engagement.stage, subject, photos.files, written, already=photos.read, actor=current_actor(), now=utcnow()
        )
        uploads.hand_over(engagement.id, who, sent)
        flash_added(engagement, added)
        return redirect(described.url or url_for(".photos", engagement_id=engagement.id), 303)
    return render_template("evidence/upload.html", engagement=engagement, form=form, about=described)


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>", methods=["GET"])
@permit(Permission.PHOTO_READ)
def photo(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """One photo: how it looks, what the camera wrote, its hash, and what shows it."""
    return photo_page(engagement, photo_or_404(engagement, photo_id))


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/caption", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False)
def caption(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """Edit the caption."""
    shown = photo_or_404(engagement, photo_id)
    form = CaptionForm(data={"caption": shown.caption, "version": str(shown.version)})
    if form.validate_on_submit():
        actions.caption_photo(shown, engagement.stage, form.caption.data or "", form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("The caption has been saved."), "success")
        return redirect(url_for(".photo", engagement_id=engagement.id, photo_id=shown.id), 303)
    return photo_page(engagement, shown, form)


def flash_added(engagement: Engagement, added: actions.AddedPhotos) -> None:
    """What was kept, and what the case already had."""
    if added.stored:
        flash(ngettext("%(num)s photo has been saved.", "%(num)s photos have been saved.", len(added.stored)), "success")
    for known in added.extended:
        flash(_("“%(file)s” is already in this case and now shows this subject as well.", file=known.filename), "success")
    for known in added.known:
        flash(
            _(
                "“%(file)s” is already in this case (%(subject)s) and was not saved again.",
                file=known.filename,
                subject=subjects_in_words(engagement, known).title,
            ),
            "warning",
        )


def photo_page(engagement: Engagement, shown: Photo, form: CaptionForm | None = None, subject_form: SubjectForm | None = None) -> str:
    """The page of a photo, with a form that was refused."""
    working, editing, adding = can_add(engagement), form, subject_form
    on, others, shows = findings.showing(engagement, shown, inside=inside()), [], []
    if inside():
        shows = [(each.id, each.subject, subject_in_words(engagement, each.subject.kind, each.subject.id)) for each in shown.shows]
    sent = findings.is_evidence_sent(engagement, shown)
    if working and editing is None:
        editing = CaptionForm(formdata=None, data={"caption": shown.caption, "version": str(shown.version)})
    if working and adding is None:
        adding = SubjectForm(formdata=None)
        adding.offer(photographed(engagement, shown), [(str(key), words.title) for key, _subject, words in shows])
    if may(Permission.FINDING_RAISE) and possible(engagement.stage, CaseAction.CHECK):
        others = [finding for finding in findings.open_findings(engagement) if finding not in on]
    return render_template(
        "evidence/photo.html",
        engagement=engagement,
        photo=shown,
        about=subjects_in_words(engagement, shown),
        shows=shows,
        form=form or subject_form,
        editing=editing,
        adding=adding,
        inside=inside(),
        evidence_sent=working and sent,
        can_move=working and not sent,
        can_remove=working and not sent and len(shows) > 1,
        old_photo_days=OLD_PHOTO_DAYS,
        note=taking_note(engagement, shown),
        on=on,
        others=others,
        place_of=_place,
        added_by=queries.names_of([shown.added_by]).get(shown.added_by, ""),
    )


def _place(latitude: float, longitude: float) -> str:
    """Where the camera says it was, as people write it, to about ten metres."""
    north = _("%(degrees)s° N", degrees=f"{latitude:.4f}") if latitude >= 0 else _("%(degrees)s° S", degrees=f"{-latitude:.4f}")
    east = _("%(degrees)s° E", degrees=f"{longitude:.4f}") if longitude >= 0 else _("%(degrees)s° W", degrees=f"{-longitude:.4f}")
    return north + _(", ") + east


def can_add(engagement: Engagement) -> bool:
    """Whether the reader may add photos, and change what they show."""
    return may(Permission.SITE_RECORD) and possible(engagement.stage, CaseAction.CHECK)


def _subject_asked(engagement: Engagement) -> tuple[Subject, Described]:
    """The subject in the address; one that the case does not have is not there."""
    kind = request.args.get("subject_kind", "")
    if not kind:
        return Subject("case", str(engagement.id)), Described(_("The case as a whole"), url_for(".photos", engagement_id=engagement.id))
    subject = Subject(kind, request.args.get("subject_id", ""))
    described = describe(engagement, subject)
    if described is None or described.url is None:
        abort(404)
    return subject, described
