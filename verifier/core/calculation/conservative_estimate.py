"""A source estimated conservatively: published defaults where its own factors do not hold, quantities that cannot understate it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Calculation, Step
from verifier.core.calculation.units import convert, factor_unit, number, round_half_up, unit
from verifier.core.errors import Refusal
from verifier.core.report.rows import PARAMETERS, ActivityRow, FactorRow, ReportedReport, SourceRow, period_of
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import DefaultFactor

PLACES = 15


@dataclass(frozen=True, slots=True)
class Month:
    """One month's quantity as reported and as an independent record has it (None: unknown), in the source's unit."""

    period: str
    unit: str
    reported: Decimal | None
    independent: Decimal | None

    @property
    def larger(self) -> Decimal | None:
        """Larger value, which cannot understate an emission; None if neither is known."""
        return max((value for value in (self.reported, self.independent) if value is not None), default=None)

    @property
    def smaller(self) -> Decimal | None:
        """Smaller value, which cannot overstate a deduction."""
        return min((value for value in (self.reported, self.independent) if value is not None), default=None)


@dataclass(frozen=True, slots=True)
class UsedFactor:
    """A factor of the estimate: the published default, or the reported one where nothing is published (`default` None)."""

    parameter: str
    reported: str
    reported_unit: str
    default: DefaultFactor | None

    @property
    def value(self) -> str:
        """The value taken, as it is written where it comes from."""
        return self.default.written if self.default else self.reported

    @property
    def unit(self) -> str:
        """The unit it is written in."""
        return self.default.unit if self.default else self.reported_unit

    @property
    def changed(self) -> bool:
        """Whether another value is taken than was reported, whichever units either is written in."""
        return self.default is not None and _sized(self.reported, self.reported_unit) != _sized(self.default.written, self.default.unit)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A source estimated by a pack's rule, in t CO2, with every step; deducted ones are negative, as reported ones are."""

    source: str
    factors: tuple[UsedFactor, ...]
    quantities: tuple[tuple[str, Decimal, str], ...]
    steps: tuple[Step, ...]
    reported: Decimal | None
    tonnes: Decimal

    @property
    def difference(self) -> Decimal | None:
        """Estimated minus reported, t CO2; None where nothing was reported."""
        return None if self.reported is None else self.tonnes - self.reported

    @property
    def milder(self) -> bool:
        """Whether the estimate is below the reported value: conservative only if the reported value is known to be overstated."""
        return self.reported is not None and self.tonnes < self.reported


def months(report: ReportedReport, source: str) -> tuple[Month, ...]:
    """The source's months (or its year) with what is known of each; a blank is unknown, never 0.

    Refuses a source measured continuously: it has no quantity to estimate with.
    """
    row = _row(report, source)
    if row.category_code == "measured":
        raise Refusal("data.estimate.measured", key=source)
    stated = {period_of(each.period): each for each in report.activity if each.source_id == source}
    written = Counter(each.unit for each in stated.values() if unit(each.unit))
    shown = written.most_common(1)[0][0] if written else _asked_for(report, row)
    year = str(report.year)
    periods = [year] if set(stated) == {year} else list(report.months)
    checks = [each for each in report.crosschecks if each.source_id == source]
    return tuple(
        Month(
            period,
            shown,
            _in(shown, stated[period].quantity, stated[period].unit) if period in stated else None,
            next((_in(shown, each.quantity, each.unit) for each in checks if period_of(each.period) == period), None),
        )
        for period in periods
    )


def factors(report: ReportedReport, source: str, pack: RulePack) -> tuple[UsedFactor, ...]:
    """Each parameter the source uses or the pack publishes for it, with the default that replaces it. Source: the pack's rule.

    The pack's tables are looked at in their order and for the report's year; a suspect row is never taken.
    """
    row = _row(report, source)
    by_parameter: dict[str, FactorRow] = {}
    for each in sorted(report.factors, key=lambda each: each.source_id.startswith("*")):
        if each.speaks_of(row) and not each.period.strip():
            by_parameter.setdefault(_code(each), each)
    used = _needed(row, by_parameter, pack, report.year)
    return tuple(
        UsedFactor(
            code,
            by_parameter[code].value if code in by_parameter else "",
            by_parameter[code].unit if code in by_parameter else "",
            pack.conservative_factor(row.category, row.fuel, code, report.year),
        )
        for code in used
    )


def estimate(report: ReportedReport, source: str, pack: RulePack, quantities: Mapping[str, Decimal]) -> Estimate:
    """The source recalculated with published defaults and the quantities given (by period, in the source's unit), t CO2, nothing rounded.

    Refused where the pack does not give the estimate to the verifier, where a period has no quantity or a negative one, and where no
    factor is at hand. Source: guideline 环办气候函〔2021〕130号 as the pack quotes it (rules.md section 1).
    """
    known = months(report, source)
    result = recalculated(report, source, pack, quantities).sources[0]
    if result.recalculated is None:
        raise Refusal("data.estimate.no_factor", key=source, parameters=tuple(sorted({reason.code for reason in result.reasons})))
    used = tuple((month.period, quantities[month.period], month.unit) for month in known)
    used_factors = factors(report, source, pack)
    return Estimate(source, used_factors, used, tuple(result.steps), result.reported, round_half_up(result.recalculated, PLACES))


def recalculated(report: ReportedReport, source: str, pack: RulePack, quantities: Mapping[str, Decimal]) -> Calculation:
    """Recalculate the single source as estimated, t CO2, exact, with all steps; refuses what `estimate` refuses, except a missing factor.

    Source: the pack's rule, as `estimate`.
    """
    if pack.conservative is None or pack.conservative.by != "verifier":
        raise Refusal("data.estimate.not_ours")
    row, used_factors, known = _row(report, source), factors(report, source, pack), months(report, source)
    missing = [month.period for month in known if month.period not in quantities]
    if missing:
        raise Refusal("data.estimate.quantity", key=source, periods=tuple(missing))
    if any(quantities[month.period] < 0 for month in known):
        raise Refusal("data.estimate.negative", key=source)
    alone = replace(
        report,
        sources=(row,),
        activity=tuple(_activity(source, month, quantities[month.period]) for month in known),
        factors=tuple(_factor(source, each, place) for place, each in enumerate(used_factors, 2)),
        crosschecks=(),
        measurements=(),
    )
    return calculate(alone, pack)


def _needed(row: SourceRow, by_parameter: Mapping[str, FactorRow], pack: RulePack, year: int) -> Sequence[str]:
    """What the report uses; where it says nothing, whatever the pack publishes for the fuel."""
    published = [code for code in PARAMETERS if pack.conservative_factor(row.category, row.fuel, code, year)]
    return [code for code in PARAMETERS if code in by_parameter or (code in published and not by_parameter)]


def _code(row: FactorRow) -> str:
    from_row: str = next((code for code, zh in PARAMETERS.items() if row.parameter.strip().casefold() in (code, zh)), row.parameter)
    return from_row


def _row(report: ReportedReport, source: str) -> SourceRow:
    found = next((row for row in report.sources if row.source_id == source), None)
    if found is None:
        raise Refusal("data.estimate.no_source", key=source)
    return found


def _asked_for(report: ReportedReport, row: SourceRow) -> str:
    """The unit its factors are per, where the source has no quantity at all."""
    stated = (factor_unit(each.unit) for each in report.factors if each.speaks_of(row) and _code(each) in ("ncv", "ef", "carbon_fraction"))
    return next((each.denominator.name for each in stated if each and each.denominator), "t")


def _in(shown: str, quantity: str, written: str) -> Decimal | None:
    """A quantity in the unit shown; None where it is blank, no number, negative or of another kind."""
    into, stated = unit(shown), unit(written)
    try:
        value = number(quantity)
        if value is None or value < 0 or into is None or stated is None:
            return None
        return round_half_up(convert(Fraction(value), stated, into), PLACES).normalize() if stated is not into else value
    except Refusal:
        return None


def _sized(written: str, of: str) -> Fraction | None:
    """A factor in base units; None where it cannot be read."""
    per = factor_unit(of or "1")
    try:
        value = number(written)
    except Refusal:
        return None
    return None if value is None or per is None else Fraction(value) * per.numerator.size / (per.denominator.size if per.denominator else 1)


def _activity(source: str, month: Month, quantity: Decimal) -> ActivityRow:
    return ActivityRow(sheet="", row=0, source_id=source, period=month.period, quantity=format(quantity, "f"), unit=month.unit)


def _factor(source: str, used: UsedFactor, place: int) -> FactorRow:
    table = used.default.table if used.default else ""
    return FactorRow(sheet="", row=place, source_id=source, parameter=used.parameter, value=used.value, unit=used.unit, table=table)
