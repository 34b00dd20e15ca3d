"""A year's amounts in one unit: of a source or a product, by month and in total, where known."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from verifier.core.calculation.units import Dimension, Unit, measures_same, unit
from verifier.core.report.monthly_readings import Reading, read_activity, read_measurements
from verifier.core.report.rows import ActivityRow, MeasurementRow, ProductionRow, ReportedReport, plain_text

NOTHING = Reading((), (), ())


@dataclass(frozen=True, slots=True)
class Year:
    """Amounts by period in `unit`; `total` is None where any of the year is unknown: a blank is never 0."""

    unit: str
    periods: Mapping[str, Fraction]
    total: Fraction | None

    @property
    def months(self) -> Mapping[str, Fraction]:
        """Those of single months."""
        return {period: amount for period, amount in self.periods.items() if len(period) > 4}


def amounts(reading: Reading, shared: Unit) -> Year:
    """A reading in one unit; what does not measure the same is unknown, and the total with it. Source: workbook.md (blanks, units)."""
    fitting = [each for each in reading.quantities if measures_same(each.unit, shared)]
    found = {each.period: each.base / shared.size for each in fitting}
    complete = bool(found) and not reading.reasons and len(fitting) == len(reading.quantities)
    return Year(shared.name, found, sum(found.values(), Fraction()) if complete else None)


def usual_unit(texts: Iterable[str]) -> Unit | None:
    """The unit written most often, the first by name where several are; None where none can be read."""
    known = Counter(found for text in texts if (found := unit(text)) is not None)
    return min(known, key=lambda each: (-known[each], each.name), default=None)


def readings_of(report: ReportedReport, gases: Collection[str]) -> Mapping[str, Reading]:
    """What the rows of each listed source say of the year, as the recalculation reads them."""
    activity: dict[str, list[ActivityRow]] = {}
    measured: dict[str, list[MeasurementRow]] = {}
    for row in report.activity:
        activity.setdefault(row.source_id, []).append(row)
    for stack in report.measurements:
        measured.setdefault(stack.source_id, []).append(stack)
    kinds = {source.source_id: source.category_code for source in reversed(report.sources)}
    return {
        key: read_measurements(measured.get(key, ()), report.year, gases)
        if kind == "measured"
        else read_activity(activity.get(key, ()), report.year)
        for key, kind in kinds.items()
    }


def sources(report: ReportedReport, readings: Mapping[str, Reading]) -> Mapping[str, Unit]:
    """The unit each source is shown in: the one its rows of the year are written in most often."""
    texts: dict[str, list[str]] = {}
    for row in report.activity:
        texts.setdefault(row.source_id, []).append(row.unit)
    found = {
        key: usual_unit(texts.get(key, ())) or usual_unit(each.unit.name for each in read.quantities) for key, read in readings.items()
    }
    return {key: each for key, each in found.items() if each is not None}


def products(rows: Sequence[ProductionRow], year: int) -> Mapping[str, tuple[Unit, Reading]]:
    """The production of each product, read as activity data is; pieces, square metres and the like are counted in their own word.

    A product written in units that do not measure the same is unknown. Source: workbook.md, sheet `production`.
    """
    by_product: dict[str, list[ProductionRow]] = {}
    for row in rows:
        if product := plain_text(row.product):
            by_product.setdefault(product, []).append(row)
    return {product: _product(of_product, year) for product, of_product in sorted(by_product.items())}


def _product(rows: Sequence[ProductionRow], year: int) -> tuple[Unit, Reading]:
    words = {plain_text(row.unit).casefold() for row in rows}
    own = len(words) == 1 and unit(rows[0].unit) is None
    shown = Unit(min(plain_text(row.unit) for row in rows), Dimension.RATIO, Fraction(1)) if own else usual_unit(row.unit for row in rows)
    read = [
        ActivityRow(
            sheet=row.sheet, row=row.row, source_id=row.product, period=row.period, quantity=row.quantity, unit="1" if own else row.unit
        )
        for row in rows
    ]
    return (shown, read_activity(read, year)) if shown is not None else (Unit("", Dimension.RATIO, Fraction(1)), NOTHING)


def in_unit_of(then: tuple[Unit, Reading] | None, now: Unit) -> Year:
    """Last year's production in this year's unit; unknown where its own word is another one."""
    if then is None or (then[0].dimension is Dimension.RATIO and then[0].name.casefold() != now.name.casefold()):
        return Year(now.name, {}, None)
    return replace(amounts(then[1], now), unit=now.name)
