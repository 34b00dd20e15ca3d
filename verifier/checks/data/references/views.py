"""Pages of references: last year's report, the monitoring plan, and the body's own tolerances."""

from functools import partial
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.references import actions, queries
from verifier.checks.data.references.forms import PreviousForm, ToleranceForm, WorkbookForm
from verifier.checks.data.references.wording import WHOSE, WHOSE_STATES, amount, tolerance_name
from verifier.core.access import Permission
from verifier.core.calculation.units import plain
from verifier.core.datachecks.tolerances import Measure
from verifier.core.lifecycle import CaseAction, after, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import ReferenceKind
from verifier.engagements.references.queries import workbooks
from verifier.evidence.actions import put_while
from verifier.evidence.queries import store
from verifier.reports.actions import MEDIA_TYPE
from verifier.reports.wording import problem_sentence
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import download
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor
from verifier.web.subjects import row_id
from verifier.web.transactions import prepared

bp = Blueprint("references", __name__)
LABELS = WHOSE
STATES = WHOSE_STATES

bp.add_url_rule(  # the address until 2026; saved links keep working
    "/cases/<uuid:engagement_id>/data/beside", "old_address", redirect_to="/cases/<engagement_id>/data/references", methods=["GET"]
)


@bp.app_template_global("plan_uploaded")
def plan_uploaded(engagement: Engagement) -> bool:
    """Whether a monitoring plan was uploaded as a reference."""
    return queries.references(engagement).plan is not None


@bp.get("/cases/<uuid:engagement_id>/data/references")
@permit(Permission.WORK_READ)
def overview(engagement: Engagement) -> ResponseReturnValue:
    """What the report is compared with."""
    return render_template(
        "checks/data/references/references.html",
        engagement=engagement,
        references=queries.references(engagement),
        workbooks=workbooks(engagement),
        can=may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK),
        last_year=engagement.unit_year.year.emission_year - 1,
        others=queries.other_previous(engagement),
        own=len(queries.own_tolerances(engagement)),
    )


@bp.route("/cases/<uuid:engagement_id>/data/references/choose", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=False)
def choose(engagement: Engagement) -> ResponseReturnValue:
    """Choose another version of last year's report."""
    form = PreviousForm()
    form.offer(queries.other_previous(engagement))
    if form.validate_on_submit():
        chosen = row_id(form.version.data or "") or abort(400)
        actions.choose_previous(engagement, chosen, form.reason.data or "", actor=current_actor(), now=utcnow())
        flash(_("The report is now used for comparison."), "success")
        return redirect(url_for(".overview", engagement_id=engagement.id), 303)
    return render_template(
        "checks/data/references/choose.html", engagement=engagement, form=form, last_year=engagement.unit_year.year.emission_year - 1
    )


@bp.route("/cases/<uuid:engagement_id>/data/references/<any(previous, plan):workbook_kind>", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=False, files=True)
def keep(engagement: Engagement, workbook_kind: str) -> ResponseReturnValue:
    """Upload last year's report or the monitoring plan."""
    form = WorkbookForm()
    if form.validate_on_submit():
        upload = form.workbook.data
        after(engagement.stage, CaseAction.CHECK)
        data, expected = upload.read(), actions.expected_of(engagement, ReferenceKind(workbook_kind))
        read = partial(actions.read, data, ReferenceKind(workbook_kind), expected)
        report = prepared("workbook", lambda: put_while(data, read))
        stored = actions.keep_workbook(
            engagement,
            ReferenceKind(workbook_kind),
            upload.filename or "workbook.xlsx",
            data,
            form.note.data or "",
            already=report,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("“%(file)s” is saved and used for comparison.", file=stored.filename), "success")
        return redirect(url_for(".overview", engagement_id=engagement.id), 303)
    problems = [(problem_sentence(problem), None) for problem in getattr(getattr(g, "refusal", None), "problems", ())]
    return render_template(
        "checks/data/references/keep.html",
        engagement=engagement,
        form=form,
        problems=problems,
        kind=workbook_kind,
        last_year=engagement.unit_year.year.emission_year - 1,
    )


@bp.get("/cases/<uuid:engagement_id>/data/references/workbooks/<uuid:workbook_id>")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement, workbook_id: UUID) -> ResponseReturnValue:
    """A workbook as it was uploaded, byte for byte."""
    row = next((each for each in workbooks(engagement) if each.id == workbook_id), None)
    if row is None:
        abort(404)
    data = store().get(row.sha256)
    record(
        TrailAction.DATA_REFERENCE_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        file=row.filename,
        sha256=row.sha256,
    )
    return download(data, row.filename, MEDIA_TYPE)


@bp.get("/cases/<uuid:engagement_id>/data/tolerances")
@permit(Permission.WORK_READ)
def tolerances(engagement: Engagement) -> ResponseReturnValue:
    """Every tolerance of the data checks: its value, whose it is, and the body's reason."""
    return render_template(
        "checks/data/references/tolerances.html",
        engagement=engagement,
        rows=queries.tolerances(engagement),
        own=queries.own_rows(engagement),
        can=may(Permission.TOLERANCE_SET) and possible(engagement.stage, CaseAction.CHECK),
        name=tolerance_name,
        amount=amount,
        pack=load(engagement.pack_id),
    )


@bp.route("/cases/<uuid:engagement_id>/data/tolerances/<tolerance_code>", methods=["GET", "POST"])
@permit(Permission.TOLERANCE_SET, on_report=False)
def tolerance(engagement: Engagement, tolerance_code: str) -> ResponseReturnValue:
    """Set one tolerance of the body's own, or take it back."""
    row = next((each for each in queries.tolerances(engagement) if each.code == tolerance_code), None)
    if row is None:
        abort(404)
    own = queries.own_rows(engagement).get(tolerance_code)
    shown = own.value if own is not None and own.value is not None else None
    typed = "" if shown is None else f"{plain(shown * 100)} %" if row.measure is Measure.SHARE else plain(shown)
    form = ToleranceForm(data={"version": str(own.version if own else 0), "value": typed, "reason": own.reason if own else ""})
    if form.validate_on_submit():
        seen_version = form.seen_version if own else None
        changed = actions.set_tolerance(
            engagement,
            tolerance_code,
            form.value.data or "",
            form.reason.data or "",
            seen_version=seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("The tolerance was saved.") if changed.value is not None else _("The tolerance was removed."), "success")
        return redirect(url_for(".tolerances", engagement_id=engagement.id), 303)
    return render_template(
        "checks/data/references/tolerance.html", engagement=engagement, form=form, row=row, own=own, name=tolerance_name, amount=amount
    )
