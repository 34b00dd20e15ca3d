"""Actions of check 2: decisions on each source's tonnes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data import queries
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.queries import SourceReview
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome, verified_tonnes
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load


def decide(
    engagement: Engagement,
    source_key: str,
    outcome: SourceOutcome,
    verified: Decimal | None = None,
    note: str = "",
    *,
    no_finding: str = "",
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> SourceDecision:
    """Decide one source: agreed, different figure with reason, or not confirmed; refuses a stale form with both values.

    `no_finding` says why a difference needs no finding; without one and without a finding no conclusion is drawn.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    review = queries.source_review(engagement, source_key)
    if review is None:
        raise NotYours
    category = load(engagement.pack_id).category(review.source.category)
    sign, wrong = category.sign if category else 1, review.wrong_since is not None
    if outcome is SourceOutcome.AGREED and review.uncorrected is not None:
        raise Refusal("data.agreed.uncorrected", finding=review.uncorrected.label, effect=plain(review.uncorrected.effect or Decimal()))
    tonnes = verified_tonnes(review.result, outcome, verified, note, sign=sign, sampled_wrong=wrong)
    row = _write(engagement, review, outcome, tonnes, note, seen_version, actor=actor, now=now)
    row.no_finding_reason = no_finding.strip() if outcome is SourceOutcome.DIFFERS else ""
    db.session.flush()
    record(
        TrailAction.DATA_SOURCE_DECIDED,
        actor,
        Subject("source", source_key),
        now=now,
        case=engagement.id,
        outcome=outcome,
        reported=_text(review.source.reported),
        verified=_text(tonnes),
        note=note.strip(),
        no_finding=row.no_finding_reason or None,
    )
    return row


def agree_many(
    engagement: Engagement, keys: Sequence[str], note: str = "", *, expected: int | None = None, actor: Actor, now: datetime
) -> int:
    """Agree to many at once, all or none: only open sources that recalculate whole and as reported, and carry no flag."""
    advance(engagement, CaseAction.CHECK, now=now)
    rows = {each.source.source_key: each for each in queries.source_reviews(engagement)}
    chosen = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    if not keys:
        raise Refusal("data.many.none")
    if len(chosen) != len(set(keys)) or (expected is not None and expected != len(chosen)):
        raise Refusal("data.many.changed", count=len(chosen))
    not_agreeable = [each.source.source_key for each in chosen if not each.agreeable]
    if not_agreeable:
        raise Refusal("data.many.unfit", count=len(not_agreeable), keys=tuple(not_agreeable[:10]))
    for each in chosen:
        tonnes = verified_tonnes(each.result, SourceOutcome.AGREED, None, note)
        _write(engagement, each, SourceOutcome.AGREED, tonnes, note, None, actor=actor, now=now).no_finding_reason = ""
    db.session.flush()
    record(
        TrailAction.DATA_SOURCES_AGREED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        note=note.strip(),
        keys=[each.source.source_key for each in chosen],
    )
    return len(chosen)


def _write(
    engagement: Engagement,
    review: SourceReview,
    outcome: SourceOutcome,
    tonnes: Decimal | None,
    note: str,
    seen_version: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> SourceDecision:
    row = review.outcome
    if row is None:
        if seen_version not in (None, 0):
            raise Refusal("data.many.changed", count=0)
        row = SourceDecision(engagement_id=engagement.id, source_key=review.source.source_key)
        db.session.add(row)
    else:
        stale = Refusal(
            "data.outcome.stale",
            who=row.decider.name,
            theirs=OutcomeStatus(row.outcome),
            their_figure=_text(row.verified) or "–",
            their_note=row.note or "–",
            yours=OutcomeStatus(outcome),
            your_figure=_text(tonnes) or "–",
            your_note=note.strip() or "–",
        )
        check_version(row, seen_version, lambda: stale)
    row.outcome, row.reported, row.verified, row.note = outcome, review.source.reported, tonnes, note.strip()
    row.fingerprint, row.decided_by, row.decided_at = review.source.fingerprint, actor.id, now
    return row


def _text(tonnes: Decimal | None) -> str | None:
    return None if tonnes is None else plain(tonnes)
