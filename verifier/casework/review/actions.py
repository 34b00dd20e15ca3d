"""Actions of the independent review on its working papers: draw and re-perform numbers, comment, answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from secrets import token_hex
from uuid import UUID

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework.coverage.queries import counted_numbers
from verifier.casework.review import queries
from verifier.casework.review.models import Reperformance, ReperformedNumber, Review, ReviewComment, ReviewPart
from verifier.core import reperformance
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction, after
from verifier.core.reperformance import ReperformedOutcome
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load


def draw_numbers(engagement: Engagement, conclusion_id: UUID, *, now: datetime) -> Reperformance:
    """Draw the numbers that the reviewer re-performs for a conclusion, once, from a seed that is recorded."""
    numbers = {each.number.key: each.number.tonnes for each in counted_numbers(engagement)}
    rule, seed = load(engagement.pack_id).review, token_hex(8)
    drawn = Reperformance(
        engagement_id=engagement.id,
        conclusion_id=conclusion_id,
        seed=seed,
        checksum=reperformance.checksum(numbers),
        population=len(numbers),
        drawn_at=now,
    )
    db.session.add(drawn)
    db.session.flush()
    for position, each in enumerate(reperformance.chosen(numbers.items(), seed, rule.random_numbers if rule else None)):
        row = ReperformedNumber(reperformance_id=drawn.id, position=position, number_key=each.key, heaviest=each.heaviest)
        db.session.add(row)
    db.session.flush()
    return drawn


@dataclass(frozen=True, slots=True)
class ReperformedResult:
    """What the reviewer entered for one number, by the `name` they know it by; `seen_version` is the row version the form showed."""

    outcome: ReperformedOutcome
    value: Decimal | None = None
    note: str = ""
    seen_version: int | None = None
    name: str = ""


def enter_results(
    engagement: Engagement, conclusion_id: UUID, results: Mapping[str, ReperformedResult], *, actor: Actor, now: datetime
) -> int:
    """Store the results of re-performed numbers by their keys; returns how many changed."""
    after(engagement.stage, CaseAction.APPROVE)
    rows = {each.row.number_key: each.row for each in queries.reperformed(engagement, conclusion_id)}
    count = 0
    for key, result in results.items():
        row = rows.get(key)
        if row is None:
            raise NotYours
        if (row.outcome, row.value, row.note) == (result.outcome, result.value, result.note.strip()):
            continue
        if result.outcome is ReperformedOutcome.DIFFERS and not result.note.strip():
            raise Refusal("review.reperformed.no_note", number=result.name or key)
        check_version(row, result.seen_version, partial(_stale, row, result.name or key))
        row.outcome, row.value, row.note, row.done_by, row.done_at = result.outcome, result.value, result.note.strip(), actor.id, now
        db.session.flush()
        record(
            TrailAction.STATEMENT_NUMBER_REPERFORMED,
            actor,
            Subject("number", key),
            now=now,
            case=engagement.id,
            effect=Effect.PROCEED,
            outcome=result.outcome,
            value=None if result.value is None else plain(result.value),
            note=row.note,
        )
        count += 1
    return count


def _stale(row: ReperformedNumber, name: str) -> Refusal:
    """Shows the result that is stored."""
    value = "—" if row.value is None else plain(row.value)
    return Refusal("review.reperformed.stale", number=name, theirs=row.outcome or "—", value=value, note=row.note or "—")


def comment_on(review: Review, texts: Mapping[ReviewPart, str]) -> list[ReviewComment]:
    """Keep the comments of a decision that sent the case back, one for each part that has one."""
    found = [
        ReviewComment(engagement_id=review.engagement_id, review_id=review.id, part=part, comment=text.strip())
        for part, text in texts.items()
        if text.strip()
    ]
    db.session.add_all(found)
    db.session.flush()
    return found


def answer(
    engagement: Engagement, comment_id: UUID, text: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> ReviewComment:
    """Answer a comment of the reviewer while the case is in the checks."""
    after(engagement.stage, CaseAction.CHECK)
    row = queries.comment(engagement, comment_id)
    if row is None:
        raise NotYours
    if not text.strip():
        raise Refusal("review.comment.no_answer")
    check_version(row, seen_version, lambda: Refusal("review.comment.stale", theirs=row.answer or "—"))
    row.answer, row.answered_by, row.answered_at = text.strip(), actor.id, now
    db.session.flush()
    record(
        TrailAction.STATEMENT_COMMENT_ANSWERED,
        actor,
        Subject("review", str(row.review_id)),
        now=now,
        case=engagement.id,
        effect=Effect.PROCEED,
        part=row.part,
        note=row.answer,
    )
    return row
