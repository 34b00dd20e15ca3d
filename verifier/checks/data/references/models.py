"""Rows of the references of a case's report."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, Version


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
