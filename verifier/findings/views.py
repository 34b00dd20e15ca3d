"""Pages of findings: list, detail with correspondence, and the forms of both parties."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework import due_dates
from verifier.checks.data.estimates import queries as estimates
from verifier.checks.data.versions.queries import step_of
from verifier.checks.site import raised_findings
from verifier.core.access import Permission
from verifier.core.errors import Refusal
from verifier.core.findings import WITH_UNIT, Check, FindingAction, FindingState
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.actions import store_first
from verifier.evidence.queries import photo
from verifier.findings import actions, queries
from verifier.findings.forms import AnswerForm, FilterForm, FindingForm, JudgeForm
from verifier.findings.models import Finding
from verifier.reports.queries import versions
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor
from verifier.web.subjects import Described, SubjectKind, describe, row_in_case, row_number, rows_in_case
from verifier.web.transactions import prepared

bp = Blueprint("findings", __name__)
NAMED = 20
"""How many findings a question before they are sent calls by their numbers."""
LABELS = {Check.BOUNDARY: _l("Boundary"), Check.DATA: _l("Data"), Check.SITE: _l("Site")}


@bp.route("/cases/<uuid:engagement_id>/findings")
@permit(Permission.FINDING_READ, keeps_record="export")
def findings(engagement: Engagement) -> ResponseReturnValue:
    """The findings the reader may see; for the lead verifier, the button that sends every draft."""
    form, pack = FilterForm(request.args), load(engagement.pack_id)
    form.offer(pack, inside=_inside())
    found = queries.findings_of(engagement, inside=_inside(), **form.criteria())
    if wants_spreadsheet():
        rows = every_row(found)
        record(
            TrailAction.FINDING_FINDINGS_DOWNLOADED,
            current_actor(),
            Subject("case", str(engagement.id)),
            now=utcnow(),
            case=engagement.id,
            effect=Effect.LOOK,
            rows=len(rows),
        )
        return _as_spreadsheet(engagement, rows)
    can_send = may(Permission.FINDING_SEND) and possible(engagement.stage, CaseAction.SEND_FINDINGS)
    named, drafts = queries.draft_labels(engagement, NAMED) if can_send else ([], 0)
    named += [_("%(count)s more", count=drafts - NAMED)] if drafts > NAMED else []
    return render_template(
        "findings/findings.html",
        engagement=engagement,
        form=form,
        page=paged(found),
        pack=pack,
        inside=_inside(),
        drafts=drafts,
        named=named,
        export_url=export_url(),
        can_send=can_send,
        can_raise=may(Permission.FINDING_RAISE) and possible(engagement.stage, CaseAction.CHECK),
        answers_due=due_dates.answers_due(engagement),
        to_answer=len(queries.awaiting_answer(engagement)) if _may_answer(engagement) else 0,
    )


@bp.route("/cases/<uuid:engagement_id>/findings/send", methods=["POST"])
@permit(Permission.FINDING_SEND, on_report=True)
def send(engagement: Engagement) -> ResponseReturnValue:
    """Send every draft together."""
    sent = actions.send_all(engagement, actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s finding was sent to the unit.", "%(num)s findings were sent to the unit.", len(sent)), "success")
    return redirect(url_for(".findings", engagement_id=engagement.id), 303)


@bp.route("/cases/<uuid:engagement_id>/findings/new", methods=["GET", "POST"])
@permit(Permission.FINDING_RAISE, on_report=True)
def raise_finding(engagement: Engagement) -> ResponseReturnValue:
    """Raise a finding on the subject in the address; without one, on the report as a whole."""
    check, subject, described = _subject_asked(engagement)
    noted = raised_findings.note_of(engagement, subject)
    form, pack = FindingForm(clause=_likely_clause(engagement, subject), description=noted), load(engagement.pack_id)
    form.offer(pack)
    photos = raised_findings.photos_of_item(engagement, subject)
    form.offer_photos(photos)
    if form.validate_on_submit():
        draft = form.draft()
        actions.refuse_duplicate(engagement, subject, draft)
        finding = actions.raise_finding(
            engagement, subject, check, draft, subject_title=described.title, actor=current_actor(), now=utcnow()
        )
        raised_findings.take_over(engagement, finding, form.chosen_photos, actor=current_actor(), now=utcnow())
        flash(
            _("%(number)s is saved as a draft. It becomes visible to the unit when the findings are sent.", number=finding.label), "success"
        )
        if check is Check.SITE and described.url:
            return redirect(described.url, 303)
        return redirect(_url(finding), 303)
    return render_template(
        "findings/form.html", engagement=engagement, form=form, pack=pack, finding=None, about=described, check=check, photos=photos
    )


@bp.route("/cases/<uuid:engagement_id>/findings/<int:number>")
@permit(Permission.FINDING_READ)
def finding(engagement: Engagement, number: int) -> ResponseReturnValue:
    """One finding: what it says, what it shows, what was said of it, and what the reader may do."""
    return _page(engagement, _found(engagement, number))


@bp.route("/cases/<uuid:engagement_id>/findings/<int:number>/edit", methods=["GET", "POST"])
@permit(Permission.FINDING_RAISE, on_report=True)
def edit(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Change a draft."""
    finding, pack = _found(engagement, number), load(engagement.pack_id)
    form = FindingForm(data=FindingForm.filled_from(finding))
    form.offer(pack)
    form.offer_photos(())
    if form.validate_on_submit():
        actions.edit_draft(finding, form.draft(), form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("%(number)s was saved.", number=finding.label), "success")
        return redirect(_url(finding), 303)
    if finding.state is not FindingState.DRAFT:
        return redirect(_url(finding), 303)
    stale = form.is_submitted() and form.seen_version != finding.version
    return render_template(
        "findings/form.html",
        engagement=engagement,
        form=form,
        pack=pack,
        finding=finding,
        stale=stale,
        about=_about(engagement, finding),
        check=finding.arose_in,
    )


@bp.route("/cases/<uuid:engagement_id>/findings/<int:number>/answer", methods=["GET", "POST"])
@permit(Permission.FINDING_ANSWER, on_report=False, files=True)
def answer(engagement: Engagement, number: int) -> ResponseReturnValue:
    """The unit answers."""
    finding = _found(engagement, number)
    form = AnswerForm()
    form.offer(queries.correcting(finding))
    if form.validate_on_submit():
        version = form.version(versions(engagement.unit_year))
        files = prepared("files", lambda: store_first(form.handed_in()))
        actions.answer(finding, form.text.data or "", files, version, in_store=True, actor=current_actor(), now=utcnow())
        left = len(queries.awaiting_answer(engagement))
        if left:
            flash(
                ngettext(
                    "Response submitted. %(num)s finding still requires a response.",
                    "Response submitted. %(num)s findings still require a response.",
                    left,
                ),
                "success",
            )
        else:
            flash(_("Response submitted. All findings have been answered and are with the verification body."), "success")
        return redirect(_url(finding), 303)
    return _page(engagement, finding, answering=form)


@bp.route("/cases/<uuid:engagement_id>/findings/<int:number>/judge", methods=["GET", "POST"])
@permit(Permission.FINDING_JUDGE, on_report=True)
def judge(engagement: Engagement, number: int) -> ResponseReturnValue:
    """A verifier accepts, returns, resolves or withdraws a finding."""
    finding = _found(engagement, number)
    form = JudgeForm()
    form.offer(queries.actions_open(finding) - {FindingAction.SEND, FindingAction.ANSWER}, finding.state)
    if form.validate_on_submit():
        text, action = form.text.data or "", form.chosen()
        match action:
            case FindingAction.RETURN:
                actions.return_(finding, text, actor=current_actor(), now=utcnow())
            case FindingAction.WITHDRAW:
                actions.withdraw(finding, text, actor=current_actor(), now=utcnow())
            case None:
                abort(400)
            case FindingAction.ESTIMATE if estimates.needs_one(engagement, finding):
                flash(
                    _(
                        "%(number)s will be resolved by its conservative estimate. Calculate and confirm the estimate here.",
                        number=finding.label,
                    ),
                    "info",
                )
                return redirect(url_for("estimates.estimate", engagement_id=engagement.id, source_key=finding.subject_id or "~"), 303)
            case _:
                actions.resolve(finding, action, text, actor=current_actor(), now=utcnow())
        flash(_("%(number)s: %(state)s.", number=finding.label, state=label(finding.state)), "success")
        return redirect(_url(finding), 303)
    return _page(engagement, finding, judging=form)


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/finding", methods=["POST"])
@permit(Permission.FINDING_RAISE, on_report=False)
def put_photo(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """Put the photo to the finding chosen on the photo's page."""
    shown = photo(engagement.id, photo_id)
    if shown is None:
        abort(404)
    number = request.form.get("number", "")
    if not number:
        raise Refusal("finding.photo.no_finding")
    finding = _found(engagement, row_number(number) or 0)
    actions.put_photo(finding, shown, actor=current_actor(), now=utcnow())
    flash(_("The photo was added to %(number)s.", number=finding.label), "success")
    return redirect(_url(finding), 303)


def _page(engagement: Engagement, finding: Finding, answering: AnswerForm | None = None, judging: JudgeForm | None = None) -> str:
    pack, possible_actions, sent = load(engagement.pack_id), queries.actions_open(finding), answering or judging
    if answering is None and FindingAction.ANSWER in possible_actions and _may_answer(engagement):
        answering = AnswerForm(formdata=None)
        answering.offer(queries.correcting(finding))
    if judging is None and may(Permission.FINDING_JUDGE) and possible(engagement.stage, CaseAction.CHECK):
        judging = JudgeForm(formdata=None)
        judging.offer(possible_actions - {FindingAction.SEND, FindingAction.ANSWER}, finding.state)
    numbers = {version.id: version.number for version in versions(engagement.unit_year)}
    return render_template(
        "findings/finding.html",
        engagement=engagement,
        finding=finding,
        pack=pack,
        inside=_inside(),
        about=_about(engagement, finding),
        of_class=queries.class_of(finding),
        photos=queries.photos_of(finding),
        files=queries.files_of(engagement, finding.exchanges),
        versions=numbers,
        answering=answering,
        judging=judging if judging and judging.decision.choices else None,
        form=sent,
        answers_due=due_dates.answers_due(engagement),
        with_unit=finding.state in WITH_UNIT,
        open=possible(engagement.stage, CaseAction.CHECK),
        compared=step_of(engagement, finding) if _inside() else None,
    )


def _as_spreadsheet(engagement: Engagement, rows: list[Finding]) -> Any:
    """The same columns for everyone but the team's notes, which only the verification's own people take away."""
    pack, inside = load(engagement.pack_id), _inside()
    headers = [
        _("Number"),
        _("Title"),
        _("Class"),
        _("Clause"),
        _("Check"),
        _("Subject"),
        _("Description of the finding"),
        _("Effect on the reported total, tCO₂"),
        _("State"),
        _("Sent"),
        *([_("Note for the team")] if inside else []),
    ]
    body = [
        [
            each.label,
            each.title,
            text_in(pack.finding_class(each.class_code).name),
            each.clause,
            label(each.arose_in),
            each.subject_title,
            each.description,
            each.effect,
            label(each.state),
            each.sent_at,
            *([each.internal_note] if inside else []),
        ]
        for each in rows
    ]
    return spreadsheet(f"{_('Findings')} {engagement.number}", headers, body)


def _inside() -> bool:
    """Whether the reader may see working papers: drafts and notes are some."""
    return may(Permission.WORK_READ)


def _may_answer(engagement: Engagement) -> bool:
    return may(Permission.FINDING_ANSWER) and possible(engagement.stage, CaseAction.ANSWER)


def _found(engagement: Engagement, number: int) -> Finding:
    found = queries.numbered(engagement, number, inside=_inside())
    if found is None:
        abort(404)
    return found


def _subject_asked(engagement: Engagement) -> tuple[Check, Subject, Described]:
    """The check and the subject in the address; one that the case does not have is not there."""
    check, kind = request.args.get("check", Check.DATA.value), request.args.get("subject_kind", "")
    if check not in {each.value for each in Check}:
        abort(404)
    if not kind:
        return Check(check), Subject("case", str(engagement.id)), Described(_("The report as a whole"))
    subject = Subject(kind, request.args.get("subject_id", ""))
    described = describe(engagement, subject)
    if described is None or described.url is None:
        abort(404)
    return Check(check), subject, described


def _about(engagement: Engagement, finding: Finding) -> Described:
    """What the finding is about, linked for those who may see the working papers."""
    if finding.subject_kind == "case":
        return Described(_("The report as a whole"))
    described = describe(engagement, finding.subject) if _inside() else None
    return described if described is not None and described.url else Described(finding.subject_title)


def _likely_clause(engagement: Engagement, subject: Subject) -> str | None:
    """A checklist item's own clause, to start with."""
    pack = load(engagement.pack_id)
    return next((item.clause for item in pack.checklist if subject.kind == "checklist_item" and item.code == subject.id), None)


def _url(finding: Finding) -> str:
    return url_for("findings.finding", engagement_id=finding.engagement_id, number=finding.number)


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "finding": SubjectKind[Finding](
        find=row_in_case(Finding),
        find_many=rows_in_case(Finding),
        title=lambda found: f"{found.label} {found.title}",
        url=lambda _engagement, found: _url(found),
    )
}
