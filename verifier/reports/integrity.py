"""Whether the rows that lists show of reports are what follows from the content of each version, which the trail records."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from verifier.db import Base, db
from verifier.jobs import queries as jobs
from verifier.jobs.models import State
from verifier.reports import number_rows
from verifier.reports.actions import facility_rows
from verifier.reports.models import ReportedFacility, ReportedNumber, ReportedSource, ReportVersion
from verifier.reports.open_cases import rules_of
from verifier.reports.recalculation import CALCULATED, KIND, recalculated
from verifier.reports.stored_content import from_json

ENDED = (State.DONE, State.GAVE_UP)
SOURCE = ("source_key", "facility_key", "name", "fuel", "meter", "owner", "in_plan", "reported")
FACILITY = ("facility_key", "name", "in_boundary", "owner", "note")
NUMBER = ("kind", "source_key", "parameter", "period", "written", "value", "unit", "sheet", "row", "cell", "document")
"""The columns of each table that the unit filled in: they are the same under every rule pack and every version of the program."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A table of a report version that differs from the content; `only_calculated` where all that the unit handed in is equal."""

    table: str
    version: str
    only_calculated: bool


def verify_reported_rows() -> Iterator[RowDifference]:
    """Every table of a version whose rows are not those of its content.

    Recalculates each version: seconds for a hundred reports. Calculated columns of a version whose recalculation is still queued are left
    out. Numbers of a kind that no row of the version has are left out too: the version was handed in before the program listed that kind.
    Content that is no report any more differs as a whole.
    """
    for key in list(db.session.scalars(select(ReportVersion.id).order_by(ReportVersion.id))):
        version = db.session.get_one(ReportVersion, key)
        try:
            expected, facilities = recalculated(version.content, rules_of(version.unit_year)), facility_rows(from_json(version.content))
        except (KeyError, TypeError, ValueError, AttributeError):
            yield RowDifference("content", str(key), only_calculated=False)
            continue
        sources = _stored(version, ReportedSource)
        if not _equal(sources, expected.sources, SOURCE):
            yield RowDifference("reported_source", str(key), only_calculated=False)
        elif not _recalculation_waits(version) and not _equal(sources, expected.sources, ("source_key", *CALCULATED)):
            yield RowDifference("reported_source", str(key), only_calculated=True)
        if not _equal(_stored(version, ReportedFacility), facilities, FACILITY):
            yield RowDifference("reported_facility", str(key), only_calculated=False)
        numbers = _stored(version, ReportedNumber)
        kinds = {str(row["kind"]) for row in numbers}
        if not _equal(_in_cells(numbers, kinds), _in_cells(expected.numbers, kinds or _kinds(expected.numbers)), NUMBER):
            yield RowDifference("reported_number", str(key), only_calculated=False)
        db.session.expunge_all()


def _recalculation_waits(version: ReportVersion) -> bool:
    waiting = jobs.of_key(KIND, f"{version.unit_year_id}:{rules_of(version.unit_year).sha256}")
    return waiting is not None and waiting.state not in ENDED


def _stored(version: ReportVersion, model: type[Base]) -> list[number_rows.Row]:
    table = model.__table__
    found = db.session.execute(select(table).where(table.c.version_id == version.id)).mappings()
    return [dict(row) for row in found]


def _kinds(rows: Iterable[number_rows.Row]) -> set[str]:
    return {str(row["kind"]) for row in rows}


def _in_cells(rows: Iterable[number_rows.Row], kinds: Collection[str]) -> list[number_rows.Row]:
    """The numbers that stand in a cell; which months are missing follows from the rules."""
    return [row for row in rows if row["row"] is not None and str(row["kind"]) in kinds]


def _equal(stored: Iterable[number_rows.Row], expected: Iterable[number_rows.Row], columns: tuple[str, ...]) -> bool:
    """Whether the rows are the same in these columns, however they are ordered."""

    def filled_in(rows: Iterable[number_rows.Row]) -> Counter[tuple[object, ...]]:
        return Counter(tuple(row[name] for name in columns) for row in rows)

    return filled_in(stored) == filled_in(expected)
