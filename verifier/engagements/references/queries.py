"""Queries of what the report of a case is compared with: uploaded workbooks, entered plans, and the monitoring plan in force."""

from sqlalchemy import select

from verifier.core.monitoring_plan import MonitoringPlan, PlanEntry, of_entries, of_report, of_workbook
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.engagements.queries import signed_snapshot
from verifier.engagements.references.models import EnteredPlan, ReferenceKind, ReferenceWorkbook
from verifier.reports.queries import report_of
from verifier.reports.stored_content import from_json


@once_per_read
def workbooks(engagement: Engagement) -> list[ReferenceWorkbook]:
    """What was uploaded to compare with, newest first; older ones stay, for the record."""
    of = select(ReferenceWorkbook).where(ReferenceWorkbook.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(ReferenceWorkbook.added_at.desc(), ReferenceWorkbook.id.desc())))


@once_per_read
def entered_plans(engagement: Engagement) -> list[EnteredPlan]:
    """The plans entered from a document, newest first, withdrawn ones included."""
    of = select(EnteredPlan).where(EnteredPlan.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(EnteredPlan.entered_at.desc(), EnteredPlan.id.desc())))


def entered_plan(engagement: Engagement) -> EnteredPlan | None:
    """The entered plan that holds: the newest that was not withdrawn; in a sealed case, the one its conclusion rests on."""
    signed = signed_snapshot(engagement)
    if signed is not None:
        kept = signed.content["references"].get("entered_plan")
        return next((row for row in entered_plans(engagement) if str(row.id) == kept), None)
    return next((row for row in entered_plans(engagement) if row.withdrawn_at is None), None)


def plan_in_hand(engagement: Engagement) -> ReferenceWorkbook | EnteredPlan | None:
    """The plan that goes before the report's own `plan` sheet: of an uploaded workbook and an entered plan, the newer one.

    A case that was sealed before check 1 used uploaded plans shows what it was sealed with: the report's own.
    """
    entered, signed = entered_plan(engagement), signed_snapshot(engagement)
    kept = None if signed is None else signed.content["references"]
    if kept is not None and "entered_plan" not in kept:
        return None
    plans = [row for row in workbooks(engagement) if row.kind is ReferenceKind.PLAN and (kept is None or str(row.id) == kept["plan"])]
    if entered is None or (plans and plans[0].added_at > entered.entered_at):
        return plans[0] if plans else None
    return entered


def plan_key(plan: ReferenceWorkbook | EnteredPlan | None) -> str:
    """What names the content of a plan; empty where there is none."""
    return "" if plan is None else str(plan.id) if isinstance(plan, EnteredPlan) else plan.sha256


def content_of(plan: ReferenceWorkbook | EnteredPlan) -> MonitoringPlan | None:
    """What a plan says; None for a workbook that names no source."""
    if isinstance(plan, EnteredPlan):
        return of_entries(entries(plan))
    return of_workbook(from_json(plan.content))


def monitoring_plan(engagement: Engagement) -> MonitoringPlan | None:
    """The plan that the report is compared with, None where nobody handed one in."""
    plan = plan_in_hand(engagement)
    found = content_of(plan) if plan is not None else None
    return found or of_report(report_of(engagement.report_version))


def entries(plan: EnteredPlan) -> tuple[PlanEntry, ...]:
    """The sources of an entered plan, as values."""
    return tuple(PlanEntry(each["source"], each["planned"], each["reason"]) for each in plan.sources)
