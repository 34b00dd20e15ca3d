"""Rows about versions: resolution of each unrequested change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.db import Base, Id, Version
from verifier.findings.models import Finding


class ChangeDisposition(Base):
    """Resolution of one unrequested change: accepted with a reason, or raised as a finding."""

    __tablename__ = "change_disposition"
    __table_args__ = (
        UniqueConstraint("engagement_id", "before_id", "after_id", "change_key"),
        CheckConstraint("(finding_id IS NULL) = (reason <> '')", name="finding_or_reason"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    before_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"))
    after_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"))
    change_key: Mapped[str] = mapped_column(comment="sheet, natural key, column, what happened")
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"))
    reason: Mapped[str] = mapped_column(default="", comment="why it was accepted; empty where a finding was raised")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
    version: Mapped[Version]

    decider: Mapped[User] = relationship(lazy="joined")
    finding: Mapped[Finding | None] = relationship(lazy="joined")
