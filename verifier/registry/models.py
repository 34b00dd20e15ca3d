"""Rows of programmes, their years, the units in them, and the body a unit has named for a year."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import Organisation
from verifier.db import Base, Id, Version


class ProgrammeYear(Base):
    """One emission year of a programme, under one rule pack, with the dates its manager set."""

    __tablename__ = "programme_year"
    __table_args__ = (
        UniqueConstraint("authority_id", "emission_year", "pack_id"),
        CheckConstraint("report_due <= verified_due AND verified_due <= surrender_due", name="dates_in_order"),
    )
    id: Mapped[Id]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    name_zh: Mapped[str | None]
    emission_year: Mapped[int]
    pack_id: Mapped[str]
    pack_sha256: Mapped[str]
    time_zone: Mapped[str]
    report_due: Mapped[date]
    verified_due: Mapped[date]
    surrender_due: Mapped[date]
    opened_at: Mapped[datetime]
    version: Mapped[Version]

    authority: Mapped[Organisation] = relationship()


class UnitYear(Base):
    """A reporting unit's place in a programme year, and the verification body named for it."""

    __tablename__ = "unit_year"
    __table_args__ = (UniqueConstraint("year_id", "unit_id"), CheckConstraint("(body_id IS NULL) = (named_at IS NULL)", name="named_whole"))
    id: Mapped[Id]
    year_id: Mapped[UUID] = mapped_column(ForeignKey("programme_year.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    sector: Mapped[str | None]
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    named_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    named_at: Mapped[datetime | None]
    registered_at: Mapped[datetime]
    version: Mapped[Version]

    year: Mapped[ProgrammeYear] = relationship(lazy="joined")
    unit: Mapped[Organisation] = relationship(lazy="joined", foreign_keys=[unit_id])
    body: Mapped[Organisation | None] = relationship(lazy="joined", foreign_keys=[body_id])
