"""Check 2: all reported numbers, with location, tonnes that depend on them, and the data they are based on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import blake2b
from typing import TypeVar

from verifier.core.calculation.results import Calculation, Flag, SourceResult
from verifier.core.calculation.units import number
from verifier.core.errors import Refusal
from verifier.core.report.rows import ActivityRow, FactorRow, MeasurementRow, ReportedReport, Row, code_of, period_of, plain_text

MEASURED = {"hours": "h", "flow": "10^3 Nm3/h", "concentration": "g/Nm3", "biomass_fraction": "1"}
"""The columns of continuous measurement that hold numbers, with their units."""
LARGEST = 1e300
AnyRow = TypeVar("AnyRow", ActivityRow, MeasurementRow, FactorRow)


class NumberKind(StrEnum):
    """What a reported number is."""

    ACTIVITY = "activity"
    MEASUREMENT = "measurement"
    FACTOR = "factor"
    REPORTED = "reported"
    """The tonnes a source reports."""
    TOTAL = "total"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Number:
    """One reported number by its natural key; `row` is None where a month is missing, `value` None where nothing can be read.

    `weight` is in t CO2: what hangs on it, as far as it is known, without its sign. `fingerprint` covers the value and what it rests on:
    its unit, basis and document, the independent records of its month, and its meter; never where it stands.
    """

    key: str
    kind: NumberKind
    source: str
    parameter: str
    period: str
    written: str
    value: Decimal | None
    unit: str
    sheet: str
    row: int | None
    column: str
    document: str
    basis: str
    weight: float
    flags: tuple[str, ...]
    fingerprint: str


def numbers_of(report: ReportedReport, calculation: Calculation) -> list[Number]:
    """Every number of a report: source by source in its order, then factors of a kind, totals, production and data of unknown sources.

    Two rows of one key are told apart by what they say, so that the order of rows changes no key. Source: workbook.md (sheets), house.md
    (the natural key of a reported number is source, parameter, period).
    """
    return _flagged(_told_apart(list(_Reader(report, calculation).all())), calculation.flags)


class _Reader:
    """Rows looked up once, so that a report of 100,000 rows is passed over a few times only."""

    def __init__(self, report: ReportedReport, calculation: Calculation) -> None:
        self._report, self._calculation = report, calculation
        self._activity, self._measurements = _by_source(report.activity), _by_source(report.measurements)
        self._factors = _by_source(report.factors)
        self._meters = _meters(report)
        self._beside: dict[tuple[str, str], list[str]] = {}
        for check in report.crosschecks:
            at = check.source_id, _period(check.period)
            self._beside.setdefault(at, []).append("|".join((check.quantity, check.unit, check.document)))
        self._weights = _weights(calculation)

    def all(self) -> Iterator[Number]:
        listed = {row.source_id: row for row in reversed(self._report.sources)}
        for result in self._calculation.sources:
            key, source = result.source_id, listed[result.source_id]
            yield self._one(
                NumberKind.REPORTED, source, key, "", source.reported_tco2, "tCO2", column="reported_tco2", rests=(result.category,)
            )
            yield from self._data(key)
            yield from self._holes(result)
            yield from self._factor_rows(key)
        yield from (each for key in self._factors if key not in listed for each in self._factor_rows(key))
        for total in self._report.totals:
            yield self._one(NumberKind.TOTAL, total, total.category_code, "", total.reported_tco2, "tCO2", column="reported_tco2")
        for production in self._report.production:
            yield self._one(
                NumberKind.PRODUCTION,
                production,
                production.product,
                production.period,
                production.quantity,
                production.unit,
                column="quantity",
            )
        undeclared = dict.fromkeys((*self._activity, *self._measurements))
        yield from (each for key in undeclared if key not in listed for each in self._data(key))

    def _data(self, key: str) -> Iterator[Number]:
        meter = self._meters.get(key, "")
        for row in self._activity.get(key, ()):
            rests = (row.missing_hours, meter, *sorted(self._beside.get((key, _period(row.period)), ())))
            yield self._one(
                NumberKind.ACTIVITY,
                row,
                key,
                row.period,
                row.quantity,
                row.unit,
                column="quantity",
                document=row.document,
                basis=row.basis,
                rests=rests,
            )
        for measured in self._measurements.get(key, ()):
            for column, unit in MEASURED.items():
                text = getattr(measured, column)
                if column != "biomass_fraction" or text.strip():
                    rests = (measured.gas, meter)
                    yield self._one(NumberKind.MEASUREMENT, measured, key, measured.period, text, unit, column=column, rests=rests)

    def _holes(self, result: SourceResult) -> Iterator[Number]:
        """A month that must be there and is not, in the unit of its neighbours."""
        key = result.source_id
        rows = self._activity.get(key, ())
        kind = NumberKind.MEASUREMENT if result.category == "measured" else NumberKind.ACTIVITY
        for reason in result.reasons:
            if reason.code == "missing_period" and reason.period:
                missing = Row(sheet=reason.sheet, row=0)
                rests = ("missing", *sorted(self._beside.get((key, reason.period), ())))
                unit = rows[0].unit if rows else ""
                yield replace(self._one(kind, missing, key, reason.period, "", unit, column="quantity", rests=rests), row=None)

    def _factor_rows(self, key: str) -> Iterator[Number]:
        for row in self._factors.get(key, ()):
            unit = "%" if plain_text(row.shown).endswith("%") else row.unit
            yield self._one(
                NumberKind.FACTOR,
                row,
                key,
                row.period,
                row.shown,
                unit,
                column="value",
                document=row.reference,
                basis=row.basis,
                rests=(row.table,),
                parameter=code_of(row.parameter),
            )

    def _one(
        self,
        kind: NumberKind,
        row: Row,
        source: str,
        period: str,
        written: str,
        unit: str,
        *,
        column: str,
        document: str = "",
        basis: str = "",
        rests: Sequence[str] = (),
        parameter: str = "",
    ) -> Number:
        at, value = _period(period), readable(written)
        own = kind in (NumberKind.REPORTED, NumberKind.TOTAL)
        weight = _size(value) if own else self._weights.get((row.sheet, row.row), 0.0)
        parameter = parameter or column
        print_of = _digest((kind, written, unit, document, basis, *rests))
        return Number(
            _key(kind, source, parameter, at),
            kind,
            source,
            parameter,
            at,
            written,
            value,
            unit,
            row.sheet,
            row.row,
            column,
            document,
            basis,
            weight,
            (),
            print_of,
        )


def _by_source(rows: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.source_id, []).append(row)
    return found


def _meters(report: ReportedReport) -> dict[str, str]:
    """What is said of each source's meter."""
    by_meter: dict[str, list[str]] = {}
    for row in report.meters:
        content = (row.meter_id, row.model, row.location, row.accuracy, row.calibrated_on, row.valid_until)
        by_meter.setdefault(row.meter_id, []).append("|".join(content))
    return {row.source_id: "\x1e".join(sorted(by_meter.get(row.meter_id, ()))) for row in report.sources if row.meter_id}


def _period(text: str) -> str:
    return period_of(text) or plain_text(text)


def _key(kind: NumberKind, source: str, parameter: str, period: str) -> str:
    """The natural key, also used in addresses: a slash inside a part is escaped."""
    named = kind in (NumberKind.MEASUREMENT, NumberKind.FACTOR)
    parts = (kind.value, source or "~", parameter if named else "", period)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts if part)


def _digest(parts: Sequence[str]) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def _size(value: Decimal | Fraction | None) -> float:
    try:
        return abs(float(value or 0))
    except OverflowError:
        return LARGEST


def _weights(calculation: Calculation) -> dict[tuple[str, int], float]:
    """Tonnes related to a row: a quantity's own, and for a factor those of all its sources."""
    found: dict[tuple[str, int], float] = {}
    for result in calculation.sources:
        for quantity in result.quantities:
            found[quantity.sheet, quantity.row] = _size(quantity.tonnes)
        known = _size(result.known)
        for place in {(factor.sheet, factor.row) for factor in result.factors}:
            found[place] = found.get(place, 0.0) + known
    return found


def _told_apart(found: list[Number]) -> list[Number]:
    """The second of one key is `…#2`, counted by what they say."""
    places: dict[str, list[int]] = {}
    for place, each in enumerate(found):
        places.setdefault(each.key, []).append(place)
    for key, twins in places.items():
        if len(twins) > 1:
            for count, place in enumerate(sorted(twins, key=lambda at: (found[at].fingerprint, found[at].row or 0))[1:], start=2):
                found[place] = replace(found[place], key=f"{key}#{count}")
    return found


def _flagged(found: list[Number], flags: Sequence[Flag]) -> list[Number]:
    """Each flag's code at the number it is about; else at its source's month; else at the tonnes its source reports."""
    by_row: dict[tuple[str, int], list[int]] = {}
    by_month: dict[tuple[str, str], list[int]] = {}
    by_source: dict[str, list[int]] = {}
    for place, each in enumerate(found if flags else ()):
        if each.row is not None:
            by_row.setdefault((each.sheet, each.row), []).append(place)
        if each.kind in (NumberKind.ACTIVITY, NumberKind.MEASUREMENT):
            by_month.setdefault((each.source, each.period), []).append(place)
        elif each.kind is NumberKind.REPORTED:
            by_source[each.source] = [place]
    codes: dict[int, set[str]] = {}
    for flag in flags:
        source, row = flag.source or "", flag.row
        places = by_row.get((flag.sheet, row), ()) if row is not None else ()
        places = places or by_month.get((source, flag.period or ""), ()) or by_source.get(source, ())
        exact = [place for place in places if found[place].column == flag.column]
        for place in exact or places:
            codes.setdefault(place, set()).add(flag.code)
    for place, here in codes.items():
        found[place] = replace(found[place], flags=tuple(sorted(here)))
    return found


def readable(written: str) -> Decimal | None:
    """The number a cell holds, a percent sign left aside; None for a blank and for text that is no number."""
    try:
        return number(plain_text(written).removesuffix("%"))
    except Refusal:
        return None
