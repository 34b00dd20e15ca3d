"""Rows of engagements carried out outside this system."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.earlier_work import WorkKind
from verifier.db import Base, Id, Version, enum_of


class EarlierEngagement(Base):
    """One engagement of a body for a unit in a year, entered by the body's coordinator; the unit is known by its credit code."""

    __tablename__ = "earlier_engagement"
    __table_args__ = (
        UniqueConstraint("body_id", "credit_code", "year", "programme", "kind", "reference", name="uq_earlier_engagement_entry"),
        CheckConstraint("reference <> ''", name="referenced"),
        CheckConstraint("lead_id IS NULL OR kind = 'verification'", name="lead_of_verification"),
    )
    id: Mapped[Id]
    body_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    unit_name: Mapped[str]
    credit_code: Mapped[str] = mapped_column(index=True, comment="of the unit, in capitals: it need not be registered here")
    year: Mapped[int] = mapped_column(comment="emission year of a verification; of other work the year in which it ended")
    programme: Mapped[str] = mapped_column(comment="as rule packs name it; empty: another one, or none")
    kind: Mapped[WorkKind] = mapped_column(enum_of(WorkKind, "kind"))
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True, comment="who led the verification")
    people: Mapped[list[Any]] = mapped_column(comment="ids of the accounts of those who took part")
    others: Mapped[str] = mapped_column(comment="names of those who took part and have no account")
    reference: Mapped[str] = mapped_column(comment="of the statement, report or contract")
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    version: Mapped[Version]

    lead: Mapped[User | None] = relationship(foreign_keys=[lead_id])
