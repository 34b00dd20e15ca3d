"""Check 2: activity × factors → tonnes, exact inside, every step kept; what is unknown stays unknown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

from verifier.core import datachecks
from verifier.core.errors import Refusal
from verifier.core.factors import Factor, FactorBook
from verifier.core.methods import Method, fits, method_of
from verifier.core.quantities import Dimension, convert, number, round_half_up
from verifier.core.readings import AnyRow, DataRow, Quantity, Reading, read_activity, read_measurements
from verifier.core.report import ActivityRow, ReportedReport, Row, SourceRow, yes_or_no
from verifier.core.results import (
    Calculation,
    CategoryResult,
    Flag,
    Reason,
    SourceResult,
    Step,
    Unassigned,
    Unknown,
    UsedFactor,
)
from verifier.core.rulepack import RulePack

__all__ = [
    "Calculation",
    "CategoryResult",
    "Flag",
    "Reason",
    "SourceResult",
    "Step",
    "Unassigned",
    "UsedFactor",
    "calculate",
    "facility_fingerprint",
    "fingerprint",
]


def calculate(report: ReportedReport, pack: RulePack) -> Calculation:
    """A report recalculated under a pack: tonnes of CO2, exact, before rounding; the order of rows never matters."""
    book = FactorBook(report.factors)
    activity, measurements = _by_source(report.activity), _by_source(report.measurements)
    listed: dict[str, list[SourceRow]] = {}
    for row in report.sources:
        listed.setdefault(row.source_id, []).append(row)
    readings: dict[str, Reading] = {}
    results = []
    for source_id, (source, *twins) in listed.items():
        if source.category_code == "measured":
            reading = read_measurements(measurements.get(source_id, ()), report.year, pack.gases)
        else:
            reading = read_activity(activity.get(source_id, ()), report.year)
        readings[source_id] = reading
        results.append(_source_result(source, twins, reading, book, pack))
    counted = [result for result in results if result.counts]
    by_category = _by_category(results, report, pack)
    complete = all(result.complete for result in counted)
    rounded = [category.rounded for category in by_category if category.counts]
    unassigned = _unassigned(listed, activity, measurements)
    return Calculation(
        sources=tuple(results),
        by_category=by_category,
        recalculated_total=sum((result.known for result in counted), Fraction()) if complete else None,
        recalculated_known=sum((result.known for result in counted), Fraction()),
        rounded_total=sum((tonnes for tonnes in rounded if tonnes is not None), Decimal()) if complete else None,
        reported_total=next((_stated(row.reported_tco2) for row in report.totals if row.category_code == "total"), None),
        unassigned=unassigned,
        flags=datachecks.flags(report, pack, readings, results, unassigned),
    )


def _by_source(rows: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.source_id, []).append(row)
    return found


def _source_result(source: SourceRow, twins: Sequence[SourceRow], reading: Reading, book: FactorBook, pack: RulePack) -> SourceResult:
    category = pack.category(source.category_code)
    sign = category.sign if category else 1
    reasons, notes = list(reading.reasons), list(reading.notes)
    for twin in twins:
        same = _content(twin) == _content(source)
        (notes if same else reasons).append(Reason("duplicate_source", None, twin.sheet, twin.row, (("first_row", str(source.row)),)))
    known = Fraction()
    steps: tuple[Step, ...] = ()
    used: tuple[UsedFactor, ...] = ()
    if category is None:
        where = (("category", source.category),)
        reasons.append(Reason("unknown_category", None, source.sheet, source.row, where))
    else:
        known, steps, used = _recalculated(source, reading.quantities, sign, book, reasons, notes)
    reported = _stated(source.reported_tco2)
    if reported is None:
        notes.append(Reason("reported_unreadable", None, source.sheet, source.row, (("text", source.reported_tco2),)))
    elif sign < 0 < reported:
        reported = -reported
    complete = not reasons
    return SourceResult(
        source_id=source.source_id,
        name=source.name,
        facility_id=source.facility_id,
        category=source.category_code,
        counts=bool(category is None or category.counts) and yes_or_no(source.counts) is not False,
        reported=reported,
        recalculated=known if complete else None,
        known=known,
        difference=Fraction(reported) - known if complete and reported is not None else None,
        complete=complete,
        reasons=tuple(reasons),
        steps=steps,
        factors=used,
        notes=tuple(notes),
    )


def _recalculated(
    source: SourceRow, quantities: Sequence[Quantity], sign: int, book: FactorBook, reasons: list[Reason], notes: list[Reason]
) -> tuple[Fraction, tuple[Step, ...], tuple[UsedFactor, ...]]:
    """Tonnes, steps and factors of the known quantities; months under the same factors are taken together."""
    groups: dict[tuple[Factor, ...], tuple[Method, list[Quantity]]] = {}
    methods: dict[int, Method | Reason] = {}
    assumed: Quantity | None = None
    for quantity in quantities:
        try:
            factors = book.factors_of(source, quantity.period)
            if id(factors) not in methods:
                methods[id(factors)] = method_of(source.category_code, factors)
            method = methods[id(factors)]
        except Unknown as unknown:
            method = unknown.reason
        if isinstance(method, Reason):
            if method not in reasons:
                reasons.append(method)
        elif not fits(method, quantity.unit):
            values = (("unit", quantity.unit.name), ("needed", method.unit.name))
            reasons.append(Reason("unit_mismatch", quantity.period, quantity.sheet, quantity.row, values))
        else:
            if quantity.unit.dimension is Dimension.VOLUME and method.unit.dimension is Dimension.NORMAL_VOLUME:
                assumed = assumed or quantity
            groups.setdefault(method.used, (method, []))[1].append(quantity)
    if assumed:
        notes.append(Reason("volume_conditions", None, assumed.sheet, assumed.row, (("unit", assumed.unit.name),)))
    tonnes, steps = Fraction(), list[Step]()
    for method, together in groups.values():
        amount = sum((convert(quantity.amount, quantity.unit, method.unit) for quantity in together), Fraction())
        period = "" if len(groups) == 1 else ", ".join(quantity.period for quantity in together)
        lines = method.steps(amount, sign, period)
        steps += lines
        tonnes += lines[-1].value
    used = dict.fromkeys(factor for factors in groups for factor in factors)
    return tonnes, tuple(steps), tuple(factor.used() for factor in used)


def _by_category(results: Sequence[SourceResult], report: ReportedReport, pack: RulePack) -> tuple[CategoryResult, ...]:
    stated: dict[str, Decimal | None] = {}
    for row in report.totals:
        if row.category_code != "total":
            stated.setdefault(row.category_code, _stated(row.reported_tco2))
    found = []
    for code in sorted({result.category for result in results} | stated.keys()):
        rule = pack.category(code)
        counts = rule is None or rule.counts
        mine = [result for result in results if result.category == code and (result.counts or not counts)]
        known = sum((result.known for result in mine), Fraction())
        whole = known if all(result.complete for result in mine) else None
        reported = stated.get(code)
        if reported is not None and rule is not None and rule.sign < 0 < reported:
            reported = -reported
        rounded = None if whole is None else round_half_up(whole, pack.rounding.places)
        found.append(CategoryResult(code, counts, reported, whole, known, rounded))
    return tuple(found)


def _unassigned(known: Mapping[str, object], *tables: Mapping[str, Sequence[DataRow]]) -> tuple[Unassigned, ...]:
    return tuple(
        Unassigned(
            row.source_id,
            row.period,
            row.quantity if isinstance(row, ActivityRow) else row.hours,
            row.unit if isinstance(row, ActivityRow) else "h",
            row.sheet,
            row.row,
        )
        for table in tables
        for source_id, rows in table.items()
        if source_id not in known or not source_id
        for row in rows
    )


def _stated(text: str) -> Decimal | None:
    """A number the unit states, None where it is blank or no number."""
    try:
        return number(text)
    except Refusal:
        return None


def _content(row: Row) -> dict[str, object]:
    """What a row says, wherever it stands."""
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name not in ("sheet", "row")}


def _digest(parts: Mapping[str, Iterable[Row]]) -> str:
    listed = {
        name: sorted(json.dumps(_content(row), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows)
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
