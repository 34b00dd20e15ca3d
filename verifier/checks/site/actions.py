"""Actions of check 3: plan and edit a visit, record checklist items."""

from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.site import queries
from verifier.checks.site.models import ChecklistAnswer, SiteVisit
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.site import ChecklistOutcome, VisitPlan, check_plan, refuse_outcome
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.findings.queries import by_subject
from verifier.rulepacks.load import load


def plan_visit(engagement: Engagement, plan: VisitPlan, *, actor: Actor, now: datetime) -> SiteVisit:
    """Plan a visit, with at least as many people of the body as the pack asks for."""
    advance(engagement, CaseAction.CHECK, now=now)
    check_plan(plan, load(engagement.pack_id).site_team_minimum)
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
    for name, value in _columns(plan).items():
        setattr(visit, name, value)
    db.session.flush()
    record(TrailAction.SITE_VISIT_EDITED, actor, Subject("visit", str(visit.id)), now=now, case=engagement.id, **_detail(plan))


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
    }


def _detail(plan: VisitPlan) -> dict[str, object]:
    return {
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "place": plan.place,
        "body": list(plan.body_people),
        "unit": list(plan.unit_people),
    }
