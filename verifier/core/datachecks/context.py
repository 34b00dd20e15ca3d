"""Input of every data check: rows by source, quantities as floats for screening, and tonnes of CO2 per unit of each source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from statistics import median

from verifier.core.calculation.results import Flag, SourceResult, Unassigned
from verifier.core.calculation.units import Dimension, Unit, number, round_half_up
from verifier.core.datachecks.thresholds import Thresholds
from verifier.core.errors import Refusal
from verifier.core.monitoring_plan import MonitoringPlan
from verifier.core.report.monthly_readings import Quantity, Reading, in_one_unit
from verifier.core.report.rows import PARAMETERS, FactorRow, ReportedReport, SourceRow, code_of, plain_text
from verifier.core.rulepack.pack import RulePack

PLACES = 15
BASE = Unit("", Dimension.RATIO, Fraction(1))
"""The base unit of whichever dimension: of size 1."""
NOTHING: Mapping[str, str] = {}
Kind = tuple[str, str]
"""Category and fuel: sources of one kind have their seasons in common."""


def flag(
    code: str,
    source: str | None,
    period: str | None,
    sheet: str,
    row: int | None,
    column: str = "",
    /,
    *,
    tonnes: Fraction | None = None,
    caused_by: str | None = None,
    message: str = "",
    values: Mapping[str, str] = NOTHING,
) -> Flag:
    """One flag; its message id is `flag.<code>` unless another is named."""
    effect = None if tonnes is None else round_half_up(tonnes, PLACES)
    return Flag(code, source, period, sheet, row, message or f"flag.{code}", tuple(values.items()), effect, caused_by, column)


def decimal(text: str) -> Decimal | None:
    """The number a text is, None where it is blank or no number."""
    try:
        return number(text)
    except Refusal:
        return None


@dataclass(frozen=True)
class CheckContext:
    """A report as the rules see it."""

    report: ReportedReport
    pack: RulePack
    readings: Mapping[str, Reading]
    results: Sequence[SourceResult]
    unassigned: Sequence[Unassigned]
    limits: Thresholds
    previous: ReportedReport | None = None
    plan: MonitoringPlan | None = None
    """The monitoring plan handed in beside the report."""
    before: Mapping[str, Reading] | None = None
    """Last year's readings by source, where last year's report is at hand."""

    @cached_property
    def rows(self) -> dict[str, SourceRow]:
        """The first row of each source."""
        return {source.source_id: source for source in reversed(self.report.sources)}

    @cached_property
    def unknown_parameters(self) -> tuple[FactorRow, ...]:
        """Factor rows whose parameter is no word of the form."""
        return tuple(row for row in self.report.factors if code_of(row.parameter) not in PARAMETERS)

    @cached_property
    def misnamed(self) -> frozenset[str]:
        """Sources that such a row speaks of."""
        return frozenset(key for key, source in self.rows.items() if any(row.speaks_of(source) for row in self.unknown_parameters))

    @cached_property
    def by_id(self) -> dict[str, SourceResult]:
        """Results by source."""
        return {result.source_id: result for result in self.results}

    @cached_property
    def months(self) -> dict[str, dict[str, Quantity]]:
        """Known monthly quantities of each source by month."""
        return {key: {each.period: each for each in reading.quantities if len(each.period) > 4} for key, reading in self.readings.items()}

    @cached_property
    def sizes(self) -> dict[str, dict[str, float]]:
        """The same in base units, as floats: enough to screen by."""
        units = {each.unit.name: each.unit for months in self.months.values() for each in months.values()}
        floats = {name: float(each.size) for name, each in units.items()}
        return {
            key: {period: (at := each.amount).numerator / at.denominator * floats[each.unit.name] for period, each in months.items()}
            for key, months in self.months.items()
        }

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each source."""
        return {key: (row.category_code, plain_text(row.fuel).casefold()) for key, row in self.rows.items()}

    @cached_property
    def under_kind(self) -> dict[Kind, tuple[str, ...]]:
        """The sources of each kind."""
        found: dict[Kind, list[str]] = {}
        for key, kind in self.kinds.items():
            found.setdefault(kind, []).append(key)
        return {kind: tuple(keys) for kind, keys in found.items()}

    @cached_property
    def floor(self) -> float:
        """Tonnes below which an oddity of size alone is not worth a look: a share of what the report states in all."""
        stated = sum(abs(result.reported) for result in self.results if result.reported is not None)
        return float(self.limits.outlier_weight) * float(stated)

    def rate(self, source_id: str) -> Fraction | None:
        """Tonnes of CO2 for a base unit of the source's quantity, the usual of its kind where its own is unknown; deductions negative."""
        own = self._own_rate(source_id)
        return own if own is not None else self._usual_rates.get(self.kinds.get(source_id, ("", "")))

    def tonnes(self, source_id: str, base: Fraction | float) -> Fraction | None:
        """Tonnes of CO2 of an amount in base units; None if no rate is known."""
        rate = self.rate(source_id)
        return None if rate is None else rate * Fraction(base)

    def _own_rate(self, source_id: str) -> Fraction | None:
        result = self.by_id.get(source_id)
        if result is None or not result.known:
            return None
        mismatched = {reason.period for reason in result.reasons if reason.code == "unit_mismatch"}
        quantities = in_one_unit((each for each in self.readings[source_id].quantities if each.period not in mismatched), BASE)
        return result.known / quantities if quantities else None

    @cached_property
    def _usual_rates(self) -> dict[Kind, Fraction]:
        rates: dict[Kind, list[Fraction]] = {}
        for source_id, kind in self.kinds.items():
            rate = self._own_rate(source_id)
            if rate is not None:
                rates.setdefault(kind, []).append(rate)
        return {kind: sorted(found)[len(found) // 2] for kind, found in rates.items()}

    @cached_property
    def seasons(self) -> dict[Kind, tuple[float, ...]]:
        """The usual share of each month in a year, by kind, where enough sources of it have all months."""
        shares: dict[Kind, list[list[float]]] = {}
        for source_id, sizes in self.sizes.items():
            total = sum(sizes.values())
            if len(sizes) == 12 and total > 0:
                shares.setdefault(self.kinds[source_id], []).append([sizes.get(month, 0.0) / total for month in self.report.months])
        return {
            kind: tuple(median(column) for column in zip(*rows, strict=True))
            for kind, rows in shares.items()
            if len(rows) >= FEWEST_OF_KIND
        }

    def expected(self, source_id: str, period: str) -> float | None:
        """The quantity to expect in a month, in base units: the source's own level in its other months, by the seasons of its kind.

        Without a kind to compare with, the level of its own months alone; last year's same month, scaled, where that is at hand.
        """
        guesses = [guess for guess in (self._by_last_year(source_id, period), self._by_season(source_id, period)) if guess is not None]
        if guesses:
            return guesses[0]
        others = [size for month, size in self.sizes.get(source_id, {}).items() if month != period]
        return median(others) if others else None

    def _by_season(self, source_id: str, period: str) -> float | None:
        season = self.seasons.get(self.kinds.get(source_id, ("", "")))
        return (
            None if season is None else _scaled(self.sizes.get(source_id, {}), dict(zip(self.report.months, season, strict=True)), period)
        )

    def _by_last_year(self, source_id: str, period: str) -> float | None:
        sizes = self.sizes_before.get(source_id)
        return None if sizes is None else _scaled(self.sizes.get(source_id, {}), sizes, period)

    @cached_property
    def sizes_before(self) -> dict[str, dict[str, float]]:
        """Last year's monthly quantities in base units, under this year's months."""
        year = self.report.year
        return {
            key: {f"{year}{each.period[4:]}": float(each.base) for each in reading.quantities if len(each.period) > 4}
            for key, reading in (self.before or {}).items()
        }


FEWEST_OF_KIND = 5
"""Sources a kind must have before its seasons are believed."""


def _scaled(sizes: Mapping[str, float], pattern: Mapping[str, float], period: str) -> float | None:
    """A month's size by a pattern, the level taken from the other months."""
    levels = [size / pattern[month] for month, size in sizes.items() if month != period and pattern.get(month)]
    return median(levels) * pattern[period] if len(levels) > 2 and period in pattern else None
