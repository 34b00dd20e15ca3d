"""Rows of conservative estimates: what was confirmed, with its whole working."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, Version
from verifier.findings.models import Finding


class ConservativeEstimate(Base):
    """A source's tonnes by the pack's rule, confirmed as its outcome; an outcome given later takes its place."""

    __tablename__ = "conservative_estimate"
    __table_args__ = (UniqueConstraint("engagement_id", "source_key"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    source_key: Mapped[str]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"))
    reported: Mapped[Decimal | None] = mapped_column(comment="t CO2, as reported when it was confirmed")
    tonnes: Mapped[Decimal] = mapped_column(comment="t CO2, unrounded")
    working: Mapped[dict[str, Any]] = mapped_column(comment="quantities, factors with their tables, steps, as text")
    reason: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(comment="what it was made on; another one asks again")
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    version: Mapped[Version]

    maker: Mapped[User] = relationship(lazy="joined")
    finding: Mapped[Finding] = relationship(lazy="joined")
