"""Rows of the analytical procedures: conclusions on remarkable lines."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, Version


class AnalysisConclusion(Base):
    """A verifier's conclusion on one line of a procedure; valid only for the figures it was written on."""

    __tablename__ = "analysis_conclusion"
    __table_args__ = (UniqueConstraint("engagement_id", "line_key"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    line_key: Mapped[str] = mapped_column(comment="procedure and what the line is of: the natural key")
    conclusion: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(comment="the figures it was written on; others ask again")
    concluded_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    concluded_at: Mapped[datetime]
    version: Mapped[Version]

    concluder: Mapped[User] = relationship()
