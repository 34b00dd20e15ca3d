"""Actions of check 3: plan and edit a visit, record checklist items."""

from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.site import queries
from verifier.checks.site.models import ChecklistAnswer, SiteVisit, VisitWaiver
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.site import ChecklistOutcome, VisitKind, VisitPlan, Waiver, check_kind, check_plan, check_waiver, refuse_outcome
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.findings.queries import by_subject
from verifier.rulepacks.load import load


def plan_visit(engagement: Engagement, plan: VisitPlan, *, actor: Actor, now: datetime) -> SiteVisit:
    """Plan a visit, with at least as many people of the body as the pack asks for."""
    advance(engagement, CaseAction.CHECK, now=now)
    check_plan(plan, load(engagement.pack_id).site_team_minimum)
    check_kind(plan, load(engagement.pack_id).site_visit)
    if any(
        (each.starts_on, each.ends_on, each.place) == (plan.starts_on, plan.ends_on, plan.place.strip())
        for each in queries.visits(engagement)
    ):
        raise Refusal("site.visit.twice")
    visit = SiteVisit(engagement_id=engagement.id, planned_by=actor.id, planned_at=now, **_columns(plan))
    db.session.add(visit)
    db.session.flush()
    record(TrailAction.SITE_VISIT_PLANNED, actor, Subject("visit", str(visit.id)), now=now, case=engagement.id, **_detail(plan))
    return visit


def edit_visit(engagement: Engagement, visit: SiteVisit, plan: VisitPlan, version: int | None, *, actor: Actor, now: datetime) -> None:
    """Edit a visit: dates, place and participants."""
    advance(engagement, CaseAction.CHECK, now=now)
    check_version(visit, version, lambda: Refusal("site.visit.stale", theirs=visit.place, yours=plan.place))
    check_plan(plan, load(engagement.pack_id).site_team_minimum)
    check_kind(plan, load(engagement.pack_id).site_visit)
    for name, value in _columns(plan).items():
        setattr(visit, name, value)
    db.session.flush()
    record(TrailAction.SITE_VISIT_EDITED, actor, Subject("visit", str(visit.id)), now=now, case=engagement.id, **_detail(plan))


def cancel_visit(engagement: Engagement, visit: SiteVisit, reason: str, *, actor: Actor, now: datetime) -> None:
    """Cancel a planned visit that did not take place, with the reason; one at which anything was recorded took place."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not reason.strip():
        raise Refusal("site.visit.cancel_reason")
    if queries.is_used(visit):
        raise Refusal("site.visit.used")
    visit.cancelled_by, visit.cancelled_at, visit.cancelled_reason = actor.id, now, reason.strip()
    visit.version += 1
    db.session.flush()
    record(
        TrailAction.SITE_VISIT_CANCELLED, actor, Subject("visit", str(visit.id)), now=now, case=engagement.id, reason=visit.cancelled_reason
    )


def waive(
    engagement: Engagement, waiver: Waiver, decision: tuple[str, bytes, str], *, in_store: bool = False, actor: Actor, now: datetime
) -> VisitWaiver:
    """Enter the authority's decision to waive the site visit, with its file (name, bytes, media type); one is in force at a time.

    `in_store`: the file was put into the store before the transaction.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    check_waiver(waiver, load(engagement.pack_id).site_visit, queries.today_of(engagement, now))
    if queries.waiver(engagement) is not None:
        raise Refusal("site.waiver.exists")
    filename, data, media_type = decision
    row = VisitWaiver(
        engagement_id=engagement.id,
        decided_on=waiver.decided_on,
        reference=waiver.reference.strip(),
        reason=waiver.reason.strip(),
        conditions=list(waiver.confirmed),
        sha256=evidence.keep(data, media_type, in_store=in_store, now=now).sha256,
        filename=filename,
        media_type=media_type,
        entered_by=actor.id,
        entered_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(
        TrailAction.SITE_VISIT_WAIVED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        decided_on=row.decided_on.isoformat(),
        reference=row.reference,
        reason=row.reason,
        conditions=row.conditions,
        file=row.sha256,
    )
    return row


def withdraw_waiver(engagement: Engagement, reason: str, *, actor: Actor, now: datetime) -> None:
    """Withdraw the waiver in force, with a reason: a visit is needed again."""
    advance(engagement, CaseAction.CHECK, now=now)
    row = queries.waiver(engagement)
    if row is None:
        raise Refusal("site.waiver.none")
    if not reason.strip():
        raise Refusal("site.waiver.withdraw_reason")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = actor.id, now, reason.strip()
    db.session.flush()
    record(
        TrailAction.SITE_WAIVER_WITHDRAWN,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        reference=row.reference,
        reason=row.withdrawn_reason,
    )


def answer_item(
    engagement: Engagement,
    item_code: str,
    outcome: ChecklistOutcome | None,
    note: str = "",
    version: int | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> ChecklistAnswer:
    """Say what was found of an item; without an outcome a note is kept and the item stays open. The same again changes nothing.

    `version` is the one the person saw, 0 where the item had no answer yet, None where nobody looked (the demo).
    """
    advance(engagement, CaseAction.CHECK, now=now)
    visit = queries.visit(engagement)
    load(engagement.pack_id).checklist_item(item_code)
    if visit is None:
        raise Refusal("site.item.no_visit")
    refuse_outcome(outcome, note, held_against=item_code in by_subject(engagement, queries.KIND, [item_code]))
    answer = queries.answers(engagement).get(item_code)
    if answer is not None and (answer.outcome, answer.note) == (outcome, note.strip()):
        return answer
    if answer is None:
        answer = ChecklistAnswer(engagement_id=engagement.id, item_code=item_code)
        db.session.add(answer)
    else:
        stored_outcome = answer.outcome or "—"
        stale = Refusal(
            "site.item.stale", outcome=stored_outcome, note=answer.note or "—", yours=outcome or "—", your_note=note.strip() or "—"
        )
        check_version(answer, version, lambda: stale)
    answer.visit_id, answer.outcome, answer.note = visit.id, outcome, note.strip()
    answer.answered_by, answer.answered_at = actor.id, now
    db.session.flush()
    record(
        TrailAction.SITE_ITEM_ANSWERED,
        actor,
        Subject(queries.KIND, item_code),
        now=now,
        case=engagement.id,
        outcome=str(outcome) if outcome else None,
        note=answer.note,
    )
    return answer


def _columns(plan: VisitPlan) -> dict[str, object]:
    return {
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "place": plan.place.strip(),
        "body_people": "\n".join(plan.body_people),
        "unit_people": "\n".join(plan.unit_people),
        "note": plan.note.strip(),
        "kind": plan.kind,
        "reason": plan.reason.strip() if plan.kind is VisitKind.REMOTE else "",
    }


def _detail(plan: VisitPlan) -> dict[str, object]:
    return {
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "place": plan.place,
        "body": list(plan.body_people),
        "unit": list(plan.unit_people),
        "kind": str(plan.kind),
        "reason": plan.reason.strip(),
    }
