"""Pages of check 3, designed for a tablet: visit, checklist, one item per page."""

from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.checks.site import actions, queries
from verifier.checks.site.forms import ItemForm, VisitForm, WaiverForm
from verifier.checks.site.models import SiteVisit
from verifier.core.access import TEAM, Permission
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.rulepack.parts import ChecklistItem
from verifier.core.site import ChecklistOutcome, Gap, VisitKind, VisitState
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.actions import add_photos, prepare_photos, store_read
from verifier.evidence.files import ReadFile
from verifier.evidence.queries import store
from verifier.evidence.uploads import actions as uploads
from verifier.evidence.views import flash_added
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import download
from verifier.web.pages.filters import day, text_in
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import SubjectKind, row_in_case, rows_in_case
from verifier.web.transactions import prepared

bp = Blueprint("site", __name__)
LABELS = {
    ChecklistOutcome.IN_ORDER: _l("Conforming"),
    ChecklistOutcome.FINDING: _l("Finding"),
    ChecklistOutcome.NOT_APPLICABLE: _l("Not applicable"),
    Gap.NO_VISIT: _l("No visit has been planned"),
    Gap.NOT_OVER: _l("The last day of the visit has not passed"),
    Gap.TOO_FEW_PEOPLE: _l("Fewer verifiers than the rules require"),
    Gap.NOBODY_MET: _l("No unit representatives entered"),
    Gap.UNANSWERED: _l("No outcome"),
    Gap.NO_FINDING: _l("Marked as a finding, but no finding is in effect"),
    Gap.NO_PHOTO: _l("Checked, but no photo"),
    Gap.ANSWERED_OUTSIDE: _l("Recorded outside the visit days"),
    Gap.PHOTO_OUTSIDE: _l("Photo taken outside the visit days, by the camera clock"),
    Gap.CAMERA_CLOCK: _l("Camera clock is off: photo dated after it was uploaded"),
    Gap.PHOTO_OLD: _l("Photo taken long before it was uploaded, by the camera clock"),
    VisitKind.ON_SITE: _l("On site"),
    VisitKind.REMOTE: _l("Remote"),
    VisitState.TO_COME: _l("Planned"),
    VisitState.UNDER_WAY: _l("Under way"),
    VisitState.INCOMPLETE: _l("Participants missing"),
    VisitState.CARRIED_OUT: _l("Carried out"),
}
STATES = {
    (VisitState, "to_come"): "warn",
    (VisitState, "under_way"): "warn",
    (VisitState, "incomplete"): "bad",
    (VisitState, "carried_out"): "ok",
    (ChecklistOutcome, "in_order"): "ok",
    (ChecklistOutcome, "finding"): "bad",
    (ChecklistOutcome, "not_applicable"): "mute",
}


@bp.route("/cases/<uuid:engagement_id>/site")
@permit(Permission.WORK_READ)
def visit(engagement: Engagement) -> ResponseReturnValue:
    """The visit, the checklist by clause, and what is still missing before leaving."""
    pack = load(engagement.pack_id)
    return render_template(
        "checks/site/visit.html",
        engagement=engagement,
        pack=pack,
        visits=[(each, queries.state_of(engagement, each)) for each in queries.visits(engagement)],
        clauses=[(clause, list(lines)) for clause, lines in groupby(queries.lines(engagement), lambda line: line.item.clause)],
        progress=queries.progress(engagement),
        missing=queries.still_missing(engagement),
        can_record=_can_record(engagement),
        waiver=queries.waiver(engagement),
        rule=pack.site_visit,
        physical_due=queries.physical_due(engagement),
        looks={item.code: item.look for item in pack.checklist},
    )


@bp.route("/cases/<uuid:engagement_id>/visits/new", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False)
def plan(engagement: Engagement) -> ResponseReturnValue:
    """Plan a visit."""
    form = VisitForm(data={"body_people": []})
    form.offer(_team(engagement), load(engagement.pack_id).site_visit)
    if form.validate_on_submit():
        actions.plan_visit(engagement, form.plan(), actor=current_actor(), now=utcnow())
        flash(_("The visit is planned."), "success")
        return redirect(url_for(".visit", engagement_id=engagement.id), 303)
    return _visit_page(engagement, form, None)


@bp.route("/cases/<uuid:engagement_id>/visits/<uuid:visit_id>", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False)
def edit_visit(engagement: Engagement, visit_id: Any) -> ResponseReturnValue:
    """Put a visit's facts right."""
    visit = next((visit for visit in queries.visits(engagement) if visit.id == visit_id), None)
    if visit is None:
        abort(404)
    known = queries.plan_of(visit)
    form = VisitForm(
        data={
            "version": str(visit.version),
            "starts_on": known.starts_on,
            "ends_on": known.ends_on,
            "place": known.place,
            "body_people": list(known.body_people),
            "unit_people": visit.unit_people,
            "note": known.note,
            "kind": known.kind.value,
            "reason": known.reason,
        }
    )
    form.offer([*_team(engagement), *known.body_people], load(engagement.pack_id).site_visit)
    if form.validate_on_submit():
        actions.edit_visit(engagement, visit, form.plan(), form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("The visit was saved."), "success")
        return redirect(url_for(".visit", engagement_id=engagement.id), 303)
    return _visit_page(engagement, form, visit)


@bp.post("/cases/<uuid:engagement_id>/visits/<uuid:visit_id>/cancel")
@permit(Permission.SITE_RECORD, on_report=False)
def cancel_visit(engagement: Engagement, visit_id: Any) -> ResponseReturnValue:
    """Cancel a planned visit."""
    visit = next((visit for visit in queries.visits(engagement) if visit.id == visit_id), None) or abort(404)
    actions.cancel_visit(engagement, visit, request.form.get("reason", ""), actor=current_actor(), now=utcnow())
    flash(_("The visit was cancelled."), "success")
    return redirect(url_for(".visit", engagement_id=engagement.id), 303)


@bp.route("/cases/<uuid:engagement_id>/visits/waiver", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False, files=True)
def waive(engagement: Engagement) -> ResponseReturnValue:
    """Enter the authority's decision to waive the site visit."""
    rule = load(engagement.pack_id).site_visit
    if rule is None or not rule.waiver:
        raise Refusal("site.waiver.forbidden")
    form = WaiverForm()
    form.offer(rule)
    if form.validate_on_submit():
        data, read = prepared("file", lambda: _stored(form.file.data.filename or "", form.file.data.read()))
        file = (read.safe_name, data, read.media_type)
        actions.waive(engagement, form.waiver(), file, in_store=True, actor=current_actor(), now=utcnow())
        flash(_("The waiver was saved."), "success")
        return redirect(url_for(".visit", engagement_id=engagement.id), 303)
    return render_template("checks/site/waiver.html", engagement=engagement, form=form)


def _stored(filename: str, data: bytes) -> tuple[bytes, ReadFile]:
    """The bytes of a decision, which are put into the store, and what they are."""
    return data, store_read(filename, data)


@bp.post("/cases/<uuid:engagement_id>/visits/waiver/withdraw")
@permit(Permission.SITE_RECORD, on_report=False)
def withdraw_waiver(engagement: Engagement) -> ResponseReturnValue:
    """Withdraw the waiver: a visit is needed."""
    actions.withdraw_waiver(engagement, request.form.get("reason", ""), actor=current_actor(), now=utcnow())
    flash(_("The waiver was withdrawn."), "success")
    return redirect(url_for(".visit", engagement_id=engagement.id), 303)


@bp.get("/cases/<uuid:engagement_id>/visits/waiver/file")
@permit(Permission.WORK_READ)
def waiver_file(engagement: Engagement) -> ResponseReturnValue:
    """The authority's decision as it was handed in."""
    row = queries.waiver(engagement) or abort(404)
    return download(store().get(row.sha256), row.filename, row.media_type)


@bp.route("/cases/<uuid:engagement_id>/site/<item_code>")
@permit(Permission.WORK_READ)
def item(engagement: Engagement, item_code: str) -> ResponseReturnValue:
    """One item of the checklist."""
    return _item_page(engagement, item_code, None)


@bp.route("/cases/<uuid:engagement_id>/site/<item_code>/answer", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False, files=True)
def answer(engagement: Engagement, item_code: str) -> ResponseReturnValue:
    """Keep the outcome, the note and the photos of an item together, or none of them; on the way to a finding the outcome waits for it."""
    line, raising = _line(engagement, item_code), request.form.get("then") == "raise"
    form = ItemForm(data={"version": str(line.answer.version) if line.answer else "0"})
    form.offer()
    if form.validate_on_submit():
        sent, who, now = form.uploaded.data, this_user().id, utcnow()
        uploaded = uploads.complete(engagement.id, who, sent)
        photos = prepared("photos", lambda: prepare_photos(form.handed_in, uploaded))
        if photos.files:
            subject, actor = Subject(queries.KIND, item_code), current_actor()
            added = add_photos(engagement.id, engagement.stage, subject, photos.files, already=photos.read, actor=actor, now=now)
            flash_added(engagement, added)
            uploads.hand_over(engagement.id, who, sent)
        outcome = None if raising and not (line.findings and form.chosen() is ChecklistOutcome.FINDING) else form.chosen()
        if outcome or (form.note.data or "").strip() or not (photos.files or raising):
            actions.answer_item(engagement, item_code, outcome, form.note.data or "", form.seen_version, actor=current_actor(), now=now)
            flash(_("The item was saved."), "success")
        if raising:
            return redirect(_raise_url(engagement, item_code), 303)
        return redirect(url_for(".item", engagement_id=engagement.id, item_code=item_code), 303)
    return _item_page(engagement, item_code, form if form.is_submitted() else None)


def _raise_url(engagement: Engagement, item_code: str) -> str:
    return url_for("findings.raise_finding", engagement_id=engagement.id, check="site", subject_kind=queries.KIND, subject_id=item_code)


def _item_page(engagement: Engagement, item_code: str, form: ItemForm | None) -> str:
    line, lines = _line(engagement, item_code), queries.lines(engagement)
    at = [each.item.code for each in lines].index(item_code)
    answering = form
    if answering is None and _can_record(engagement) and queries.visit(engagement):
        outcome = line.answer.outcome if line.answer else None
        answering = ItemForm(
            formdata=None,
            data={
                "version": str(line.answer.version) if line.answer else "0",
                "note": line.answer.note if line.answer else "",
                "outcome": outcome or (ChecklistOutcome.FINDING.value if line.findings else ""),
            },
        )
        answering.offer()
    return render_template(
        "checks/site/item.html",
        engagement=engagement,
        line=line,
        outside=line.answer is not None and queries.answered_outside(engagement, line.answer),
        gaps={each.id: queries.gap_of(engagement, each) for each in line.photos},
        number=at + 1,
        total=len(lines),
        pack=load(engagement.pack_id),
        before=lines[at - 1].item if at else None,
        after=lines[at + 1].item if at + 1 < len(lines) else None,
        form=form,
        answering=answering,
        can_record=_can_record(engagement),
        planned=queries.visit(engagement) is not None,
    )


def _visit_page(engagement: Engagement, form: VisitForm, visit: SiteVisit | None) -> str:
    return render_template(
        "checks/site/plan.html",
        engagement=engagement,
        form=form,
        visit=visit,
        minimum=load(engagement.pack_id).site_team_minimum,
        stale=visit is not None and form.is_submitted() and form.seen_version != visit.version,
    )


def _line(engagement: Engagement, item_code: str) -> queries.ChecklistRow:
    line = next((line for line in queries.lines(engagement) if line.item.code == item_code), None)
    if line is None:
        abort(404)
    return line


def _team(engagement: Engagement) -> list[str]:
    return [member.user.name for member in engagement.members if member.effective_role in TEAM]


def _can_record(engagement: Engagement) -> bool:
    return may(Permission.SITE_RECORD) and possible(engagement.stage, CaseAction.CHECK)


def _find_item(engagement: Engagement, code: str) -> ChecklistItem | None:
    return next((item for item in load(engagement.pack_id).checklist if item.code == code), None)


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "checklist_item": SubjectKind[ChecklistItem](
        find=_find_item,
        title=lambda item: text_in(item.look),
        url=lambda engagement, item: url_for("site.item", engagement_id=engagement.id, item_code=item.code),
        photographed=lambda engagement: {item.code: item for item in queries.by_clause(load(engagement.pack_id))},
    ),
    "visit": SubjectKind[SiteVisit](
        find=row_in_case(SiteVisit),
        find_many=rows_in_case(SiteVisit),
        title=lambda visit: _("Visit of %(day)s", day=day(visit.starts_on)),
        url=lambda engagement, _visit: url_for("site.visit", engagement_id=engagement.id),
        photographed=lambda engagement: {str(visit.id): visit for visit in queries.visits(engagement)},
    ),
}
