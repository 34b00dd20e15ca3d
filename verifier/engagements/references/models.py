"""Rows of what the report of a case is compared with: workbooks, and monitoring plans entered from a document."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, enum_of


class ReferenceKind(StrEnum):
    """What a reference workbook is: last year's report or the monitoring plan."""

    PREVIOUS = "previous"
    PLAN = "plan"


class ReferenceWorkbook(Base):
    """Last year's report or the monitoring plan, kept as evidence; the newest of its kind is the one compared with."""

    __tablename__ = "reference_workbook"
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    kind: Mapped[ReferenceKind] = mapped_column(enum_of(ReferenceKind, "kind"))
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True, comment="every sheet and row as read, canonical")
    note: Mapped[str] = mapped_column(default="", comment="where it comes from")
    added_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]

    adder: Mapped[User] = relationship(lazy="joined")


class EnteredPlan(Base):
    """The sources of an approved monitoring plan that the body was given as a document; withdrawn, never changed or deleted."""

    __tablename__ = "entered_plan"
    __table_args__ = (
        CheckConstraint("document <> '' AND reference <> ''", name="documented"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_reason"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    document: Mapped[str] = mapped_column(comment="title of the plan, with its version")
    dated_on: Mapped[date] = mapped_column(comment="date of the approval or filing")
    reference: Mapped[str] = mapped_column(comment="number of the approval or filing")
    sources: Mapped[list[Any]] = mapped_column(comment="of each source its number, whether the plan names it, and why not")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    filename: Mapped[str]
    media_type: Mapped[str]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")

    person: Mapped[User] = relationship(lazy="joined", foreign_keys=[entered_by])
