"""Check 2: activity × factors → tonnes, exact inside, every step kept; what is unknown stays unknown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from verifier.core import datachecks
from verifier.core.calculation.factors import Factor, FactorBook, same_value
from verifier.core.calculation.methods import Method, fits, method_of
from verifier.core.calculation.results import (
    Calculation,
    CategoryResult,
    Flag,
    SourceResult,
    Step,
    Unassigned,
    Unknown,
    UnknownReason,
    UsedFactor,
    UsedQuantity,
)
from verifier.core.calculation.units import Dimension, Unit, number, round_half_up
from verifier.core.errors import Refusal
from verifier.core.monitoring_plan import MonitoringPlan
from verifier.core.report.fingerprints import content, facility_fingerprint, fingerprint
from verifier.core.report.monthly_readings import AnyRow, DataRow, Quantity, Reading, in_one_unit, read_activity, read_measurements
from verifier.core.report.rows import ActivityRow, ReportedReport, SourceRow, yes_or_no
from verifier.core.rulepack.pack import RulePack

__all__ = [
    "Calculation",
    "CategoryResult",
    "Flag",
    "SourceResult",
    "Step",
    "Unassigned",
    "UnknownReason",
    "UsedFactor",
    "UsedQuantity",
    "calculate",
    "facility_fingerprint",
    "fingerprint",
]


def calculate(
    report: ReportedReport,
    pack: RulePack,
    *,
    previous: ReportedReport | None = None,
    plan: MonitoringPlan | None = None,
    body: Mapping[str, Decimal | Fraction] | None = None,
) -> Calculation:
    """A report recalculated under a pack: tonnes of CO2, exact, before rounding; the order of rows never matters.

    Last year's report, the monitoring plan and the body's own tolerances only add to what is flagged, never to the tonnes.
    What a row leaves unknown makes its source and the total unknown, never 0, with what is known beside it; rounding is the last step,
    by the pack's rule. Source: workbook.md (what a flagged row does), rules.md sections 1 and 3 (arithmetic).
    """
    methods = _Methods(FactorBook(report.factors), pack)
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
        results.append(_source_result(source, twins, reading, methods, pack))
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
        rounded_total=_rounded_total(rounded, counted, pack) if complete else None,
        reported_total=next((_stated(row.reported_tco2) for row in report.totals if row.category_code == "total"), None),
        unassigned=unassigned,
        flags=datachecks.flags(report, pack, readings, results, unassigned, previous=previous, plan=plan, body=body),
    )


def _by_source(rows: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.source_id, []).append(row)
    return found


def _rounded_total(rounded: Sequence[Decimal | None], counted: Sequence[SourceResult], pack: RulePack) -> Decimal:
    if pack.rounding.total == "rounded_sum":
        return round_half_up(sum((result.known for result in counted), Fraction()), pack.rounding.places)
    return sum((tonnes for tonnes in rounded if tonnes is not None), Decimal())


@dataclass(frozen=True, slots=True)
class _Work:
    """Known result of a source, accumulated."""

    known: Fraction = Fraction()
    steps: tuple[Step, ...] = ()
    factors: tuple[UsedFactor, ...] = ()
    method: str = ""
    quantities: tuple[UsedQuantity, ...] = ()


class _Methods:
    """The method for a source's quantity, found once for all that have the same category and factors."""

    def __init__(self, book: FactorBook, pack: RulePack) -> None:
        self._book, self._pack = book, pack
        self._found: dict[tuple[str, int], Method | UnknownReason] = {}
        self.steady = not book.monthly

    def of(self, source: SourceRow, period: str) -> Method | UnknownReason:
        try:
            factors = self._book.factors_of(source, period)
        except Unknown as unknown:
            return unknown.reason
        category = source.category_code
        known = (category, id(factors))
        if known not in self._found:
            self._found[known] = method_of(category, factors, self._pack.methods_for(category), self._pack.carbon_to_co2)
        return self._found[known]


def _source_result(source: SourceRow, twins: Sequence[SourceRow], reading: Reading, methods: _Methods, pack: RulePack) -> SourceResult:
    category = pack.category(source.category_code)
    sign = category.sign if category else 1
    reasons, notes = list(reading.reasons), list(reading.notes)
    for twin in twins:
        same = content(twin) == content(source)
        (notes if same else reasons).append(
            UnknownReason("duplicate_source", None, twin.sheet, twin.row, (("first_row", str(source.row)),))
        )
    work = _Work()
    if category is None:
        where = (("category", source.category),)
        reasons.append(UnknownReason("unknown_category", None, source.sheet, source.row, where))
    else:
        work = _recalculated(source, reading.quantities, sign, methods, pack, reasons=reasons, notes=notes)
    reported = _stated(source.reported_tco2)
    if reported is None:
        notes.append(UnknownReason("reported_unreadable", None, source.sheet, source.row, (("text", source.reported_tco2),)))
    elif sign < 0 < reported:
        reported = -reported
    complete = not reasons
    return SourceResult(
        source_id=source.source_id,
        name=source.name,
        facility_id=source.facility_id,
        category=source.category_code,
        counts=bool(category is None or category.in_total) and yes_or_no(source.counts) is not False,
        reported=reported,
        recalculated=work.known if complete else None,
        known=work.known,
        difference=Fraction(reported) - work.known if complete and reported is not None else None,
        complete=complete,
        reasons=tuple(reasons),
        steps=work.steps,
        factors=work.factors,
        notes=tuple(notes),
        method=work.method,
        quantities=work.quantities,
    )


def _recalculated(
    source: SourceRow,
    quantities: Sequence[Quantity],
    sign: int,
    methods: _Methods,
    pack: RulePack,
    *,
    reasons: list[UnknownReason],
    notes: list[UnknownReason],
) -> _Work:
    """Tonnes, steps and factors of the known quantities; months under the same factors are taken together."""
    groups: dict[tuple[str, tuple[int, ...]], tuple[Method, list[Quantity]]] = {}
    under: dict[int, list[Quantity]] = {}
    assumed: Quantity | None = None
    steady = methods.of(source, "") if quantities and methods.steady else None
    for quantity in quantities:
        method = steady or methods.of(source, quantity.period)
        if isinstance(method, UnknownReason):
            if method not in reasons:
                reasons.append(method)
        elif not fits(method, quantity.unit):
            values = (("unit", quantity.unit.name), ("needed", method.unit.name))
            reasons.append(UnknownReason("unit_mismatch", quantity.period, quantity.sheet, quantity.row, values))
        else:
            if quantity.unit is not method.unit and _at_unstated_conditions(quantity.unit, method.unit):
                assumed = assumed or quantity
            if id(method) not in under:
                alike = (method.code, tuple(map(id, method.used)))  # a row is read once: the same factor is the same object
                under[id(method)] = groups.setdefault(alike, (method, []))[1]
            under[id(method)].append(quantity)
    if assumed:
        notes.append(UnknownReason("volume_conditions", None, assumed.sheet, assumed.row, (("unit", assumed.unit.name),)))
    tonnes, steps, used = Fraction(), list[Step](), list[UsedQuantity]()
    for method, group in groups.values():
        period = "" if len(groups) == 1 else ", ".join(quantity.period for quantity in group)
        lines = (*_measured_steps(group), *method.steps(in_one_unit(group, method.unit), sign, period))
        steps += lines
        tonnes += lines[-1].value
        used += _used_quantities(group, method, sign)
    if len(groups) > 1:
        steps.append(Step("step.tonnes", tonnes, "tCO2", "", "result"))
    factors_used = {id(factor): factor for method, _ in groups.values() for factor in method.used}
    named = tuple(_used_factor(factor, source, pack) for factor in factors_used.values())
    return _Work(tonnes, tuple(steps), named, " + ".join(dict.fromkeys(code for code, _ in groups)), tuple(used))


def _at_unstated_conditions(written: Unit, needed: Unit) -> bool:
    return written.dimension is Dimension.VOLUME and needed.dimension is Dimension.NORMAL_VOLUME


def _used_quantities(quantities: Sequence[Quantity], method: Method, sign: int) -> Iterator[UsedQuantity]:
    per_unit, ratios = sign * method.per_unit, dict[str, Fraction]()
    for quantity in quantities:
        if quantity.unit.name not in ratios:
            same = quantity.unit is method.unit
            ratios[quantity.unit.name] = Fraction(1) if same else quantity.unit.size / method.unit.size
        ratio = ratios[quantity.unit.name]
        yield UsedQuantity(
            quantity.period, quantity.amount, quantity.unit.name, quantity.sheet, quantity.row, ratio, method.unit.name, per_unit
        )


def _measured_steps(quantities: Sequence[Quantity]) -> Iterator[Step]:
    """What each measured row was made of, before its tonnes."""
    for quantity in quantities:
        for label, value, shown in quantity.parts:
            yield Step(f"step.{label}", value, shown, quantity.period, "measurement", quantity.sheet, quantity.row)


def _used_factor(factor: Factor, source: SourceRow, pack: RulePack) -> UsedFactor:
    """The factor with its table and that table's version: as the unit names it, else the published table whose default it is."""
    used, row = factor.used(), factor.row
    table = pack.table(row.table) if row.table.strip() else None
    if table is None and not row.table.strip():
        published = next(
            (each for each in pack.factor_rows(source.category_code, source.fuel, used.parameter) if same_value(factor, each)), None
        )
        table = pack.table(published.table) if published else None
        used = replace(used, table=table.code) if table else used
    return replace(used, version=table.version) if table and table.version else used


def _by_category(results: Sequence[SourceResult], report: ReportedReport, pack: RulePack) -> tuple[CategoryResult, ...]:
    stated: dict[str, Decimal | None] = {}
    for row in report.totals:
        if row.category_code != "total":
            stated.setdefault(row.category_code, _stated(row.reported_tco2))
    found = []
    for code in sorted({result.category for result in results} | stated.keys()):
        rule = pack.category(code)
        if rule is not None and not rule.reported:
            continue
        counts = rule is None or rule.in_total
        own = [result for result in results if result.category == code and (result.counts or not counts)]
        known = sum((result.known for result in own), Fraction())
        complete = known if all(result.complete for result in own) else None
        reported = stated.get(code)
        if reported is not None and rule is not None and rule.sign < 0 < reported:
            reported = -reported
        rounded = None if complete is None else round_half_up(complete, pack.rounding.places)
        found.append(CategoryResult(code, counts, reported, complete, known, rounded))
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
