"""Rows of a case: its stage, and its team members with their roles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.accounts.models import Organisation, User
from verifier.core.access import Role
from verifier.core.lifecycle import Stage
from verifier.db import Base, Id, Version, enum_of
from verifier.registry.models import UnitYear
from verifier.reports.models import ReportVersion


class Engagement(Base):
    """One verification: one reporting unit, one year, one verification body."""

    __tablename__ = "engagement"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True, comment="spoken: 2021-0001")
    unit_year_id: Mapped[UUID] = mapped_column(ForeignKey("unit_year.id"), unique=True)
    body_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    pack_id: Mapped[str]
    pack_sha256: Mapped[str]
    report_version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), comment="the version under verification")
    previous_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("report_version.id"), comment="last year's report, chosen when the case was opened or by a person"
    )
    stage: Mapped[Stage] = mapped_column(enum_of(Stage, "stage"), index=True)
    stage_since: Mapped[datetime]
    conflict_check: Mapped[str] = mapped_column(comment="the body's own conflict check, in words")
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime]
    version: Mapped[Version]

    unit_year: Mapped[UnitYear] = relationship(lazy="joined")
    body: Mapped[Organisation] = relationship(lazy="joined")
    report_version: Mapped[ReportVersion] = relationship(lazy="joined", foreign_keys=[report_version_id])
    previous_version: Mapped[ReportVersion | None] = relationship(foreign_keys=[previous_version_id])
    team: Mapped[list["TeamMember"]] = relationship(back_populates="engagement", lazy="selectin")

    @property
    def unit(self) -> Organisation:
        """The reporting unit whose report is verified."""
        return self.unit_year.unit

    @property
    def members(self) -> list["TeamMember"]:
        """Those on the case now; a member who was taken off keeps a row, for the record."""
        return [member for member in self.team if member.removed_at is None]


class TeamMember(Base):
    """A person's role on a case, and their answers on independence."""

    __tablename__ = "team_member"
    __table_args__ = (
        UniqueConstraint("engagement_id", "user_id", "role", "named_at"),
        CheckConstraint("(declared_at IS NULL) = (answers IS NULL)", name="declared_whole"),
    )
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    named_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    named_at: Mapped[datetime]
    declared_at: Mapped[datetime | None]
    answers: Mapped[dict[str, Any] | None] = mapped_column(comment="question code → {conflict: bool, note}")
    barred_by: Mapped[str | None] = mapped_column(comment="code of the question that bars the person")
    removed_at: Mapped[datetime | None]

    engagement: Mapped[Engagement] = relationship(back_populates="team")
    user: Mapped[User] = relationship(lazy="joined", foreign_keys=[user_id])

    @property
    def effective_role(self) -> Role | None:
        """What the person may act as: nothing once removed, the declaration page alone until declared or when barred."""
        if self.removed_at is not None:
            return None
        return Role.INVITED if self.declared_at is None or self.barred_by is not None else self.role


class CaseSnapshot(Base):
    """What a conclusion rested on, as the pages showed it: references, data alerts, coverage and totals; a sealed case shows this."""

    __tablename__ = "case_snapshot"
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    conclusion_id: Mapped[UUID] = mapped_column(ForeignKey("conclusion.id"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(comment="references, flags, coverage and totals, each as its package writes it")
    taken_at: Mapped[datetime]


class ReportAdoption(Base):
    """A newer report version taken up by a case in place of the one under verification until then."""

    __tablename__ = "report_adoption"
    __table_args__ = (UniqueConstraint("engagement_id", "number"),)
    id: Mapped[Id]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"))
    number: Mapped[int] = mapped_column(comment="in the order they were taken up")
    before_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), comment="the version under verification until then")
    version_id: Mapped[UUID] = mapped_column(ForeignKey("report_version.id"), comment="the version under verification from then on")
    adopted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    adopted_at: Mapped[datetime]

    before: Mapped[ReportVersion] = relationship(foreign_keys=[before_id])
    version: Mapped[ReportVersion] = relationship(foreign_keys=[version_id])
