"""What a number rests on, as one checksum: the same words come to the same, in whichever order they stand."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import sha256

from verifier.core.factors import FactorBook
from verifier.core.report import ReportedReport, Row, SourceRow


def content(row: Row) -> dict[str, object]:
    """What a row says, wherever it stands."""
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name not in ("sheet", "row")}


def _digest(parts: Mapping[str, Iterable[Row]]) -> str:
    listed = {
        name: sorted(json.dumps(content(row), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows)
        for name, rows in parts.items()
    }
    return sha256(json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def fingerprint(report: ReportedReport, source_id: str) -> str:
    """SHA-256 over everything a source's number rests on; it changes with any of it, never with the order of rows."""
    book = FactorBook(report.factors)
    sources = [source for source in report.sources if source.source_id == source_id]
    meters = {source.meter_id for source in sources if source.meter_id}
    return _digest(
        {
            "sources": sources,
            "activity": [row for row in report.activity if row.source_id == source_id],
            "measurements": [row for row in report.measurements if row.source_id == source_id],
            "factors": [row for source in sources[:1] for row in book.rows_of(source)],
            "crosschecks": [row for row in report.crosschecks if row.source_id == source_id],
            "meters": [row for row in report.meters if row.meter_id in meters],
        }
    )


def facility_fingerprint(report: ReportedReport, facility_id: str) -> str:
    """SHA-256 over a facility as reported and the sources it holds, not their numbers."""
    mine = [source for source in report.sources if source.facility_id == facility_id]
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
        for row in mine
    ]
    return _digest({"facilities": facilities, "equipment": equipment, "sources": bare})
