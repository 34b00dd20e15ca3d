"""Rows of coverage: procedures on numbers, approvals of the evidence-gathering plan, and deviations from it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.checks.data.vouchers.models import Voucher
from verifier.core.coverage.procedures import ProcedureMethod
from verifier.db import Base, Id, Version, enum_of


class EvidenceProcedure(Base):
    """One procedure carried out on one or many numbers, with its evidence; never deleted, but may be withdrawn with a reason.

    It holds for a number while the number and what it rests on are as they were. What other tables hold is derived from them: links of
    vouchers, accepted requests, samples, decisions.
    """

    __tablename__ = "evidence_procedure"
    __table_args__ = (
        CheckConstraint("voucher_id IS NOT NULL OR document <> ''", name="with_evidence"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_reason"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    method: Mapped[ProcedureMethod] = mapped_column(enum_of(ProcedureMethod, "method"))
    voucher_id: Mapped[UUID | None] = mapped_column(ForeignKey("voucher.id"), index=True)
    document: Mapped[str] = mapped_column(default="", comment="the evidence in words, where it is no voucher of the case")
    page: Mapped[int | None] = mapped_column(comment="where in the document")
    months: Mapped[list[Any]] = mapped_column(comment="the months it covers; empty for all of the number")
    numbers: Mapped[list[Any]] = mapped_column(comment="[[natural key, fingerprint when it was tested], …]")
    note: Mapped[str] = mapped_column(default="")
    done_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")

    voucher: Mapped[Voucher | None] = relationship(lazy="joined")
    person: Mapped[User] = relationship(lazy="joined", foreign_keys=[done_by])


class EvidencePlan(Base):
    """An approval of the evidence-gathering plan by the lead verifier: the risk of each source that it rests on; the newest holds."""

    __tablename__ = "evidence_plan"
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    levels: Mapped[dict[str, Any]] = mapped_column(comment="risk level of each source")
    reason: Mapped[str] = mapped_column(default="", comment="why it was approved after testing began, or changed")
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime]

    person: Mapped[User] = relationship(lazy="joined")


class CoverageDeviation(Base):
    """A source that the lead verifier leaves out of what the plan asked for, with the reason, which the statement prints."""

    __tablename__ = "coverage_deviation"
    __table_args__ = (CheckConstraint("reason <> ''", name="reasoned"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    source_key: Mapped[str]
    reason: Mapped[str]
    stated_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    stated_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[Version]

    person: Mapped[User] = relationship(lazy="joined", foreign_keys=[stated_by])
