"""Rows of submitted reports: each version's file, and every row of every sheet as it was read."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.report.reported_numbers import NumberKind
from verifier.db import Base, Id, enum_of
from verifier.evidence.models import StoredFile
from verifier.registry.models import UnitYear


class ReportVersion(Base):
    """One workbook a unit handed in for a year; never changed afterwards, superseded by a later one."""

    __tablename__ = "report_version"
    __table_args__ = (
        UniqueConstraint("unit_year_id", "number"),
        CheckConstraint("(released_by IS NULL) = (released_at IS NULL)", name="released_whole"),
    )
    id: Mapped[Id]
    unit_year_id: Mapped[UUID] = mapped_column(ForeignKey("unit_year.id"), index=True)
    number: Mapped[int]
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    note: Mapped[str | None] = mapped_column(comment="what changed, in the unit's words")
    handed_in_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    handed_in_at: Mapped[datetime]
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None]
    reported_total: Mapped[Decimal | None] = mapped_column(comment="t CO2, the totals sheet's")
    recalculated_known: Mapped[Decimal] = mapped_column(comment="t CO2, what can be recalculated")
    complete: Mapped[bool]
    source_count: Mapped[int]
    flag_count: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True, comment="every sheet and row as read, canonical")

    unit_year: Mapped[UnitYear] = relationship()
    file: Mapped[StoredFile] = relationship()
    handed_in_person: Mapped[User] = relationship(foreign_keys=[handed_in_by])
    released_person: Mapped[User | None] = relationship(foreign_keys=[released_by])


class ReportedSource(Base):
    """One emission source of a version, with what it reports and what its data recalculate to; for lists."""

    __tablename__ = "reported_source"
    __table_args__ = (UniqueConstraint("version_id", "source_key"),)
    id: Mapped[Id]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), index=True)
    position: Mapped[int]
    source_key: Mapped[str] = mapped_column(comment="the unit's source_id: the natural key")
    facility_key: Mapped[str | None]
    name: Mapped[str]
    category: Mapped[str]
    fuel: Mapped[str]
    meter: Mapped[str | None]
    owner: Mapped[str | None]
    in_plan: Mapped[bool | None]
    counts: Mapped[bool]
    reported: Mapped[Decimal | None] = mapped_column(comment="t CO2")
    recalculated: Mapped[Decimal | None] = mapped_column(comment="t CO2 at 15 places; empty when incomplete")
    known: Mapped[Decimal] = mapped_column(comment="t CO2 at 15 places of what is known")
    difference: Mapped[Decimal | None] = mapped_column(comment="t CO2, reported − recalculated")
    difference_size: Mapped[float] = mapped_column(comment="absolute, to sort by")
    flag_codes: Mapped[str] = mapped_column(default="", comment="space separated, to filter by")
    fingerprint: Mapped[str] = mapped_column(comment="what the number rests on; an outcome follows while it is the same")


class ReportedFacility(Base):
    """One facility of a version."""

    __tablename__ = "reported_facility"
    __table_args__ = (UniqueConstraint("version_id", "facility_key"),)
    id: Mapped[Id]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), index=True)
    position: Mapped[int]
    facility_key: Mapped[str]
    name: Mapped[str]
    in_boundary: Mapped[bool | None]
    owner: Mapped[str | None]
    note: Mapped[str | None]
    fingerprint: Mapped[str]


class ReportedNumber(Base):
    """One number of a version, as handed in, by its natural key; written in bulk at hand-in, for the register of all numbers."""

    __tablename__ = "reported_number"
    __table_args__ = (
        UniqueConstraint("version_id", "number_key"),
        Index("ix_reported_number_source", "version_id", "source_key", "position"),
        Index("ix_reported_number_kind", "version_id", "kind", "position"),
        Index("ix_reported_number_period", "version_id", "period", "position"),
        Index("ix_reported_number_weight", "version_id", "weight", "position"),
        Index("ix_reported_number_document", "version_id", "document"),
        Index("ix_reported_number_flags", "version_id", "flag_codes"),
    )
    version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="in the order of the report, source by source")
    number_key: Mapped[str] = mapped_column(comment="kind, source, parameter, period: the natural key")
    kind: Mapped[NumberKind] = mapped_column(enum_of(NumberKind, "kind"))
    source_key: Mapped[str] = mapped_column(comment="a source, a kind of sources (*:…), a category or a product")
    parameter: Mapped[str]
    period: Mapped[str] = mapped_column(comment="empty for the whole year")
    written: Mapped[str] = mapped_column(comment="the cell, word for word; empty where blank or missing")
    value: Mapped[Decimal | None] = mapped_column(comment="as read, empty where it is no number")
    unit: Mapped[str]
    sheet: Mapped[str]
    row: Mapped[int | None] = mapped_column(comment="empty where a month is missing")
    cell: Mapped[str] = mapped_column(comment="the column, by its English name")
    document: Mapped[str]
    basis: Mapped[str]
    weight: Mapped[float] = mapped_column(comment="t CO2 that hang on it, without sign, to sort by")
    flag_codes: Mapped[str] = mapped_column(default="", comment="space separated, to filter by")
    fingerprint: Mapped[str] = mapped_column(comment="the value and what it rests on; an outcome follows while it is the same")
