"""Recalculated results stored in rows, for lists; recalculated when a case or a year moves to another rule pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Calculation
from verifier.core.calculation.units import round_half_up
from verifier.core.report.reported_numbers import numbers_of
from verifier.core.rulepack.pack import RulePack
from verifier.db import db
from verifier.jobs.actions import enqueue
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports import number_rows, queries
from verifier.reports.actions import PLACES, source_rows
from verifier.reports.models import ReportedNumber, ReportedSource, ReportVersion
from verifier.reports.open_cases import open_case, rules_of
from verifier.reports.stored_content import from_json

KIND = "reports.recalculate"
CALCULATED = ("counts", "recalculated", "known", "difference", "difference_size", "flag_codes")
"""The columns of a source that follow from the rules; the others are as handed in."""


@dataclass(frozen=True, slots=True)
class Recalculated:
    """A version under a rule pack: its recalculation, and its rows."""

    calculation: Calculation
    sources: tuple[number_rows.Row, ...]
    numbers: tuple[number_rows.Row, ...]


def recalculated(content: Mapping[str, Any], pack: RulePack) -> Recalculated:
    """The content of a version under a pack; needs no database, so that nobody waits for it."""
    report = from_json(content)
    calculation = calculate(report, pack)
    return Recalculated(calculation, source_rows(report, calculation), number_rows.rows(numbers_of(report, calculation)))


def contents_of(unit_year: UnitYear) -> dict[UUID, dict[str, Any]]:
    """What every version of a unit's year says, as it was read."""
    return {version.id: version.content for version in queries.versions(unit_year)}


def keep(version: ReportVersion, found: Recalculated) -> None:
    """Update the rows of a version with its new result; unchanged rows are not written."""
    calculation = found.calculation
    version.recalculated_known = round_half_up(calculation.recalculated_known, PLACES)
    version.complete, version.flag_count = calculation.recalculated_total is not None, len(calculation.flags)
    db.session.flush()
    _keep_sources(version, found.sources)
    columns = [column for column in ReportedNumber.__table__.columns if column.key != "version_id"]
    rows = db.session.execute(select(*columns).where(ReportedNumber.version_id == version.id).order_by(ReportedNumber.position))
    if [dict(row) for row in rows.mappings()] != list(found.numbers):
        db.session.execute(delete(ReportedNumber).where(ReportedNumber.version_id == version.id))
        number_rows.write(version, ReportedNumber, found.numbers)


def _keep_sources(version: ReportVersion, rows: tuple[number_rows.Row, ...]) -> None:
    columns = [getattr(ReportedSource, name) for name in ("source_key", *CALCULATED)]
    of = select(*columns).where(ReportedSource.version_id == version.id)
    stored = {row["source_key"]: dict(row) for row in db.session.execute(of).mappings()}
    now = [{name: row[name] for name in ("source_key", *CALCULATED)} for row in rows]
    changed = [
        {"key": row["source_key"], **{name: row[name] for name in CALCULATED}} for row in now if row != stored.get(row["source_key"])
    ]
    if changed:
        of_source = (ReportedSource.version_id == version.id) & (ReportedSource.source_key == bindparam("key"))
        db.session.connection().execute(update(ReportedSource).where(of_source), changed)
        db.session.expire_all()


def keep_all(unit_year: UnitYear, already: Mapping[UUID, Recalculated], pack: RulePack) -> None:
    """Store the results of every version of a unit's year under a pack; `already` holds those recalculated before."""
    for version in queries.versions(unit_year):
        keep(version, already.get(version.id) or recalculated(version.content, pack))


def wait_for_year(year: ProgrammeYear, *, now: datetime) -> None:
    """Have the reports of a year whose rules were changed calculated anew, unit by unit, but for those that a case is open on."""
    for unit_year in db.session.scalars(select(UnitYear).where(UnitYear.year_id == year.id)).unique():
        if open_case(unit_year) is None and queries.newest(unit_year) is not None:
            enqueue(KIND, key=f"{unit_year.id}:{rules_of(unit_year).sha256}", now=now, unit_year=str(unit_year.id))


@task(KIND, limit=timedelta(minutes=30), keep=timedelta(days=2))
def recalculate(_work: JobRun, *, unit_year: str) -> None:
    """Calculate the reports of a unit's year anew under the rules that hold for it now."""
    found = db.session.get_one(UnitYear, UUID(unit_year))
    pack, contents = rules_of(found), contents_of(found)
    db.session.rollback()
    already = {version: recalculated(content, pack) for version, content in contents.items()}
    found = db.session.get_one(UnitYear, UUID(unit_year))
    if rules_of(found).sha256 == pack.sha256:
        keep_all(found, already, pack)
