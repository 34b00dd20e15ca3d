"""Actions on reports: a unit's people submit a workbook, its responsible person releases it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.calculation.recalculation import calculate, facility_fingerprint
from verifier.core.calculation.results import Calculation, SourceResult
from verifier.core.calculation.units import round_half_up
from verifier.core.errors import Refusal
from verifier.core.lifecycle import Stage
from verifier.core.report.fingerprints import Fingerprints
from verifier.core.report.reported_numbers import numbers_of
from verifier.core.report.rows import ReportedReport, SourceRow, yes_or_no
from verifier.core.subject import Subject
from verifier.db import db
from verifier.evidence import actions as evidence
from verifier.evidence.file_kinds import XLSX
from verifier.registry.models import UnitYear
from verifier.reports import number_rows, queries
from verifier.reports.models import ReportedFacility, ReportedNumber, ReportedSource, ReportVersion
from verifier.reports.open_cases import OpenCase, rules_of
from verifier.reports.stored_content import as_json
from verifier.reports.workbook import reader
from verifier.rulepacks.load import load

MEDIA_TYPE = XLSX
PLACES = 15
LARGEST = 1e300
TAKES_REPORTS = frozenset({Stage.ARRANGING, Stage.CHECKING, Stage.ANSWERING})
"""The stages in which a unit may still hand in and release a corrected report."""


class UnreadableReport(Refusal):
    """A workbook refused whole; `problems` lists every place, each a refusal of its own with its sentence."""

    def __init__(self, problems: Sequence[reader.Problem]) -> None:
        super().__init__("report.handed_in.unreadable", count=len(problems))
        self.problems = tuple(Refusal(problem.message_id, **problem.values) for problem in problems)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a workbook must be of, by value: the year, the names and codes its unit goes by, and the rules it is recalculated under."""

    year: int
    known_as: tuple[str, ...]
    pack_id: str


@dataclass(frozen=True, slots=True)
class Read:
    """A workbook read and recalculated, the rows that it will be made into, and nothing written yet."""

    report: ReportedReport
    calculation: Calculation
    pack_sha256: str
    content: dict[str, Any]
    sources: tuple[number_rows.Row, ...]
    facilities: tuple[number_rows.Row, ...]
    numbers: tuple[number_rows.Row, ...]


def expected(unit_year: UnitYear) -> Expected:
    """What is handed in for a unit's year: known by the unit's credit code, or by a name it goes by."""
    unit = unit_year.unit
    known_as = tuple(name for name in (unit.credit_code, unit.name, unit.name_zh) if name)
    return Expected(unit_year.year.emission_year, known_as, rules_of(unit_year).id)


def may_hand_in(unit_year: UnitYear, data: bytes, case: OpenCase | None) -> None:
    """Refuses a case that takes no more reports, and a file that was handed in before."""
    _open(case)
    digest = sha256(data).hexdigest()
    twin = next((version for version in queries.versions(unit_year) if version.sha256 == digest), None)
    if twin is not None:
        raise Refusal("report.handed_in.same_file", number=twin.number)


def read(data: bytes, expected: Expected, *, on_progress: Callable[[int], None] | None = None) -> Read:
    """Read and recalculate without the database, so that nobody waits for it: it may take seconds.

    `on_progress` is called with the number of rows read, before they are recalculated.
    """
    try:
        report = reader.read(data, expected.year, expected.known_as)
    except reader.Unreadable as unreadable:
        raise UnreadableReport(unreadable.problems) from unreadable
    if on_progress:
        on_progress(rows_in(report))
    pack = load(expected.pack_id)
    calculation = calculate(report, pack)
    queries.remember(sha256(data).hexdigest(), pack.sha256, report, calculation)
    return Read(
        report,
        calculation,
        pack.sha256,
        as_json(report),
        source_rows(report, calculation),
        facility_rows(report),
        number_rows.rows(numbers_of(report, calculation)),
    )


def rows_in(report: ReportedReport) -> int:
    """Rows of data of the report's largest sheets: sources, activity, factors, measurements and independent records."""
    return sum(map(len, (report.sources, report.activity, report.factors, report.measurements, report.crosschecks)))


def submit_report(
    unit_year: UnitYear,
    data: bytes,
    filename: str,
    note: str,
    *,
    already: Read | None = None,
    in_store: bool = False,
    case: OpenCase | None = None,
    actor: Actor,
    now: datetime,
) -> ReportVersion:
    """Keep a workbook and every row of it as the next version; structure that cannot be read is refused whole, values never are.

    `already` is the workbook where it was read before the transaction began; it is read anew where the rules were changed meanwhile.
    `in_store`: its bytes were put into the store before the transaction.
    """
    may_hand_in(unit_year, data, case)
    found = already if already and already.pack_sha256 == rules_of(unit_year).sha256 else read(data, expected(unit_year))
    calculation = found.calculation
    stored = evidence.keep(data, MEDIA_TYPE, in_store=in_store, now=now)
    before = queries.newest(unit_year)
    version = ReportVersion(
        unit_year_id=unit_year.id,
        number=before.number + 1 if before else 1,
        filename=filename,
        sha256=stored.sha256,
        note=note.strip() or None,
        handed_in_by=actor.id,
        handed_in_at=now,
        reported_total=calculation.reported_total,
        recalculated_known=round_half_up(calculation.recalculated_known, PLACES),
        complete=calculation.recalculated_total is not None,
        source_count=len(calculation.sources),
        flag_count=len(calculation.flags),
        content=found.content,
    )
    db.session.add(version)
    db.session.flush()
    number_rows.write(version, ReportedSource, found.sources)
    number_rows.write(version, ReportedFacility, found.facilities)
    number_rows.write(version, ReportedNumber, found.numbers)
    record(
        TrailAction.REPORT_VERSION_HANDED_IN,
        actor,
        Subject("unit_year", str(unit_year.id)),
        now=now,
        case=case.id if case else None,
        number=version.number,
        file=filename,
        sha256=stored.sha256,
        flags=version.flag_count,
    )
    return version


def release(version: ReportVersion, *, case: OpenCase | None = None, actor: Actor, now: datetime) -> None:
    """Let the newest version stand as the unit's report; a version is released once, and a superseded one never."""
    _open(case)
    if version.released_at is not None:
        raise Refusal("report.release.already", number=version.number)
    newest = queries.newest(version.unit_year)
    if newest is not None and newest.number != version.number:
        raise Refusal("report.release.superseded", number=version.number, newest=newest.number)
    version.released_by, version.released_at = actor.id, now
    db.session.flush()
    record(
        TrailAction.REPORT_VERSION_RELEASED,
        actor,
        Subject("unit_year", str(version.unit_year_id)),
        now=now,
        case=case.id if case else None,
        number=version.number,
        sha256=version.sha256,
    )


def _open(case: OpenCase | None) -> None:
    if case is not None and case.stage not in TAKES_REPORTS:
        raise Refusal("report.closed", stage=case.stage)


def source_rows(report: ReportedReport, calculation: Calculation) -> tuple[number_rows.Row, ...]:
    """The rows of a report's sources, but for the version they will be of."""
    rows: dict[str, SourceRow] = {}
    for row in report.sources:
        rows.setdefault(row.source_id, row)
    codes: dict[str, set[str]] = {}
    for flag in calculation.flags:
        codes.setdefault(flag.source or "", set()).add(flag.code)
    prints = Fingerprints(report)
    return tuple(
        _source_row(position, rows[result.source_id], result, codes.get(result.source_id, set()), prints.of_source(result.source_id))
        for position, result in enumerate(calculation.sources, start=1)
    )


def _source_row(position: int, row: SourceRow, result: SourceResult, codes: set[str], fingerprint: str) -> number_rows.Row:
    difference = None if result.difference is None else round_half_up(result.difference, PLACES)
    return {
        "position": position,
        "source_key": result.source_id,
        "facility_key": result.facility_id or None,
        "name": result.name,
        "category": result.category,
        "fuel": row.fuel,
        "meter": row.meter_id or None,
        "owner": row.owner or None,
        "in_plan": yes_or_no(row.in_plan),
        "counts": result.counts,
        "reported": result.reported,
        "recalculated": None if result.recalculated is None else round_half_up(result.recalculated, PLACES),
        "known": round_half_up(result.known, PLACES),
        "difference": difference,
        "difference_size": _size(difference),
        "flag_codes": " ".join(sorted(codes)),
        "fingerprint": fingerprint,
    }


def _size(difference: Decimal | None) -> float:
    """How large, to sort by; a number past every float is the largest."""
    return min(abs(float(difference or 0)), LARGEST)


def facility_rows(report: ReportedReport) -> tuple[number_rows.Row, ...]:
    """The first row of each facility; a repeated one is in the content and in its fingerprint."""
    found: dict[str, number_rows.Row] = {}
    for row in report.facilities:
        if row.facility_id not in found:
            found[row.facility_id] = {
                "position": len(found) + 1,
                "facility_key": row.facility_id,
                "name": row.name,
                "in_boundary": yes_or_no(row.in_boundary),
                "owner": row.owner or None,
                "note": row.note or None,
                "fingerprint": facility_fingerprint(report, row.facility_id),
            }
    return tuple(found.values())
