"""Actions on numbers: decide one (agreed, differs, not confirmed), or agree many at once."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.models import NumberDecision
from verifier.checks.data.numbers import queries
from verifier.checks.data.numbers.queries import NumberRow
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.outcomes.number_outcomes import NumberReview, verified_value
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load

AT_ONCE = 1_000
"""Most numbers that may be agreed at once: nobody has checked more than that in one go."""


def decide(
    engagement: Engagement, number_key: str, review: NumberReview, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> NumberDecision:
    """Decide one number: agreed, different value with its source and basis, or not confirmed."""
    advance(engagement, CaseAction.CHECK, now=now)
    line = queries.line(engagement, number_key)
    if line is None:
        raise NotYours
    value = verified_value(number_key, line.number.value, review, methods(engagement))
    row = _write(engagement, line, review, value, seen_version, actor=actor, now=now)
    db.session.flush()
    record(
        TrailAction.DATA_NUMBER_DECIDED,
        actor,
        Subject("number", number_key),
        now=now,
        case=engagement.id,
        outcome=review.outcome,
        written=line.number.written,
        unit=line.number.unit,
        verified=_text(value),
        said_by=row.said_by,
        how=row.how,
        method=row.method,
        no_finding=row.no_finding_reason or None,
    )
    return row


def agree_many(engagement: Engagement, keys: Sequence[str], method: str, *, actor: Actor, now: datetime) -> int:
    """Agree to many numbers tested in one way, all or none: only open ones that can be read and at which nothing is flagged."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not keys:
        raise Refusal("data.number.none")
    if len(set(keys)) > AT_ONCE:
        raise Refusal("data.number.too_many", count=len(set(keys)), most=AT_ONCE)
    chosen = queries.with_keys(engagement, list(dict.fromkeys(keys)))
    if len(chosen) != len(set(keys)):
        raise Refusal("data.number.changed", count=len(chosen))
    not_agreeable = [each.number.number_key for each in chosen if not each.agreeable]
    if not_agreeable:
        raise Refusal("data.number.unfit", count=len(not_agreeable), keys=tuple(not_agreeable[:5]))
    review = NumberReview(SourceOutcome.AGREED, method=method)
    for each in chosen:
        value = verified_value(each.number.number_key, each.number.value, review, methods(engagement))
        _write(engagement, each, review, value, None, actor=actor, now=now)
    db.session.flush()
    record(
        TrailAction.DATA_NUMBERS_AGREED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        method=method,
        count=len(chosen),
        numbers=[each.number.number_key for each in chosen],
    )
    return len(chosen)


def methods(engagement: Engagement) -> tuple[str, ...]:
    """The codes of the evidence-gathering activities that the case's rules name."""
    return tuple(each.code for each in load(engagement.pack_id).evidence_activities)


def _write(
    engagement: Engagement,
    line: NumberRow,
    review: NumberReview,
    value: Decimal | None,
    seen_version: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> NumberDecision:
    row, number = line.outcome, line.number
    if row is None:
        if seen_version not in (None, 0):
            raise Refusal("data.number.changed", count=0)
        row = NumberDecision(engagement_id=engagement.id, number_key=number.number_key, source_key=number.source_key)
        db.session.add(row)
    else:
        stale = Refusal(
            "data.number.stale",
            who=row.decider.name,
            theirs=OutcomeStatus(row.outcome),
            their_value=_text(row.verified) or "–",
            their_how=row.how or "–",
            yours=OutcomeStatus(review.outcome),
            your_value=_text(value) or "–",
            your_how=review.how.strip() or "–",
        )
        check_version(row, seen_version, lambda: stale)
    differs = review.outcome is SourceOutcome.DIFFERS
    row.outcome, row.verified, row.written, row.unit = review.outcome, value, number.written, number.unit
    row.said_by, row.how, row.method = review.said_by.strip() if differs else "", review.how.strip(), review.method
    row.no_finding_reason = review.no_finding.strip() if differs else ""
    row.fingerprint, row.decided_by, row.decided_at = number.fingerprint, actor.id, now
    return row


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
