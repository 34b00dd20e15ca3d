"""Actions of the last steps: conclusion and independent review."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.queries import last_change
from verifier.audit.trail_actions import TrailAction
from verifier.casework.coverage import queries as coverage
from verifier.casework.review import actions as working_papers
from verifier.casework.review import queries as reviewed
from verifier.casework.review.models import Review, ReviewOutcome, ReviewPart
from verifier.checks.data.sampling.error_actions import accept_covers
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.independence import check_may_act
from verifier.core.lifecycle import CaseAction, after
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.engagements.queries import places
from verifier.reports.derived_values import calculated_anew
from verifier.statement import queries
from verifier.statement.facts import assessment, snapshot
from verifier.statement.models import Conclusion
from verifier.statement.participants import work_done

NO_COMMENTS: Mapping[ReviewPart, str] = {}


def locked(engagement: Engagement) -> Engagement:
    """The case as it is now, locked until the transaction ends: of two who act at once, the second sees what the first did."""
    of = select(Engagement).where(Engagement.id == engagement.id).with_for_update(of=Engagement)
    return db.session.execute(of.execution_options(populate_existing=True)).unique().scalar_one()


def draw_conclusion(engagement: Engagement, opinion: str, text: str, *, actor: Actor, now: datetime) -> Conclusion:
    """Prepare the conclusion with a permitted opinion; the verified total is the pack's sum of rounded categories."""
    locked(engagement)
    after(engagement.stage, CaseAction.CONCLUDE)
    assessment.pack_of(engagement).opinion(opinion)
    waiting = reviewed.unanswered(engagement)
    if waiting:
        raise Refusal("statement.conclusion.unanswered", count=waiting)
    with calculated_anew():
        choice = next(each for each in assessment.choices(engagement, now) if each.opinion.code == opinion)
        compared = assessment.comparison(engagement)
        total = compared.total
    if not choice.open:
        raise Refusal("statement.conclusion.not_open", count=len(choice.against))
    if choice.opinion.positive and total.verified is None:
        raise Refusal("statement.conclusion.no_total")
    drawn = Conclusion(
        engagement_id=engagement.id,
        opinion=opinion,
        text=text,
        reported_total=total.reported,
        verified_total=total.verified,
        drawn_by=actor.id,
        drawn_at=now,
    )
    db.session.add(drawn)
    db.session.flush()
    working_papers.draw_numbers(engagement, drawn.id, now=now)
    lines = [(row.category, row.counts, row.reported, row.verified) for row in (*compared.categories, total)]
    snapshot.take(engagement, drawn.id, lines, now=now)
    advance(engagement, CaseAction.CONCLUDE, now=now)
    figures = {"opinion": opinion, "reported": total.reported, "verified": total.verified}
    record(TrailAction.STATEMENT_CONCLUSION_DRAWN, actor, Subject("conclusion", str(drawn.id)), now=now, case=engagement.id, **figures)
    return drawn


def approve(
    engagement: Engagement,
    comments: str,
    seen_change: int,
    *,
    accepts_procedures: bool = False,
    sampling_accepted: bool = False,
    on_parts: Mapping[ReviewPart, str] = NO_COMMENTS,
    actor: Actor,
    now: datetime,
) -> Review:
    """Let the conclusion be signed; `seen_change` is the last change of the case that the reviewer had before them.

    `accepts_procedures`: the reviewer accepts the procedures that were named for samples which do not support the figure.
    `sampling_accepted`: the reviewer accepts numbers that rest on samples of the body's own practice.
    """
    drawn = _to_review(engagement, CaseAction.APPROVE, actor)
    if last_change(engagement.id) != seen_change:
        raise Refusal("statement.review.changed")
    left, differing = reviewed.left_to_reperform(engagement, drawn.id)
    if left or differing:
        raise Refusal("statement.review.not_reperformed" if left else "statement.review.reperformed_differs", count=left or differing)
    refuse_outdated(engagement, drawn, now)
    accept_covers(engagement, accepted=accepts_procedures, actor=actor, now=now)
    resting = coverage.assessment_of(engagement).own_practice
    if resting and not sampling_accepted:
        raise Refusal("statement.review.sampling", count=len(resting))
    review = _decided(engagement, drawn, ReviewOutcome.APPROVED, comments, actor, now, sampling_accepted=bool(resting))
    working_papers.comment_on(review, on_parts)
    return review


def send_back(
    engagement: Engagement, comments: str, *, on_parts: Mapping[ReviewPart, str] = NO_COMMENTS, actor: Actor, now: datetime
) -> Review:
    """Return the case to its team with comments, on parts of it or on the whole; the lead verifier answers each."""
    drawn = _to_review(engagement, CaseAction.SEND_BACK, actor)
    texts = {part: text.strip() for part, text in {**on_parts, ReviewPart.CASE: comments}.items() if text.strip()}
    if not texts:
        raise Refusal("statement.review.comments")
    review = _decided(engagement, drawn, ReviewOutcome.SENT_BACK, comments, actor, now)
    working_papers.comment_on(review, texts)
    return review


def refuse_outdated(engagement: Engagement, drawn: Conclusion, now: datetime) -> None:
    """Refuse a conclusion that what is known now no longer carries: its opinion is closed, or its tonnes are others."""
    with calculated_anew():
        choice = next((each for each in assessment.choices(engagement, now) if each.opinion.code == drawn.opinion), None)
        total = assessment.comparison(engagement).total
    if choice is None or not choice.open or (total.reported, total.verified) != (drawn.reported_total, drawn.verified_total):
        raise Refusal("statement.conclusion.outdated")


def refuse_part(engagement: Engagement, role: Role, person: User) -> None:
    """Whoever certifies, reviews or countersigns holds the role, none that must differ, and did no work that must be another's."""
    pack, done = assessment.pack_of(engagement), work_done(engagement)
    check_may_act(person.id, role, places(engagement), pack, done=done, name=person.name)


def _to_review(engagement: Engagement, action: CaseAction, actor: Actor) -> Conclusion:
    locked(engagement)
    after(engagement.stage, action)
    refuse_part(engagement, Role.REVIEWER, db.session.get_one(User, actor.id))
    drawn = queries.conclusion(engagement)
    if drawn is None:
        raise Refusal("statement.conclusion.none")
    return drawn


def _decided(
    engagement: Engagement,
    drawn: Conclusion,
    outcome: ReviewOutcome,
    comments: str,
    actor: Actor,
    now: datetime,
    *,
    sampling_accepted: bool = False,
) -> Review:
    review = Review(
        engagement_id=engagement.id,
        conclusion_id=drawn.id,
        outcome=outcome,
        comments=comments.strip(),
        sampling_accepted=sampling_accepted,
        change_seen=last_change(engagement.id),
        decided_by=actor.id,
        decided_at=now,
    )
    db.session.add(review)
    db.session.flush()
    advance(engagement, CaseAction.APPROVE if outcome is ReviewOutcome.APPROVED else CaseAction.SEND_BACK, now=now)
    subject = Subject("review", str(review.id))
    record(
        TrailAction(f"statement:review:{outcome}"),
        actor,
        subject,
        now=now,
        case=engagement.id,
        effect=Effect.PROCEED,
        change_seen=review.change_seen,
    )
    return review
