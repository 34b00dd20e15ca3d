"""Serialises a report to JSON and back without loss."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from verifier.core.report.rows import (
    ActivityRow,
    CrosscheckRow,
    EquipmentRow,
    FacilityRow,
    FactorRow,
    HiddenKind,
    HiddenPart,
    MeasurementRow,
    MeterRow,
    PlanRow,
    ProductionRow,
    ReportedReport,
    Row,
    SourceRow,
    TotalRow,
    UnknownSheet,
)
from verifier.reports.value_json import LazyTuple

OF_CELLS = ("unstored", "percent", "merged")
"""Fields of a row that name columns."""
AnyRow = TypeVar("AnyRow", bound=Row)


def as_json(report: ReportedReport) -> dict[str, Any]:
    """Everything that was read, in the order it was read."""
    return {
        "year": report.year,
        "kind": report.kind,
        "unit": dict(report.unit),
        "facilities": _written(report.facilities),
        "sources": _written(report.sources),
        "activity": _written(report.activity),
        "factors": _written(report.factors),
        "crosschecks": _written(report.crosschecks),
        "measurements": _written(report.measurements),
        "meters": _written(report.meters),
        "production": _written(report.production),
        "totals": _written(report.totals),
        "plan": _written(report.plan),
        "equipment": _written(report.equipment),
        "unknown_sheets": [{"name": sheet.name, "rows": [list(row) for row in sheet.rows]} for sheet in report.unknown_sheets],
        "unknown_columns": [list(place) for place in report.unknown_columns],
        "hidden": [[part.sheet, part.kind.value, part.places] for part in report.hidden],
    }


def from_json(content: Mapping[str, Any]) -> ReportedReport:
    """The report that `as_json` wrote."""
    return ReportedReport(
        year=content["year"],
        kind=content["kind"],
        unit=content["unit"],
        facilities=_read(FacilityRow, content["facilities"]),
        sources=_read(SourceRow, content["sources"]),
        activity=_read(ActivityRow, content["activity"]),
        factors=_read(FactorRow, content["factors"]),
        crosschecks=_read(CrosscheckRow, content["crosschecks"]),
        measurements=_read(MeasurementRow, content["measurements"]),
        meters=_read(MeterRow, content["meters"]),
        production=_read(ProductionRow, content["production"]),
        totals=_read(TotalRow, content["totals"]),
        plan=_read(PlanRow, content["plan"]),
        equipment=_read(EquipmentRow, content["equipment"]),
        unknown_sheets=tuple(UnknownSheet(sheet["name"], tuple(map(tuple, sheet["rows"]))) for sheet in content["unknown_sheets"]),
        unknown_columns=tuple((sheet, column) for sheet, column in content["unknown_columns"]),
        hidden=tuple(HiddenPart(sheet, HiddenKind(kind), places) for sheet, kind, places in content.get("hidden", ())),
    )


def _written(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{field.name: value for field in fields(row) if (value := getattr(row, field.name))} for row in rows]


def _read(kind: type[AnyRow], rows: Sequence[Mapping[str, Any]]) -> Sequence[AnyRow]:
    """The rows of a sheet, made when they are first asked for: a page needs few of the sheets."""
    return LazyTuple(lambda: tuple([_row(kind, row) for row in rows]))


def _row(kind: type[AnyRow], row: Mapping[str, Any]) -> AnyRow:
    if "extra" in row or any(name in row for name in OF_CELLS):
        return kind(**{**row, "extra": tuple(map(tuple, row.get("extra", ()))), **{name: tuple(row.get(name, ())) for name in OF_CELLS}})
    return kind(**row)
