"""Rows of check 3: the visits, and the answer to each item of the checklist."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.site import ChecklistOutcome, VisitKind
from verifier.db import Base, Id, Version, enum_of


class SiteVisit(Base):
    """A visit to the plant: when, where, who from the body and who from the unit."""

    __tablename__ = "site_visit"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        CheckConstraint("kind = 'on_site' OR reason <> ''", name="remote_with_reason"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    place: Mapped[str]
    body_people: Mapped[str] = mapped_column(comment="who went, one name a line")
    unit_people: Mapped[str] = mapped_column(comment="whom they met, one name a line")
    note: Mapped[str] = mapped_column(default="")
    kind: Mapped[VisitKind] = mapped_column(enum_of(VisitKind, "kind"), default=VisitKind.ON_SITE)
    reason: Mapped[str] = mapped_column(default="", comment="why it is remote: how the rules' condition is met")
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    planned_at: Mapped[datetime]
    cancelled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[Version]


class VisitWaiver(Base):
    """The authority's decision that no site visit is needed, with the rules' conditions that were confirmed; withdrawn, never deleted."""

    __tablename__ = "visit_waiver"
    __table_args__ = (
        CheckConstraint("reference <> '' AND reason <> ''", name="reasoned"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    decided_on: Mapped[date] = mapped_column(comment="date of the authority's decision")
    reference: Mapped[str] = mapped_column(comment="its reference number")
    reason: Mapped[str] = mapped_column(comment="why no visit is needed")
    conditions: Mapped[list[Any]] = mapped_column(comment="codes of the rules' conditions that were confirmed")
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    filename: Mapped[str]
    media_type: Mapped[str]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")

    person: Mapped[User] = relationship(lazy="joined", foreign_keys=[entered_by])


class ChecklistAnswer(Base):
    """What was found of one checklist item of the pack; without an outcome it is a note, and the item is still open."""

    __tablename__ = "checklist_answer"
    __table_args__ = (UniqueConstraint("engagement_id", "item_code"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("site_visit.id"))
    item_code: Mapped[str]
    outcome: Mapped[ChecklistOutcome | None] = mapped_column(enum_of(ChecklistOutcome, "outcome"))
    note: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime]
    version: Mapped[Version]

    person: Mapped[User] = relationship(lazy="joined")
