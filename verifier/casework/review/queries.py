"""Queries of the independent review: decisions, comments to be answered, numbers to re-perform."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select

from verifier.audit.models import TrailHead, TrailRow
from verifier.audit.queries import changes_after
from verifier.casework.review.models import Reperformance, ReperformedNumber, Review, ReviewComment, ReviewOutcome, ReviewPart
from verifier.core.lifecycle import Stage
from verifier.core.reperformance import ReperformedOutcome
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportedNumber

TO_ANSWER = and_(
    ReviewComment.answered_at.is_(None), ReviewComment.review_id.in_(select(Review.id).where(Review.outcome == ReviewOutcome.SENT_BACK))
)
"""A comment of a decision that sent the case back, without an answer."""


def reviews(engagement: Engagement) -> list[Review]:
    """What independent reviewers decided, newest first."""
    of = select(Review).where(Review.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(Review.decided_at.desc(), Review.id.desc())))


def comments(engagement: Engagement) -> list[ReviewComment]:
    """The comments of the last decision that sent the case back, in the order of the working paper."""
    of = select(Review.id).where(Review.engagement_id == engagement.id, Review.outcome == ReviewOutcome.SENT_BACK)
    last = of.order_by(Review.decided_at.desc(), Review.id.desc()).limit(1).scalar_subquery()
    found = db.session.scalars(select(ReviewComment).where(ReviewComment.review_id == last)).unique()
    return sorted(found, key=lambda row: list(ReviewPart).index(row.part))


def comment(engagement: Engagement, comment_id: UUID) -> ReviewComment | None:
    """One comment of the case."""
    row = db.session.get(ReviewComment, comment_id)
    return row if row is not None and row.engagement_id == engagement.id else None


def unanswered(engagement: Engagement) -> int:
    """How many comments wait for the lead verifier's answer."""
    of = select(func.count()).select_from(ReviewComment).where(ReviewComment.engagement_id == engagement.id, TO_ANSWER)
    return db.session.scalar(of) or 0


def cases_to_answer(cases: Collection[UUID]) -> set[UUID]:
    """The cases among these in which a comment waits for the lead verifier's answer."""
    of = select(ReviewComment.engagement_id).where(ReviewComment.engagement_id.in_(list(cases)), TO_ANSWER)
    return set(db.session.scalars(of.distinct())) if cases else set()


def changed_since_sent_back(engagement: Engagement) -> list[TrailRow]:
    """What changed in the case since it was last sent back; nothing where it was not."""
    last = next((each for each in reviews(engagement) if each.outcome is ReviewOutcome.SENT_BACK), None)
    return changes_after(engagement.id, last.change_seen) if last else []


def voided(cases: Iterable[UUID]) -> set[UUID]:
    """The cases among these that wait to be certified on an approval that did not see their last change."""
    wanted = list(cases)
    if not wanted:
        return set()
    seen = select(func.max(Review.change_seen)).where(Review.engagement_id == Engagement.id, Review.outcome == ReviewOutcome.APPROVED)
    of = select(Engagement.id, seen.scalar_subquery()).where(Engagement.id.in_(wanted), Engagement.stage == Stage.TO_CERTIFY)
    approved = {str(case): change for case, change in db.session.execute(of)}
    heads = select(TrailHead.trail, TrailHead.last_change).where(TrailHead.trail.in_(list(approved)))
    return {UUID(trail) for trail, last in db.session.execute(heads) if last > (approved[trail] or 0)}


@dataclass(frozen=True, slots=True)
class ToReperform:
    """A number to re-perform with its result, and the number as the version under verification reports it."""

    row: ReperformedNumber
    number: ReportedNumber | None


def reperformance(conclusion_id: UUID) -> Reperformance | None:
    """The draw for a conclusion; None for one drawn before there were any."""
    return db.session.scalar(select(Reperformance).where(Reperformance.conclusion_id == conclusion_id))


def reperformed(engagement: Engagement, conclusion_id: UUID) -> list[ToReperform]:
    """The numbers to re-perform for a conclusion, the heaviest first."""
    of = select(ReperformedNumber).join(Reperformance).where(Reperformance.conclusion_id == conclusion_id)
    rows = list(db.session.scalars(of.order_by(ReperformedNumber.position)).unique())
    keys = [row.number_key for row in rows]
    reported = select(ReportedNumber).where(ReportedNumber.version_id == engagement.report_version_id, ReportedNumber.number_key.in_(keys))
    numbers = {number.number_key: number for number in db.session.scalars(reported)} if keys else {}
    return [ToReperform(row, numbers.get(row.number_key)) for row in rows]


def left_to_reperform(engagement: Engagement, conclusion_id: UUID) -> tuple[int, int]:
    """How many numbers have no result yet, and how many differ."""
    rows = [each.row for each in reperformed(engagement, conclusion_id)]
    return sum(row.outcome is None for row in rows), sum(row.outcome is ReperformedOutcome.DIFFERS for row in rows)
