"""Pages of entered monitoring plans: the plan that check 1 compares with, entry from a document, withdrawal, the document."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.boundary import queries as boundary
from verifier.checks.boundary.plans import actions
from verifier.checks.boundary.plans.actions import PlanDocument
from verifier.checks.boundary.plans.forms import EnteredPlanForm, WithdrawPlanForm
from verifier.core.access import Permission
from verifier.core.boundary import Kind
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references import queries
from verifier.engagements.references.models import EnteredPlan
from verifier.evidence.actions import store_first
from verifier.evidence.files import read_attachment
from verifier.evidence.queries import store
from verifier.web.downloads.spreadsheet import download
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor
from verifier.web.subjects import SubjectKind
from verifier.web.transactions import prepared

bp = Blueprint("entered_plans", __name__)

SUBJECTS: dict[str, SubjectKind[Any]] = {
    "entered_plan": SubjectKind[EnteredPlan](
        find=lambda engagement, key: next((row for row in queries.entered_plans(engagement) if str(row.id) == key), None),
        find_many=lambda engagement, _keys: {str(row.id): row for row in queries.entered_plans(engagement)},
        title=lambda row: row.document,
        url=lambda engagement, _row: url_for("entered_plans.overview", engagement_id=engagement.id),
    )
}


@bp.app_template_global("entered_plan")
def entered_plan(engagement: Engagement) -> EnteredPlan | None:
    """The entered plan, where it is the one compared with."""
    plan = queries.plan_in_hand(engagement)
    return plan if isinstance(plan, EnteredPlan) else None


@bp.get("/cases/<uuid:engagement_id>/boundary/plan")
@permit(Permission.WORK_READ)
def overview(engagement: Engagement) -> ResponseReturnValue:
    """The monitoring plan that the report is compared with, and the entries there were."""
    in_hand = queries.plan_in_hand(engagement)
    return render_template(
        "checks/boundary/plan.html",
        engagement=engagement,
        plan=queries.monitoring_plan(engagement),
        in_hand=in_hand,
        rows=queries.entered_plans(engagement),
        entries=queries.entries(in_hand) if isinstance(in_hand, EnteredPlan) else (),
        names={each.row.key: each.row.name for each in boundary.judged(engagement, Kind.SOURCE)},
        can=may(Permission.BOUNDARY_DECIDE) and possible(engagement.stage, CaseAction.CHECK),
        form=WithdrawPlanForm(formdata=None),
    )


@bp.route("/cases/<uuid:engagement_id>/boundary/plan/new", methods=["GET", "POST"])
@permit(Permission.BOUNDARY_DECIDE, on_report=True, files=True)
def enter(engagement: Engagement) -> ResponseReturnValue:
    """Enter the sources of a plan that the body was given as a document."""
    form, ticked = EnteredPlanForm(), request.form.getlist("named")
    if form.validate_on_submit():
        assert form.dated_on.date is not None
        ((name, data),) = prepared("file", lambda: store_first([(form.file.data.filename or "", form.file.data.read())]))
        read = read_attachment(data, name)
        given = PlanDocument(form.document.data or "", form.dated_on.date, form.reference.data or "", read.safe_name, data, read.media_type)
        planned = "\n".join([*ticked, form.planned.data or ""])
        actions.enter_plan(engagement, given, planned, form.absent.data or "", in_store=True, actor=current_actor(), now=utcnow())
        flash(_("The plan is entered. Sources whose comparison changed are to be decided again."), "success")
        return redirect(url_for(".overview", engagement_id=engagement.id), 303)
    sources = [each.row for each in boundary.judged(engagement, Kind.SOURCE) if each.row.source]
    return render_template("checks/boundary/enter_plan.html", engagement=engagement, form=form, sources=sources, ticked=ticked)


@bp.post("/cases/<uuid:engagement_id>/boundary/plan/<uuid:plan_id>/withdraw")
@permit(Permission.BOUNDARY_DECIDE, on_report=False)
def withdraw(engagement: Engagement, plan_id: UUID) -> ResponseReturnValue:
    """Withdraw an entered plan."""
    actions.withdraw_plan(engagement, _plan(engagement, plan_id), WithdrawPlanForm().reason.data or "", actor=current_actor(), now=utcnow())
    flash(_("The entry is withdrawn."), "success")
    return redirect(url_for(".overview", engagement_id=engagement.id), 303)


@bp.get("/cases/<uuid:engagement_id>/boundary/plan/<uuid:plan_id>/document")
@permit(Permission.WORK_READ, keeps_record=True)
def document(engagement: Engagement, plan_id: UUID) -> ResponseReturnValue:
    """The plan's document as it was uploaded, byte for byte."""
    row = _plan(engagement, plan_id)
    data = store().get(row.sha256)
    record(
        TrailAction.BOUNDARY_PLAN_DOWNLOADED,
        current_actor(),
        Subject("entered_plan", str(row.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        file=row.filename,
        sha256=row.sha256,
    )
    return download(data, row.filename, row.media_type)


def _plan(engagement: Engagement, plan_id: UUID) -> EnteredPlan:
    return next((row for row in queries.entered_plans(engagement) if row.id == plan_id), None) or abort(404)
