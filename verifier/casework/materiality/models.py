"""Rows of materiality: a body's own planning threshold, and marks of materiality by nature or of netting."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.opinion.category import CategoryBasis, StatedCategory
from verifier.db import Base, Id, Version, enum_of


class MarkKind(StrEnum):
    """What a mark says of its subject: material by its nature, or errors that may cancel."""

    NATURE = "nature"
    NETTING = "netting"


class PlanningThreshold(Base):
    """The share of the total a body plans its work of one case with: its own choice, never the rules'."""

    __tablename__ = "planning_threshold"
    __table_args__ = (UniqueConstraint("engagement_id"), CheckConstraint("reason <> ''", name="reasoned"))
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    share: Mapped[Decimal] = mapped_column(comment="of the reported total: 0.05 is 5 %")
    reason: Mapped[str]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime]
    version: Mapped[Version]

    setter: Mapped[User] = relationship(lazy="joined")


class StatedUnitCategory(Base):
    """The category of a unit, on which the rules' threshold rests, as the plan or the trading period before says it."""

    __tablename__ = "stated_unit_category"
    __table_args__ = (
        UniqueConstraint("engagement_id"),
        CheckConstraint("source <> ''", name="sourced"),
        CheckConstraint("(basis = 'average') = (average IS NOT NULL)", name="average_given"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    basis: Mapped[CategoryBasis] = mapped_column(enum_of(CategoryBasis, "basis"))
    code: Mapped[str] = mapped_column(comment="of the band of the rules")
    average: Mapped[Decimal | None] = mapped_column(comment="average verified emissions of the trading period before, t CO2")
    source: Mapped[str] = mapped_column(comment="document and place it was read in")
    set_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime]
    version: Mapped[Version]

    setter: Mapped[User] = relationship(lazy="joined")

    @property
    def stated(self) -> StatedCategory:
        """The row as `core` takes it."""
        return StatedCategory(self.basis, self.source, self.code, None if self.average is None else Fraction(self.average))


class AgreedAssurance(Base):
    """The level of assurance that was agreed for a case at its start."""

    __tablename__ = "agreed_assurance"
    __table_args__ = (UniqueConstraint("engagement_id"), CheckConstraint("source <> ''", name="sourced"))
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    level: Mapped[str] = mapped_column(comment="code of the rules: reasonable, limited")
    source: Mapped[str] = mapped_column(comment="the agreement: document and date")
    set_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime]
    version: Mapped[Version]

    setter: Mapped[User] = relationship(lazy="joined")


class MaterialityMark(Base):
    """Something a verifier holds material by its nature, or that errors of a case may cancel, with the reason."""

    __tablename__ = "materiality_mark"
    __table_args__ = (
        UniqueConstraint("engagement_id", "kind", "subject_kind", "subject_id"),
        CheckConstraint("reason <> ''", name="reasoned"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    kind: Mapped[MarkKind] = mapped_column(enum_of(MarkKind, "kind"))
    subject_kind: Mapped[str] = mapped_column(comment="finding, source, or case for netting")
    subject_id: Mapped[str]
    reason: Mapped[str]
    marked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    marked_at: Mapped[datetime]
    accepted: Mapped[dict[str, Any] | None] = mapped_column(comment="errors, net and gross of an accepted offsetting; exact t CO2 as text")

    marker: Mapped[User] = relationship(lazy="joined")
