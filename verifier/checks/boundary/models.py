"""Rows of check 1: decisions on facilities and sources, and omissions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.boundary import BoundaryOutcome, Kind
from verifier.db import Base, Id, Version, enum_of


class BoundaryDecision(Base):
    """A verifier's decision on one facility or source, by its natural key."""

    __tablename__ = "boundary_decision"
    __table_args__ = (UniqueConstraint("engagement_id", "kind", "key"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    kind: Mapped[Kind] = mapped_column(enum_of(Kind, "kind"))
    key: Mapped[str]
    outcome: Mapped[BoundaryOutcome] = mapped_column(enum_of(BoundaryOutcome, "outcome"))
    note: Mapped[str] = mapped_column(default="")
    fingerprint: Mapped[str] = mapped_column(comment="what was decided on; another one asks again")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    version: Mapped[Version]

    decider: Mapped[User] = relationship(lazy="joined")


class MissingSource(Base):
    """A facility or source that the verifier found and the report does not name."""

    __tablename__ = "missing_source"
    __table_args__ = (UniqueConstraint("engagement_id", "key"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    key: Mapped[str] = mapped_column(comment="N-001 …, ours")
    kind: Mapped[Kind] = mapped_column(enum_of(Kind, "kind"))
    name: Mapped[str]
    category: Mapped[str | None]
    place: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    added_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[Version]
