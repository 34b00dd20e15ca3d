"""Rows of check 3: the visits, and the answer to each item of the checklist."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.site import ChecklistOutcome
from verifier.db import Base, Id, Version, enum_of


class SiteVisit(Base):
    """A visit to the plant: when, where, who from the body and who from the unit."""

    __tablename__ = "site_visit"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="dates_in_order"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    place: Mapped[str]
    body_people: Mapped[str] = mapped_column(comment="who went, one name a line")
    unit_people: Mapped[str] = mapped_column(comment="whom they met, one name a line")
    note: Mapped[str] = mapped_column(default="")
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    planned_at: Mapped[datetime]
    version: Mapped[Version]


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
