"""Fingerprints: SHA-256 over the data a number is based on, independent of row order."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

from verifier.core.calculation.factors import FactorBook
from verifier.core.report.rows import ReportedReport, Row, SourceRow

AnyRow = TypeVar("AnyRow", bound=Row)


def content(row: Row) -> dict[str, object]:
    """Content of a row, independent of its position."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__ if name not in ("sheet", "row")}


def _digest(parts: Mapping[str, Iterable[Row]]) -> str:
    listed = {
        name: sorted(json.dumps(content(row), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows)
        for name, rows in parts.items()
    }
    return sha256(json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def fingerprint(report: ReportedReport, source_id: str) -> str:
    """SHA-256 over everything a source's number rests on; it changes with any of it, never with the order of rows."""
    return Fingerprints(report).of_source(source_id)


class Fingerprints:
    """The fingerprints of a report's sources, each row looked up once."""

    def __init__(self, report: ReportedReport) -> None:
        self._book = FactorBook(report.factors)
        self._sources = _grouped((row.source_id, row) for row in report.sources)
        self._activity = _grouped((row.source_id, row) for row in report.activity)
        self._measurements = _grouped((row.source_id, row) for row in report.measurements)
        self._crosschecks = _grouped((row.source_id, row) for row in report.crosschecks)
        self._meters = _grouped((row.meter_id, row) for row in report.meters)

    def of_source(self, source_id: str) -> str:
        """SHA-256 over everything the source's number rests on."""
        sources = self._sources.get(source_id, [])
        meters = {source.meter_id for source in sources if source.meter_id}
        return _digest(
            {
                "sources": sources,
                "activity": self._activity.get(source_id, []),
                "measurements": self._measurements.get(source_id, []),
                "factors": [row for source in sources[:1] for row in self._book.rows_of(source)],
                "crosschecks": self._crosschecks.get(source_id, []),
                "meters": [row for meter in meters for row in self._meters.get(meter, [])],
            }
        )


def _grouped(rows: Iterable[tuple[str, AnyRow]]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return found


def facility_fingerprint(report: ReportedReport, facility_id: str) -> str:
    """SHA-256 over a facility as reported and the sources it holds, not their numbers."""
    own_sources = [source for source in report.sources if source.facility_id == facility_id]
    facilities = [row for row in report.facilities if row.facility_id == facility_id]
    equipment = [row for row in report.equipment if row.facility_id == facility_id]
    bare = [
        SourceRow(
            sheet="",
            row=0,
            source_id=row.source_id,
            name=row.name,
            category=row.category,
            fuel=row.fuel,
            in_plan=row.in_plan,
            counts=row.counts,
        )
        for row in own_sources
    ]
    return _digest({"facilities": facilities, "equipment": equipment, "sources": bare})
