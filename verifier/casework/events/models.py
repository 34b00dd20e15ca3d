"""Rows of notices: what a person is to be told by mail about a unit's year or its case, and whether they were."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from verifier.db import Base, Id


class Notice(Base):
    """One event for one person, written in the transaction of the event; settled once it is mailed, or need not be any more."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("user_id", "event", "occasion"),
        CheckConstraint("mail_id IS NULL OR settled_at IS NOT NULL", name="mailed_is_settled"),
        Index("ix_notice_open", "settled_at", "user_id", "unit_year_id"),
    )
    id: Mapped[Id]
    event: Mapped[str] = mapped_column(comment="a word of the event table")
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    unit_year_id: Mapped[UUID] = mapped_column(ForeignKey("unit_year.id"), index=True)
    engagement_id: Mapped[UUID | None] = mapped_column(ForeignKey("engagement.id"), index=True)
    occasion: Mapped[str] = mapped_column(comment="what makes it one event: trail and row, review, or task and day")
    about: Mapped[str] = mapped_column(comment="displayed number of what it is about: R-7; empty for the whole case")
    count: Mapped[int] = mapped_column(comment="how many things it is about")
    at_once: Mapped[bool] = mapped_column(comment="mailed without waiting for what follows")
    occurred_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    mail_id: Mapped[UUID | None] = mapped_column(comment="the job that sends the mail; empty where none was needed")
