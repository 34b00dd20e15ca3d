"""Actions on entered monitoring plans: enter the sources of a document, withdraw an entry."""

from dataclasses import dataclass
from datetime import date, datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.clocks import day_in
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.monitoring_plan import check_document, read_entries
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.engagements.references import queries
from verifier.engagements.references.models import EnteredPlan
from verifier.evidence import actions as evidence
from verifier.jobs.actions import enqueue
from verifier.reports.derived_values import KIND
from verifier.reports.queries import report_of


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """The document as it was given: title, date and number of its approval or filing, and its file."""

    document: str
    dated_on: date
    reference: str
    filename: str
    data: bytes
    media_type: str


def enter_plan(
    engagement: Engagement, given: PlanDocument, planned: str, absent: str, *, in_store: bool = False, actor: Actor, now: datetime
) -> EnteredPlan:
    """Enter the sources of a plan with its document as evidence; the newest entry that was not withdrawn holds.

    `planned` and `absent` are typed one source a line, the latter with a reason. `in_store`: the file is in the store already.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    check_document(given.dated_on, given.document, given.reference, day_in(engagement.unit_year.year.time_zone, now))
    reported = {row.source_id for row in report_of(engagement.report_version).sources}
    row = EnteredPlan(
        engagement_id=engagement.id,
        document=given.document.strip(),
        dated_on=given.dated_on,
        reference=given.reference.strip(),
        sources=[
            {"source": each.source_id, "planned": each.planned, "reason": each.reason} for each in read_entries(planned, absent, reported)
        ],
        sha256=evidence.keep(given.data, given.media_type, in_store=in_store, now=now).sha256,
        filename=given.filename,
        media_type=given.media_type,
        entered_by=actor.id,
        entered_at=now,
    )
    db.session.add(row)
    db.session.flush()
    enqueue(KIND, now=now, case=str(engagement.id))
    record(
        TrailAction.BOUNDARY_PLAN_ENTERED,
        actor,
        Subject("entered_plan", str(row.id)),
        now=now,
        case=engagement.id,
        document=row.document,
        dated_on=row.dated_on.isoformat(),
        reference=row.reference,
        file=row.filename,
        sha256=row.sha256,
        planned=[each["source"] for each in row.sources if each["planned"]],
        absent=[f"{each['source']}: {each['reason']}" for each in row.sources if not each["planned"]],
    )
    return row


def withdraw_plan(engagement: Engagement, plan: EnteredPlan, reason: str, *, actor: Actor, now: datetime) -> None:
    """Withdraw an entered plan, with the reason; the one before it holds again, if there is one."""
    advance(engagement, CaseAction.CHECK, now=now)
    if plan not in queries.entered_plans(engagement):
        raise NotYours
    if plan.withdrawn_at is not None:
        raise Refusal("boundary.plan.withdrawn")
    if not reason.strip():
        raise Refusal("boundary.plan.withdraw_reason")
    plan.withdrawn_by, plan.withdrawn_at, plan.withdrawn_reason = actor.id, now, reason.strip()
    db.session.flush()
    enqueue(KIND, now=now, case=str(engagement.id))
    record(
        TrailAction.BOUNDARY_PLAN_WITHDRAWN,
        actor,
        Subject("entered_plan", str(plan.id)),
        now=now,
        case=engagement.id,
        document=plan.document,
        reason=plan.withdrawn_reason,
    )
