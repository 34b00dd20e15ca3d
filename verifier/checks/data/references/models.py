"""Rows of the references of a case's report."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, Version, enum_of


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


class BodyTolerance(Base):
    """A threshold of the data checks that the body set for a case, overriding the pack's or common practice; empty: withdrawn."""

    __tablename__ = "body_tolerance"
    __table_args__ = (UniqueConstraint("engagement_id", "code"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    code: Mapped[str]
    value: Mapped[Decimal | None]
    reason: Mapped[str]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime]
    version: Mapped[Version]

    setter: Mapped[User] = relationship(lazy="joined")
