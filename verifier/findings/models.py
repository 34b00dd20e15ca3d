"""Rows about findings and what was said of them, back and forth."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.findings import FindingAction, FindingState
from verifier.core.subject import Subject
from verifier.db import Base, Id, Version
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load


def label_of(number: int, letter: str) -> str:
    """Displayed number of a finding, with the letter of its class."""
    return f"{letter}-{number:03d}"


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
    arose_in: Mapped[str] = mapped_column(comment="boundary, data or site")
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    subject_title: Mapped[str] = mapped_column(comment="as it was called when the finding was raised")
    class_code: Mapped[str]
    clause: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    effect: Mapped[Decimal | None] = mapped_column(comment="t CO2, reported − right: positive where the report overstates")
    internal_note: Mapped[str] = mapped_column(default="", comment="never reaches the unit")
    state: Mapped[str] = mapped_column(index=True)
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    disposed_at: Mapped[datetime | None]
    version: Mapped[Version]

    engagement: Mapped[Engagement] = relationship()
    raiser: Mapped[User] = relationship()
    exchanges: Mapped[list["Exchange"]] = relationship(order_by="Exchange.said_at, Exchange.id", back_populates="finding")

    @property
    def label(self) -> str:
        """Displayed number."""
        return label_of(self.number, load(self.engagement.pack_id).finding_class(self.class_code).letter)

    @property
    def at(self) -> FindingState:
        """The state as a word of the method."""
        return FindingState(self.state)

    @property
    def subject(self) -> Subject:
        """What the finding is about."""
        return Subject(self.subject_kind, self.subject_id)


class Exchange(Base):
    """One thing said about a finding: an answer, a return with its reason, an acceptance, a disposition."""

    __tablename__ = "exchange"
    id: Mapped[Id]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"), index=True)
    action: Mapped[str] = mapped_column("deed")
    text: Mapped[str]
    report_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_version.id"))
    said_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    said_at: Mapped[datetime]

    finding: Mapped[Finding] = relationship(back_populates="exchanges")
    speaker: Mapped[User] = relationship(lazy="joined")

    @property
    def at(self) -> FindingAction:
        """The action as a word of the method."""
        return FindingAction(self.action)


class FindingPhoto(Base):
    """A photo of another subject, put to a finding as well: once the finding is sent, the unit sees it there."""

    __tablename__ = "finding_photo"
    __table_args__ = (UniqueConstraint("finding_id", "photo_id"),)
    id: Mapped[Id]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"), index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id"), index=True)
    put_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    put_at: Mapped[datetime]
