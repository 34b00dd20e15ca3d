"""Rows of sampling: risks, samples as planned and drawn, their items with results, and each extension by a step of the ladder."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import User
from verifier.core.sampling.plan import Method, Result
from verifier.core.sampling.risk import Level
from verifier.db import Base, Id, Version, enum_of
from verifier.findings.models import Finding
from verifier.reports.models import ReportVersion


class RiskKind(StrEnum):
    """What a risk is assessed of: one source, or what comes through one data flow."""

    SOURCE = "source"
    FLOW = "flow"


class DataRisk(Base):
    """How likely a source's number, or what comes through one data flow, is wrong, and how likely the unit would not notice."""

    __tablename__ = "data_risk"
    __table_args__ = (UniqueConstraint("engagement_id", "kind", "key"), CheckConstraint("reason <> ''", name="reasoned"))
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    kind: Mapped[RiskKind] = mapped_column(enum_of(RiskKind, "kind"))
    key: Mapped[str] = mapped_column(comment="a source's natural key, or category:basis")
    inherent: Mapped[Level] = mapped_column(enum_of(Level, "inherent"))
    control: Mapped[Level] = mapped_column(enum_of(Level, "control"))
    reason: Mapped[str]
    assessed_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    assessed_at: Mapped[datetime]
    version: Mapped[Version]

    assessor: Mapped[User] = relationship(lazy="joined")


class Sample(Base):
    """One sample: planned, then drawn once from a population that is kept with it; a later draw on another population replaces it."""

    __tablename__ = "sample"
    __table_args__ = (
        UniqueConstraint("engagement_id", "number"),
        CheckConstraint("(seed IS NULL) = (drawn_at IS NULL) AND (drawn_by IS NULL) = (drawn_at IS NULL)", name="drawn_whole"),
        CheckConstraint("replaced_at IS NULL OR drawn_at IS NOT NULL", name="only_drawn_replaced"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    number: Mapped[int]
    method: Mapped[Method] = mapped_column(enum_of(Method, "method"))
    kind: Mapped[str] = mapped_column(comment="which population: data, sites, added, deducted, list:<name>")
    reading: Mapped[str] = mapped_column(default="", comment="how the ladder's share is read")
    basis: Mapped[str] = mapped_column(default="", comment="why sampling is right here, in the verifier's words")
    plan: Mapped[dict[str, Any]] = mapped_column(comment="core.sampling.plan.Plan as JSON")
    places: Mapped[list[Any]] = mapped_column(deferred=True, comment="the ladder: share and reason of every source or site")
    checksum: Mapped[str] = mapped_column(comment="SHA-256 of the population's text")
    population: Mapped[list[Any]] = mapped_column(deferred=True, comment="every item in canonical order")
    unknown: Mapped[list[Any]] = mapped_column(comment="sources whose tonnes are not known")
    report_version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"))
    list_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    filename: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="", comment="why it was drawn anew, where a sample of another population was there")
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    planned_at: Mapped[datetime]
    seed: Mapped[str | None]
    drawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    drawn_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    report_version: Mapped[ReportVersion] = relationship(lazy="joined")
    planner: Mapped[User] = relationship(foreign_keys=[planned_by])
    drawer: Mapped[User | None] = relationship(foreign_keys=[drawn_by])


class SampledItem(Base):
    """One item that was drawn, and what looking at it showed."""

    __tablename__ = "sampled_item"
    __table_args__ = (
        UniqueConstraint("sample_id", "position"),
        CheckConstraint("(result IS NULL) = (tested_at IS NULL) AND (tested_by IS NULL) = (tested_at IS NULL)", name="tested_whole"),
        CheckConstraint("found IS NULL OR result = 'differs'", name="found_differs"),
        CheckConstraint("finding_id IS NULL OR no_finding_reason = ''", name="finding_or_reason"),
    )
    id: Mapped[Id]
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("sample.id"), index=True)
    position: Mapped[int]
    stratum: Mapped[str]
    step: Mapped[str] = mapped_column(default="", comment="the step of the ladder that took it in, as a fraction")
    whole: Mapped[bool] = mapped_column(default=False, comment="above the interval: speaks for itself alone")
    line: Mapped[str] = mapped_column(comment="its canonical line")
    parts: Mapped[list[Any]]
    label: Mapped[str]
    size: Mapped[Decimal | None] = mapped_column(comment="t CO2")
    quantity: Mapped[Decimal | None] = mapped_column(comment="as reported, in its unit")
    unit: Mapped[str]
    result: Mapped[Result | None] = mapped_column(enum_of(Result, "result"))
    found: Mapped[Decimal | None] = mapped_column(comment="in the unit reported")
    note: Mapped[str] = mapped_column(default="")
    tested_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"), index=True, comment="the finding that names its error")
    no_finding_reason: Mapped[str] = mapped_column(default="", comment="why its error needs no finding")
    tested_at: Mapped[datetime | None]
    version: Mapped[Version]

    tester: Mapped[User | None] = relationship(lazy="joined")
    sample: Mapped[Sample] = relationship()
    finding: Mapped[Finding | None] = relationship(lazy="joined")


class SampleClimb(Base):
    """Extension by one step of the ladder, required or chosen, with the evaluation of the error."""

    __tablename__ = "sample_climb"
    __table_args__ = (UniqueConstraint("sample_id", "stratum", "to_step"),)
    id: Mapped[Id]
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("sample.id"), index=True)
    stratum: Mapped[str]
    from_step: Mapped[str]
    to_step: Mapped[str]
    weighed: Mapped[dict[str, Any]] = mapped_column(comment="by the pack's codes: cause, nature, effect")
    climbed_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    climbed_at: Mapped[datetime]

    climber: Mapped[User] = relationship(lazy="joined")


class SampleCover(Base):
    """Other procedures that cover what a sample does not support; the independent reviewer accepts them with the conclusion."""

    __tablename__ = "sample_cover"
    __table_args__ = (
        CheckConstraint("procedures <> ''", name="procedures_named"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_whole"),
    )
    id: Mapped[Id]
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("sample.id"), unique=True)
    procedures: Mapped[str] = mapped_column(comment="which procedures, on what, with what result")
    named_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    named_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    accepted_at: Mapped[datetime | None]
    version: Mapped[Version]

    sample: Mapped[Sample] = relationship(lazy="joined")
    namer: Mapped[User] = relationship(foreign_keys=[named_by])
    accepter: Mapped[User | None] = relationship(foreign_keys=[accepted_by])
