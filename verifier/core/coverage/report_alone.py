"""Coverage of a report on its own, before anybody verified it: what the program alone can say of each number that counts."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from verifier.core.calculation.results import Calculation, SourceResult, UsedFactor
from verifier.core.calculation.units import factor_unit
from verifier.core.coverage.assessment import CoverageAssessment, assess
from verifier.core.coverage.procedures import CoverageKind, CoverageNumber, Procedure, ProcedureMethod
from verifier.core.rulepack.pack import RulePack


def coverage_of(calculation: Calculation, fuels: Mapping[str, str], pack: RulePack, year: int) -> CoverageAssessment:
    """Every activity datum and factor that the tonnes of counted sources rest on, recalculated and, if a default, compared with its table.

    `fuels` are the fuels of the sources by key. A month whose amount is unknown has no tonnes, and is a number that nothing was done on.
    """
    numbers: list[CoverageNumber] = []
    procedures: dict[str, list[Procedure]] = {}
    for result in calculation.sources:
        if not result.counts:
            continue
        for number, done in (*_amounts(result), *_factors(result, fuels.get(result.source_id, ""), pack, year)):
            if number.key not in procedures:
                numbers.append(number)
                procedures[number.key] = [done] if done else []
    return assess(numbers, procedures, pack.coverage)


def _amounts(result: SourceResult) -> Iterator[tuple[CoverageNumber, Procedure | None]]:
    recalculated = Procedure(ProcedureMethod.RECALCULATED)
    for used in result.quantities:
        yield _number(result, CoverageKind.ACTIVITY, "", used.period, abs(used.tonnes)), recalculated
    for reason in result.reasons:
        yield _number(result, CoverageKind.ACTIVITY, "", reason.period or "", Fraction()), None


def _factors(result: SourceResult, fuel: str, pack: RulePack, year: int) -> Iterator[tuple[CoverageNumber, Procedure]]:
    for used in result.factors:
        method = ProcedureMethod.TABLE_VALUE if _is_published(used, result.category, fuel, pack, year) else ProcedureMethod.RECALCULATED
        yield _number(result, CoverageKind.FACTOR, used.parameter, used.period, abs(result.known)), Procedure(method, used.table)


def _number(result: SourceResult, kind: CoverageKind, parameter: str, period: str, tonnes: Fraction) -> CoverageNumber:
    key = "|".join((kind, result.source_id, parameter, period))
    return CoverageNumber(key, kind, result.source_id, result.category, period, tonnes, frozenset())


def _is_published(used: UsedFactor, category: str, fuel: str, pack: RulePack, year: int) -> bool:
    """Whether a factor has the value of a published default of its year, in whatever unit."""
    rows = pack.factor_rows(category, fuel, used.parameter, used.table)
    return any(each.holds_in(year) and _base(each.value, each.unit) == _base(used.value, used.unit) for each in rows)


def _base(value: Fraction, unit: str) -> Fraction | None:
    stated = factor_unit(unit)
    if stated is None:
        return None
    return value * stated.numerator.size / (stated.denominator.size if stated.denominator else 1)
