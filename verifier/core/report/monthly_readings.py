"""Monthly quantities of a source: known values, unknown values and the reasons."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from verifier.core.calculation.results import Unknown, UnknownReason
from verifier.core.calculation.units import Dimension, Unit, added, number, unit
from verifier.core.errors import Refusal
from verifier.core.report.rows import ActivityRow, MeasurementRow, period_of, plain_text

TONNE = Unit("t", Dimension.MASS, Fraction(1))
_COLUMNS = (("hours", "h"), ("flow", "10^3 Nm3/h"), ("concentration", "g/Nm3"))
Part = tuple[str, Fraction, str]
Amount = tuple[Fraction, Unit, tuple[Part, ...]]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A known amount of one period, in the unit it was written in; `parts` are what a measured one was made of: (label, number, unit)."""

    period: str
    amount: Fraction
    unit: Unit
    sheet: str
    row: int
    parts: tuple[Part, ...] = ()

    @property
    def base(self) -> Fraction:
        """The amount in the base unit of its dimension."""
        return self.amount * self.unit.size


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a source, why the rest is not, and oddities that leave the number known."""

    quantities: tuple[Quantity, ...]
    reasons: tuple[UnknownReason, ...]
    notes: tuple[UnknownReason, ...]


def in_one_unit(quantities: Iterable[Quantity], into: Unit) -> Fraction:
    """All of them in one unit of the same dimension: added up as written first, then converted."""
    by_unit: dict[str, tuple[Unit, list[Fraction]]] = {}
    for quantity in quantities:
        by_unit.setdefault(quantity.unit.name, (quantity.unit, []))[1].append(quantity.amount)
    sums = [(unit, added(amounts)) for unit, amounts in by_unit.values()]
    return sum((amount if unit is into else amount * unit.size / into.size for unit, amount in sums), Fraction())


DataRow = ActivityRow | MeasurementRow
AnyRow = TypeVar("AnyRow", ActivityRow, MeasurementRow)


def read_activity(rows: Sequence[ActivityRow], year: int) -> Reading:
    """The year's quantities of one source; a blank is unknown, never 0."""
    return _read(rows, year, _activity)


def read_measurements(rows: Sequence[MeasurementRow], year: int, gases: Collection[str]) -> Reading:
    """Tonnes of CO2 of a stack: hours × flow (10^3 Nm3/h) × concentration (g/Nm3) ÷ 1000 × (1 − biomass share), exact.

    A gas the pack does not know is refused with its row. Source: workbook.md, sheet `measurements`.
    """
    return _read(rows, year, lambda row: _measured(row, gases))


def _activity(row: ActivityRow) -> Amount:
    amount = _amount(row, "quantity", row.quantity)
    measured_in = unit(row.unit)
    if measured_in is None:
        raise Unknown(_reason("unit_mismatch", row, unit=row.unit))
    return amount, measured_in, ()


def _measured(row: MeasurementRow, gases: Collection[str]) -> Amount:
    if plain_text(row.gas).upper() not in gases:
        raise Unknown(_reason("gas_not_in_pack", row, gas=row.gas))
    parts = [(column, _amount(row, column, getattr(row, column)), shown) for column, shown in _COLUMNS]
    if row.biomass_fraction.strip():
        share = _amount(row, "biomass_fraction", row.biomass_fraction)
        if share > 1:
            raise Unknown(_reason("factor_out_of_range", row, parameter="biomass_fraction", value=row.biomass_fraction))
        parts.append(("biomass_fraction", 1 - share, "1"))
    tonnes = Fraction(1, 1000)
    for _, value, _ in parts:
        tonnes *= value
    return tonnes, TONNE, tuple(parts)


def _amount(row: DataRow, column: str, text: str) -> Fraction:
    try:
        amount: Decimal | None = number(text)
    except Refusal as refusal:
        raise Unknown(_reason("non_numeric", row, column=column, text=text)) from refusal
    if amount is None:
        raise Unknown(_reason("blank_quantity", row, column=column, formula="yes" if column in row.unstored else "no"))
    if amount < 0:
        raise Unknown(_reason("negative_quantity", row, column=column, quantity=text))
    return Fraction(*amount.as_integer_ratio())


def _reason(code: str, row: DataRow, **values: str) -> UnknownReason:
    return UnknownReason(code, period_of(row.period), row.sheet, row.row, tuple(values.items()))


def _read(rows: Sequence[AnyRow], year: int, amount_of: Callable[[AnyRow], Amount]) -> Reading:
    reasons: list[UnknownReason] = []
    notes: list[UnknownReason] = []
    by_period: dict[str, list[AnyRow]] = {}
    of_year = str(year)
    for row in rows:
        period = period_of(row.period)
        if period is None:
            reasons.append(_reason("unreadable_period", row, text=row.period))
        elif period[:4] != of_year:
            notes.append(_reason("outside_year", row, year=str(year)))
        else:
            by_period.setdefault(period, []).append(row)
    reasons += _gaps(by_period, rows, year)
    quantities: list[Quantity] = []
    for period, of_period in sorted(by_period.items()):
        known: list[Quantity] = []
        for row in of_period:
            try:
                amount, measured_in, parts = amount_of(row)
                known.append(Quantity(period, amount, measured_in, row.sheet, row.row, parts))
            except Unknown as unknown:
                reasons.append(unknown.reason)
        if len(of_period) == 1:
            quantities += known
            continue
        first, *others = of_period
        same = len(known) == len(of_period) and len({(each.base, each.unit.dimension) for each in known}) == 1
        for other in others:
            where = {"first_row": str(first.row), "same": "yes" if same else "no"}
            (notes if same else reasons).append(_reason("duplicate_period", other, **where))
        if same:
            quantities.append(known[0])
    if str(year) in by_period and len(by_period) > 1:
        yearly = by_period[str(year)][0]
        reasons.append(_reason("duplicate_period", yearly, first_row=str(rows[0].row), same="no"))
        quantities = []
    return Reading(tuple(quantities), tuple(reasons), tuple(notes))


def _gaps(by_period: Collection[str], rows: Sequence[DataRow], year: int) -> list[UnknownReason]:
    """A source without any row of the year is one gap, else every missing month is."""
    if not by_period:
        return [UnknownReason("source_without_data")]
    if str(year) in by_period:
        return []
    sheet = rows[0].sheet
    return [UnknownReason("missing_period", month, sheet) for month in _months(year) if month not in by_period]


@lru_cache(maxsize=8)
def _months(year: int) -> tuple[str, ...]:
    return tuple(f"{year}-{month:02d}" for month in range(1, 13))
