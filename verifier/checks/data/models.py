"""Rows of check 2: the outcome of each source's number."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, Version


class SourceOutcome(Base):
    """What a verifier holds of one source's tonnes, by its natural key."""

    __tablename__ = "source_outcome"
    __table_args__ = (
        UniqueConstraint("engagement_id", "source_key"),
        CheckConstraint("outcome IN ('agreed', 'differs', 'cannot_confirm')", name="outcome"),
        CheckConstraint("(outcome = 'cannot_confirm') = (verified IS NULL)", name="verified_whole"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    source_key: Mapped[str]
    outcome: Mapped[str]
    reported: Mapped[Decimal | None] = mapped_column(comment="t CO2, as reported when this was decided")
    verified: Mapped[Decimal | None] = mapped_column(comment="t CO2, unrounded")
    note: Mapped[str] = mapped_column(default="", comment="how found, or the reason of the difference")
    fingerprint: Mapped[str] = mapped_column(comment="what was decided on; another one asks again")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    version: Mapped[Version]

    decider: Mapped[User] = relationship(lazy="joined")
