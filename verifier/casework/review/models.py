"""Rows of the independent review: decisions, comments on parts of the case with their answers, re-performed numbers."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.reperformance import ReperformedOutcome
from verifier.db import Base, Id, Version, enum_of


class ReviewOutcome(StrEnum):
    """What an independent reviewer may decide."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"


class ReviewPart(StrEnum):
    """What a comment of the reviewer is about, in the order of the working paper."""

    CASE = "case"
    CONCLUSION = "conclusion"
    DIFFERENCES = "differences"
    COVERAGE = "coverage"
    MATERIALITY = "materiality"
    SAMPLES = "samples"
    DISMISSALS = "dismissals"
    CHANGES = "changes"
    FINDINGS = "findings"
    REPERFORMED = "reperformed"


class Review(Base):
    """What the independent reviewer decided, and the last change of the case it saw."""

    __tablename__ = "review"
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    conclusion_id: Mapped[UUID] = mapped_column(ForeignKey("conclusion.id"))
    outcome: Mapped[ReviewOutcome] = mapped_column(enum_of(ReviewOutcome, "outcome"))
    comments: Mapped[str]
    sampling_accepted: Mapped[bool] = mapped_column(default=False, comment="whether samples of the body's own practice were accepted")
    change_seen: Mapped[int] = mapped_column(comment="number of the case's last change when it was decided")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]

    person: Mapped[User] = relationship(lazy="joined")


class ReviewComment(Base):
    """A comment of a decision that sent the case back, on one part of the case, and the lead verifier's answer."""

    __tablename__ = "review_comment"
    __table_args__ = (
        UniqueConstraint("review_id", "part"),
        CheckConstraint("comment <> ''", name="comment_stated"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer = '')", name="answered_whole"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id"))
    part: Mapped[ReviewPart] = mapped_column(enum_of(ReviewPart, "part"))
    comment: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None]
    version: Mapped[Version]

    review: Mapped[Review] = relationship(lazy="joined")
    person: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[answered_by])


class Reperformance(Base):
    """The draw of numbers for one conclusion: repeatable from its seed and the keys of the numbers that count."""

    __tablename__ = "reperformance"
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    conclusion_id: Mapped[UUID] = mapped_column(ForeignKey("conclusion.id"), unique=True)
    seed: Mapped[str]
    checksum: Mapped[str] = mapped_column(comment="SHA-256 of the keys of the numbers that count")
    population: Mapped[int] = mapped_column(comment="how many numbers that was")
    drawn_at: Mapped[datetime]


class ReperformedNumber(Base):
    """A number that the reviewer re-performs, with the result."""

    __tablename__ = "reperformed_number"
    __table_args__ = (
        UniqueConstraint("reperformance_id", "number_key"),
        CheckConstraint("(outcome IS NULL) = (done_by IS NULL) AND (outcome IS NULL) = (done_at IS NULL)", name="done_whole"),
        CheckConstraint("outcome IS NULL OR outcome <> 'differs' OR note <> ''", name="difference_explained"),
    )
    id: Mapped[Id]
    reperformance_id: Mapped[UUID] = mapped_column(ForeignKey("reperformance.id"), index=True)
    position: Mapped[int]
    number_key: Mapped[str]
    heaviest: Mapped[bool] = mapped_column(comment="the number with the most tonnes; the others were drawn at random")
    outcome: Mapped[ReperformedOutcome | None] = mapped_column(enum_of(ReperformedOutcome, "outcome"))
    value: Mapped[Decimal | None] = mapped_column(comment="as re-performed, in the number's own unit")
    note: Mapped[str] = mapped_column(default="", comment="how it was re-performed")
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime | None]
    version: Mapped[Version]

    person: Mapped[User | None] = relationship(lazy="joined")
