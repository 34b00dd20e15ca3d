"""Queries of a year for its authority: every unit with its status, the next actor, lateness, and reported against verified tonnes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select

from verifier.casework.due_dates import answers_due
from verifier.core.access import CASE_ROLES, UNIT, Role
from verifier.core.clocks import Lateness, UnitYearStatus, day_in, due_day, lateness, sooner, turn, unit_year_status
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion
from verifier.statement.models import Statement


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit's year: its status, its lateness, and its tonnes (t CO2) as far as they are known."""

    unit_year: UnitYear
    case: Engagement | None
    version: int | None
    released: int | None
    status: UnitYearStatus
    lateness: Lateness | None
    reported: Decimal | None
    verified: Decimal | None
    issued: bool = False
    as_reported: bool = False
    """Whether the rules give no figure of the verifier's: `verified` is what was reported, verified as such."""

    @property
    def turn(self) -> Role | None:
        """The role that is waited for, None when everything is done."""
        return turn(self.status)

    @property
    def is_late(self) -> bool:
        """Whether the next day the year sets is over."""
        return self.lateness is not None and self.lateness.is_late

    @property
    def people(self) -> tuple[str, ...]:
        """Who on the case has the role that is waited for; empty where it is a whole organisation."""
        if self.case is None or self.turn not in CASE_ROLES:
            return ()
        return tuple(member.user.name for member in self.case.members if member.role == self.turn)

    @property
    def waits_for_unit(self) -> bool:
        """Whether it is the unit's turn."""
        return self.turn in UNIT


def progress(year: ProgrammeYear, *, now: datetime) -> list[UnitProgress]:
    """Every unit of a year, by name; late or not by the day it is in the year's time zone."""
    units = db.session.scalars(select(UnitYear).where(UnitYear.year_id == year.id)).all()
    return sorted(_progress(units, now), key=lambda each: each.unit_year.unit.name)


def progress_of(unit_years: Sequence[UnitYear], *, now: datetime) -> list[UnitProgress]:
    """The same of given units' years, in the order given."""
    return _progress(unit_years, now)


def case_of(unit_year: UnitYear) -> Engagement | None:
    """The case that verifies a unit's year, None while none is open."""
    return db.session.scalar(select(Engagement).where(Engagement.unit_year_id == unit_year.id))


def by_status(units: Iterable[UnitProgress]) -> dict[UnitYearStatus, int]:
    """How many units stand where; a station without any is left out."""
    counts: dict[UnitYearStatus, int] = {}
    for each in units:
        counts[each.status] = counts.get(each.status, 0) + 1
    return counts


def matching(units: Iterable[UnitProgress], *, search: str = "", status: str = "", late: bool = False) -> list[UnitProgress]:
    """The units whose name, credit code, body or case number holds the text, at one station, late or not."""
    term = search.strip().casefold()
    return [
        each
        for each in units
        if (not term or term in _searched(each)) and (not status or each.status == status) and (not late or each.is_late)
    ]


def _searched(each: UnitProgress) -> str:
    organisations = [each.unit_year.unit, *([each.unit_year.body] if each.unit_year.body else [])]
    words = [word for one in organisations for word in (one.name, one.name_zh, one.credit_code) if word]
    return " ".join([*words, each.case.number if each.case else ""]).casefold()


def _progress(unit_years: Sequence[UnitYear], now: datetime) -> list[UnitProgress]:
    keys = [each.id for each in unit_years]
    cases = {case.unit_year_id: case for case in db.session.scalars(select(Engagement).where(Engagement.unit_year_id.in_(keys)))}
    verified = _verified([case.id for case in cases.values()])
    handed_in: dict[UUID, int] = {}
    released: dict[UUID, tuple[int, Decimal | None]] = {}
    for key, number, at, total in db.session.execute(_versions(keys)):
        handed_in[key] = number
        if at is not None:
            released[key] = (number, total)
    return [_of(each, cases.get(each.id), handed_in.get(each.id), released.get(each.id), verified, now) for each in unit_years]


def _versions(keys: Sequence[UUID]) -> Select[UUID, int, datetime | None, Decimal | None]:
    columns = (ReportVersion.unit_year_id, ReportVersion.number, ReportVersion.released_at, ReportVersion.reported_total)
    return select(*columns).where(ReportVersion.unit_year_id.in_(keys)).order_by(ReportVersion.number)


def _verified(cases: Sequence[UUID]) -> dict[UUID, tuple[Decimal | None, bool]]:
    """Tonnes of the statements that are issued, by case, and whether they are the verifier's own."""
    of = select(Statement).where(Statement.engagement_id.in_(cases), Statement.status == "issued")
    return {each.engagement_id: (each.stated_total, each.own_figure) for each in db.session.scalars(of)}


def _of(
    unit_year: UnitYear,
    case: Engagement | None,
    version: int | None,
    released: tuple[int, Decimal | None] | None,
    verified: dict[UUID, tuple[Decimal | None, bool]],
    now: datetime,
) -> UnitProgress:
    year = unit_year.year
    status = unit_year_status(
        handed_in=version is not None,
        released=released is not None,
        body_named=unit_year.body_id is not None,
        stage=case.stage if case else None,
    )
    stated, own = verified.get(case.id, (None, True)) if case else (None, True)
    due = due_day(status, report_due=year.report_due, verified_due=year.verified_due)
    due = sooner(due, answers_due(case)) if due and case else due
    return UnitProgress(
        unit_year=unit_year,
        case=case,
        version=version,
        released=released[0] if released else None,
        status=status,
        lateness=lateness(due, day_in(year.time_zone, now)) if due else None,
        reported=released[1] if released else None,
        verified=stated,
        issued=case is not None and case.id in verified,
        as_reported=not own,
    )
