"""Rows of findings and of the correspondence on them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.findings import Check, FindingAction, FindingState
from verifier.core.rulepack.parts import FindingClass
from verifier.core.subject import Subject
from verifier.db import Base, Id, Version, enum_of
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load


def label_of(number: int, class_number: int | None, of: FindingClass) -> str:
    """Displayed number of a finding, with the letter of its class; counted within it where the rules say so (A1, A2, B1)."""
    return f"{of.letter}{class_number or number}" if of.own_count else f"{of.letter}-{number:03d}"


class Finding(Base):
    """A finding raised by a verifier against the report, from any check, on any subject."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("engagement_id", "number"),
        CheckConstraint("state = 'draft' OR state = 'withdrawn' OR sent_at IS NOT NULL", name="sent_once_out"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    number: Mapped[int]
    class_number: Mapped[int | None] = mapped_column(comment="within its class")
    arose_in: Mapped[Check] = mapped_column(enum_of(Check, "arose_in"))
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    subject_title: Mapped[str] = mapped_column(comment="as it was called when the finding was raised")
    report_version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), comment="the version it was raised on")
    class_code: Mapped[str]
    clause: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    effect: Mapped[Decimal | None] = mapped_column(comment="t CO2, reported − right: positive where the report overstates")
    internal_note: Mapped[str] = mapped_column(default="", comment="never reaches the unit")
    state: Mapped[FindingState] = mapped_column(enum_of(FindingState, "state"), index=True)
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    version: Mapped[Version]

    engagement: Mapped[Engagement] = relationship()
    report_version: Mapped[ReportVersion] = relationship()
    raiser: Mapped[User] = relationship()
    exchanges: Mapped[list["Exchange"]] = relationship(order_by="Exchange.said_at, Exchange.id", back_populates="finding")

    @property
    def label(self) -> str:
        """Displayed number."""
        return label_of(self.number, self.class_number, load(self.engagement.pack_id).finding_class(self.class_code))

    @property
    def subject(self) -> Subject:
        """What the finding is about."""
        return Subject(self.subject_kind, self.subject_id)


class Exchange(Base):
    """One entry of the correspondence: an answer, a return with its reason, an acceptance, a disposition."""

    __tablename__ = "exchange"
    id: Mapped[Id]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"), index=True)
    action: Mapped[FindingAction] = mapped_column(enum_of(FindingAction, "action"))
    text: Mapped[str]
    report_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_version.id"))
    said_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    said_at: Mapped[datetime]

    finding: Mapped[Finding] = relationship(back_populates="exchanges")
    speaker: Mapped[User] = relationship(lazy="joined")
