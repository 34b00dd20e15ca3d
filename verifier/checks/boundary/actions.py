"""Actions of check 1: decisions on reported items, and recording of omissions."""

from collections.abc import Sequence
from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.boundary import queries
from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.core.actor import Actor
from verifier.core.boundary import BoundaryOutcome, BoundaryRow, BoundaryStatus, Kind, check_decision, next_number
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.report.rows import CATEGORIES
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement


def decide(
    engagement: Engagement,
    kind: Kind,
    key: str,
    outcome: BoundaryOutcome,
    note: str = "",
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> BoundaryDecision:
    """Confirm or exclude one facility or source; refuses a stale form with both values."""
    advance(engagement, CaseAction.CHECK, now=now)
    judged = queries.judged_one(engagement, kind, key)
    if judged is None:
        raise NotYours
    check_decision(judged.row, outcome, note)
    decision = _write(engagement, judged.row, judged.decision, outcome, note, seen_version, actor=actor, now=now)
    db.session.flush()
    record(
        TrailAction(f"boundary:{kind}:decided"), actor, Subject(kind, key), now=now, case=engagement.id, outcome=outcome, note=note.strip()
    )
    return decision


def decide_many(
    engagement: Engagement, kind: Kind, keys: Sequence[str], note: str = "", *, expected: int | None = None, actor: Actor, now: datetime
) -> int:
    """Confirm many at once, all or none: only rows that are open and where nothing stands out; `expected` is how many were announced."""
    advance(engagement, CaseAction.CHECK, now=now)
    rows = {each.row.key: each for each in queries.judged(engagement, kind)}
    chosen = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    if not keys:
        raise Refusal("boundary.many.none")
    if len(chosen) != len(set(keys)) or (expected is not None and expected != len(chosen)):
        raise Refusal("boundary.many.changed", count=len(chosen))
    not_confirmable = [each.row.key for each in chosen if not each.confirmable]
    if not_confirmable:
        raise Refusal("boundary.many.unfit", count=len(not_confirmable), keys=tuple(not_confirmable[:10]))
    for each in chosen:
        _write(engagement, each.row, each.decision, BoundaryOutcome.CONFIRMED, note, None, actor=actor, now=now)
    db.session.flush()
    record(
        TrailAction.BOUNDARY_MANY_DECIDED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        kind=kind,
        outcome=BoundaryOutcome.CONFIRMED,
        note=note.strip(),
        keys=[each.row.key for each in chosen],
    )
    return len(chosen)


def add_missing(
    engagement: Engagement, kind: Kind, name: str, category: str | None, place: str, note: str = "", *, actor: Actor, now: datetime
) -> MissingSource:
    """Add a facility or source that the report does not name; a source has a category, a facility has none."""
    advance(engagement, CaseAction.CHECK, now=now)
    if kind is Kind.SOURCE and category not in CATEGORIES:
        raise Refusal("boundary.missing.category")
    known = queries.missing(engagement, withdrawn=True)
    same = (kind, name.strip(), place.strip())
    twin = next((row for row in known if row.withdrawn_at is None and (row.kind, row.name, row.place) == same), None)
    if twin is not None:
        raise Refusal("boundary.missing.twice", key=twin.key)
    row = MissingSource(
        engagement_id=engagement.id,
        key=next_number(row.key for row in known),
        kind=kind,
        name=name.strip(),
        category=category if kind is Kind.SOURCE else None,
        place=place.strip(),
        note=note.strip(),
        added_by=actor.id,
        added_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(
        TrailAction.BOUNDARY_MISSING_SOURCE_ADDED,
        actor,
        Subject("missing_source", row.key),
        now=now,
        case=engagement.id,
        kind=kind,
        name=row.name,
        category=row.category,
        place=row.place,
    )
    return row


def withdraw_missing(engagement: Engagement, key: str, *, seen_version: int | None = None, actor: Actor, now: datetime) -> None:
    """Withdraw an omission recorded by mistake; findings raised on it must be withdrawn first."""
    advance(engagement, CaseAction.CHECK, now=now)
    row = queries.missing_keyed(engagement, key)
    if row is None:
        raise NotYours
    if row.withdrawn_at is not None:
        raise Refusal("boundary.missing.withdrawn", key=key)
    raised = queries.findings_on_missing(engagement, key)
    if raised:
        raise Refusal("boundary.missing.has_finding", key=key, findings=tuple(finding.label for finding in raised))
    check_version(row, seen_version, lambda: Refusal("boundary.missing.stale", key=key))
    row.withdrawn_at = now
    db.session.flush()
    record(TrailAction.BOUNDARY_MISSING_SOURCE_WITHDRAWN, actor, Subject("missing_source", key), now=now, case=engagement.id)


def _write(
    engagement: Engagement,
    row: BoundaryRow,
    decision: BoundaryDecision | None,
    outcome: BoundaryOutcome,
    note: str,
    seen_version: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> BoundaryDecision:
    if decision is None:
        if seen_version not in (None, 0):
            raise Refusal("boundary.many.changed", count=0)
        decision = BoundaryDecision(engagement_id=engagement.id, kind=row.kind, key=row.key)
        db.session.add(decision)
    else:
        stale = Refusal(
            "boundary.decision.stale",
            who=decision.decider.name,
            theirs=BoundaryStatus(decision.outcome),
            their_note=decision.note or "–",
            yours=BoundaryStatus(outcome),
            your_note=note.strip() or "–",
        )
        check_version(decision, seen_version, lambda: stale)
    decision.outcome, decision.note, decision.fingerprint = outcome, note.strip(), row.fingerprint
    decision.decided_by, decision.decided_at = actor.id, now
    return decision
