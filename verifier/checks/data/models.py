"""Rows of check 2: the outcome of each source's tonnes and of each number, and the disposition of each flag."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.db import Base, Id, Version, enum_of
from verifier.findings.models import Finding


class SourceDecision(Base):
    """A verifier's decision on one source's tonnes, by its natural key."""

    __tablename__ = "source_outcome"
    __table_args__ = (
        UniqueConstraint("engagement_id", "source_key"),
        CheckConstraint("(outcome = 'cannot_confirm') = (verified IS NULL)", name="verified_whole"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    source_key: Mapped[str]
    outcome: Mapped[SourceOutcome] = mapped_column(enum_of(SourceOutcome, "outcome"))
    reported: Mapped[Decimal | None] = mapped_column(comment="t CO2, as reported when this was decided")
    verified: Mapped[Decimal | None] = mapped_column(comment="t CO2, unrounded")
    note: Mapped[str] = mapped_column(default="", comment="how found, or the reason of the difference")
    no_finding_reason: Mapped[str] = mapped_column(default="", comment="why a difference needs no finding; the unit is told")
    fingerprint: Mapped[str] = mapped_column(comment="what was decided on; another one asks again")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    version: Mapped[Version]

    decider: Mapped[User] = relationship(lazy="joined")


class FlagDisposition(Base):
    """Resolution of one flag, by its natural key: raised as a finding or covered by one, or dismissed with a reason."""

    __tablename__ = "flag_disposition"
    __table_args__ = (
        UniqueConstraint("engagement_id", "flag_key"),
        CheckConstraint("(finding_id IS NULL) = (reason <> '')", name="finding_or_reason"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    flag_key: Mapped[str] = mapped_column(comment="code, source, period, which: the natural key")
    source_key: Mapped[str | None]
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"))
    reason: Mapped[str] = mapped_column(default="", comment="why it was dismissed; empty where a finding was raised")
    fingerprint: Mapped[str] = mapped_column(comment="what was decided on; another one asks again")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    version: Mapped[Version]

    decider: Mapped[User] = relationship(lazy="joined")
    finding: Mapped[Finding | None] = relationship(lazy="joined")


class NumberDecision(Base):
    """A verifier's decision on one reported number, by its natural key."""

    __tablename__ = "number_outcome"
    __table_args__ = (
        UniqueConstraint("engagement_id", "number_key"),
        Index("ix_number_outcome_outcome", "engagement_id", "outcome"),
        CheckConstraint("(outcome = 'cannot_confirm') = (verified IS NULL)", name="verified_whole"),
        CheckConstraint("outcome <> 'differs' OR (said_by <> '' AND how <> '')", name="difference_explained"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    number_key: Mapped[str]
    source_key: Mapped[str]
    outcome: Mapped[SourceOutcome] = mapped_column(enum_of(SourceOutcome, "outcome"))
    written: Mapped[str] = mapped_column(comment="as reported when this was decided")
    unit: Mapped[str]
    verified: Mapped[Decimal | None] = mapped_column(comment="in the number's own unit")
    said_by: Mapped[str] = mapped_column(default="", comment="who or what says so, where it differs")
    how: Mapped[str] = mapped_column(default="", comment="how it was found, or why it cannot be confirmed")
    method: Mapped[str] = mapped_column(default="", comment="the evidence-gathering activity, by the pack's code")
    no_finding_reason: Mapped[str] = mapped_column(default="", comment="why a difference needs no finding; the unit is told")
    fingerprint: Mapped[str] = mapped_column(comment="what was decided on; another one asks again")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    version: Mapped[Version]

    decider: Mapped[User] = relationship(lazy="joined")
