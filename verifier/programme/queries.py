"""Queries of a year for its authority: every unit with its status, the next actor, lateness, and reported against verified tonnes.

Counted, filtered and ordered in the database; rows are bare columns, read for what a page shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, case, func, or_, select, true
from sqlalchemy import cast as sql_cast

from verifier.accounts.models import Organisation, User
from verifier.casework import list_rows
from verifier.casework.due_dates import clock_of
from verifier.casework.list_rows import CaseRow, UnitYearRow
from verifier.core.access import CASE_ROLES, UNIT, Role
from verifier.core.clocks import Lateness, UnitYearStatus, day_in, due_day, lateness, sooner, turn, unit_year_status
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement, TeamMember
from verifier.programme.status import NAMED_BODY, STATUS, UNIT_OF_YEAR, is_late, status_named, with_status
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion
from verifier.statement.models import Statement


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit's year: its status, its lateness, and its tonnes (t CO2) as far as they are known."""

    unit_year: UnitYearRow
    case: CaseRow | None
    version: int | None
    released: int | None
    status: UnitYearStatus
    lateness: Lateness | None
    reported: Decimal | None
    verified: Decimal | None
    issued: bool = False
    as_reported: bool = False
    """Whether the rules give no figure of the verifier's: `verified` is what was reported, verified as such."""
    people: tuple[str, ...] = ()
    """Who on the case has the role that is waited for; empty where it is a whole organisation, and before `with_people`."""

    @property
    def turn(self) -> Role | None:
        """The role that is waited for, None when everything is done."""
        return turn(self.status)

    @property
    def is_late(self) -> bool:
        """Whether the next day the year sets is over."""
        return self.lateness is not None and self.lateness.is_late

    @property
    def waits_for_unit(self) -> bool:
        """Whether it is the unit's turn."""
        return self.turn in UNIT


@dataclass(frozen=True, slots=True)
class YearCounts:
    """How many units of a year have which status, are late, and have an issued statement."""

    by_status: dict[UnitYearStatus, int] = field(default_factory=dict)
    late: int = 0
    issued: int = 0

    @property
    def total(self) -> int:
        """How many units the year has."""
        return sum(self.by_status.values())


def counts_of(years: Sequence[ProgrammeYear], *, now: datetime) -> dict[UUID, YearCounts]:
    """The counts of each year, by its id; in a constant number of queries."""
    keys = [year.id for year in years]
    late = func.coalesce(func.sum(sql_cast(is_late(years, now), Integer)), 0)
    columns: tuple[Any, ...] = (UnitYear.year_id, STATUS, func.count(), late)
    of = with_status(select(*columns)).where(UnitYear.year_id.in_(keys))
    by_status: dict[UUID, dict[UnitYearStatus, int]] = {key: {} for key in keys}
    lates = dict.fromkeys(keys, 0)
    for year, status, count, late_count in db.session.execute(of.group_by(UnitYear.year_id, STATUS)):
        by_status[year][status_named(status)] = count
        lates[year] += late_count
    issued = (
        select(UnitYear.year_id, func.count(Engagement.id.distinct()))
        .join(Engagement, Engagement.unit_year_id == UnitYear.id)
        .join(Statement, Statement.engagement_id == Engagement.id)
        .where(Statement.status == "issued", UnitYear.year_id.in_(keys))
        .group_by(UnitYear.year_id)
    )
    with_statement: dict[UUID, int] = dict(db.session.execute(issued).all())
    return {key: YearCounts(by_status[key], lates[key], with_statement.get(key, 0)) for key in keys}


def matching(year: ProgrammeYear, *, now: datetime, search: str = "", status: str = "", late: bool = False) -> Select[Any]:
    """The units of a year whose name, credit code, body or case number holds the text, at one station, late or not; late ones first."""
    is_overdue = is_late([year], now)
    of = with_status(select(UnitYear.id)).where(UnitYear.year_id == year.id).order_by(is_overdue.desc(), UNIT_OF_YEAR.name)
    if search.strip():
        searched = [getattr(party, name) for party in (UNIT_OF_YEAR, NAMED_BODY) for name in ("name", "name_zh", "credit_code")]
        of = of.where(or_(*(column.icontains(search.strip(), autoescape=True) for column in (*searched, Engagement.number))))
    if status:
        of = of.where(status == STATUS)
    return of.where(is_overdue) if late else of


def progress(found: Select[Any], *, now: datetime) -> list[UnitProgress]:
    """The units' years of a query of their ids, in its order."""
    ids = list(db.session.scalars(found))
    wanted = found.order_by(None) if found._limit_clause is None else select(UnitYear.id).where(UnitYear.id.in_(ids))
    rows = {each.unit_year.id: each for each in _progress(wanted, now)}
    return [rows[each] for each in ids if each in rows]


def progress_of(unit_year: UnitYear, *, now: datetime) -> UnitProgress:
    """The same of one unit's year."""
    return with_people(_progress(select(UnitYear.id).where(UnitYear.id == unit_year.id), now))[0]


def progress_of_unit(unit: Organisation, *, now: datetime) -> list[UnitProgress]:
    """The same of every year a unit is registered in, newest first."""
    found = _progress(select(UnitYear.id).where(UnitYear.unit_id == unit.id), now)
    return sorted(found, key=lambda each: each.unit_year.year.emission_year, reverse=True)


def with_people(units: Iterable[UnitProgress]) -> list[UnitProgress]:
    """The same with the names of those on each case who have the role that is waited for."""
    found = list(units)
    teams = [each.case.id for each in found if each.case is not None and each.turn in CASE_ROLES]
    of = (
        select(TeamMember.engagement_id, TeamMember.role, User.name)
        .join(User, TeamMember.user_id == User.id)
        .where(TeamMember.engagement_id.in_(teams), TeamMember.removed_at.is_(None))
        .order_by(TeamMember.id)
    )
    names: dict[tuple[UUID, Role], list[str]] = {}
    for engagement, role, name in db.session.execute(of) if teams else ():
        names.setdefault((engagement, role), []).append(name)
    return [replace(each, people=tuple(names.get((each.case.id, each.turn), ()))) if each.case and each.turn else each for each in found]


def case_of(unit_year: UnitYear) -> Engagement | None:
    """The case that verifies a unit's year, None while none is open."""
    return db.session.scalar(select(Engagement).where(Engagement.unit_year_id == unit_year.id))


def _progress(wanted: Select[Any], now: datetime) -> list[UnitProgress]:
    verified = _verified(wanted)
    handed_in: dict[UUID, int] = {}
    released: dict[UUID, tuple[int, Decimal | None]] = {}
    for key, number, at, total in db.session.execute(_versions(wanted)):
        handed_in[key] = number
        if at is not None:
            released[key] = (number, total)
    rows = list_rows.read(list_rows.listed(wanted))
    return [_of(row, each, handed_in.get(row.id), released.get(row.id), verified, now) for row, each in rows]


def _versions(wanted: Select[Any]) -> Select[UUID, int, datetime | None, Decimal | None]:
    columns = (ReportVersion.unit_year_id, ReportVersion.number, ReportVersion.released_at, ReportVersion.reported_total)
    return select(*columns).where(ReportVersion.unit_year_id.in_(wanted)).order_by(ReportVersion.number)


def _verified(wanted: Select[Any]) -> dict[UUID, tuple[Decimal | None, bool]]:
    """Tonnes of the statements that are issued, by case, and whether they are the verifier's own: as `Statement` says of one."""
    without = Statement.verified_total.is_(None)
    reported = case((without, Statement.facts["reported_total"].as_string()))
    own = case((without, Statement.facts["own_figure"].as_boolean()), else_=true())
    of: Select[Any] = (
        select(Statement.engagement_id, Statement.verified_total, reported, own)
        .join(Engagement, Statement.engagement_id == Engagement.id)
        .where(Engagement.unit_year_id.in_(wanted), Statement.status == "issued")
    )
    found: dict[UUID, tuple[Decimal | None, bool]] = {}
    for engagement, verified, reported_total, own_figure in db.session.execute(of):
        is_own = own_figure is None or bool(own_figure)
        found[engagement] = (verified if is_own or reported_total is None else Decimal(reported_total), is_own)
    return found


def _of(
    unit_year: UnitYearRow,
    open_case: CaseRow | None,
    version: int | None,
    released: tuple[int, Decimal | None] | None,
    verified: dict[UUID, tuple[Decimal | None, bool]],
    now: datetime,
) -> UnitProgress:
    year = unit_year.year
    status = unit_year_status(
        handed_in=version is not None,
        released=released is not None,
        body_named=unit_year.body is not None,
        stage=open_case.stage if open_case else None,
    )
    stated, own = verified.get(open_case.id, (None, True)) if open_case else (None, True)
    due = due_day(status, report_due=year.report_due, verified_due=year.verified_due)
    due = sooner(due, clock_of(open_case.due_facts)) if due and open_case and open_case.stage is Stage.ANSWERING else due
    return UnitProgress(
        unit_year=unit_year,
        case=open_case,
        version=version,
        released=released[0] if released else None,
        status=status,
        lateness=lateness(due, day_in(year.time_zone, now)) if due else None,
        reported=released[1] if released else None,
        verified=stated,
        issued=open_case is not None and open_case.id in verified,
        as_reported=not own,
    )
