"""Basis of a number: location in the report, calculation steps, factors, independent records, photos."""

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.checks.data.numbers import queries, voucher_links
from verifier.checks.data.references import queries as references
from verifier.checks.data.vouchers.models import VoucherLink
from verifier.core.calculation.results import Calculation, Flag, SourceResult, Step, UsedFactor, UsedQuantity
from verifier.core.outcomes.number_outcomes import resting_on
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.report.rows import CrosscheckRow, MeterRow, ReportedReport, period_of
from verifier.core.subject import Subject
from verifier.engagements.models import Engagement
from verifier.evidence import queries as evidence
from verifier.evidence.models import Photo
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber, ReportedSource


@dataclass(frozen=True, slots=True)
class Basis:
    """Everything shown with a number; parts it does not have are empty."""

    source: ReportedSource | None
    result: SourceResult | None
    quantity: UsedQuantity | None
    steps: Sequence[Step]
    factors: tuple[tuple[UsedFactor, str | None], ...]
    """With the key of each factor's own number."""
    speaks_of: int
    """How many sources a factor speaks of."""
    flags: tuple[Flag, ...]
    independent: tuple[CrosscheckRow, ...]
    meter: MeterRow | None
    vouchers: tuple[VoucherLink, ...]
    photos: tuple[Photo, ...]


def of(engagement: Engagement, number: ReportedNumber) -> Basis:
    """What a number rests on, and what of the calculation it is in."""
    version = engagement.report_version
    report, calculation = reports.report_of(version), reports.calculation_of(version)
    result = calculation.source(number.source_key)
    quantity = _quantity(result, number)
    factors = _factors(result, number)
    return Basis(
        source=reports.source_of(version, number.source_key),
        result=result,
        quantity=quantity,
        steps=_steps(result, number),
        factors=tuple(zip(factors, _keys(engagement, factors), strict=True)),
        speaks_of=len(resting_on(report, number.source_key)) if number.kind == NumberKind.FACTOR else 0,
        flags=_flags(engagement, number, calculation, result),
        independent=_independent(report, number),
        meter=_meter(report, result),
        vouchers=tuple(voucher_links.about(voucher_links.links(engagement, number.source_key), number.period, number.parameter)),
        photos=tuple(evidence.photos_of(engagement.id, Subject("number", number.number_key))) + _photos(engagement, number),
    )


def _flags(engagement: Engagement, number: ReportedNumber, calculation: Calculation, result: SourceResult | None) -> tuple[Flag, ...]:
    """Data alerts of the number in this case, including those from last year's report, the plan and the body's tolerances."""
    now = references.calculation_of(engagement)
    flags = now.flags_of(number.source_key) if result else now.flags
    codes, known = number.flag_codes.split(), set(calculation.flags)
    return tuple(
        flag for flag in flags if (flag.code in codes and _is_at(flag, number)) or (flag not in known and _is_its_own(flag, number))
    )


def _is_its_own(flag: Flag, number: ReportedNumber) -> bool:
    """Whether a flag that only this case raises is about this very number, or about its source as a whole."""
    if flag.row is not None:
        return (flag.sheet, flag.row) == (number.sheet, number.row)
    return number.kind == NumberKind.REPORTED if not flag.period else flag.period == number.period


def _quantity(result: SourceResult | None, number: ReportedNumber) -> UsedQuantity | None:
    if result is None or number.row is None:
        return None
    return next((each for each in result.quantities if (each.sheet, each.row) == (number.sheet, number.row)), None)


def _steps(result: SourceResult | None, number: ReportedNumber) -> Sequence[Step]:
    """The lines of the calculation that the number is in: those of its month, and those of the year."""
    if result is None or number.kind == NumberKind.REPORTED or not number.period or len(number.period) == 4:
        return result.steps if result else ()
    return tuple(step for step in result.steps if not step.period or number.period in step.period.split(", "))


def _factors(result: SourceResult | None, number: ReportedNumber) -> list[UsedFactor]:
    if result is None or number.kind == NumberKind.FACTOR:
        return []
    of_year = not number.period
    return [each for each in result.factors if of_year or (period_of(each.period) or each.period) in ("", number.period, number.period[:4])]


def _keys(engagement: Engagement, factors: Sequence[UsedFactor]) -> list[str | None]:
    at = queries.at_places(engagement, [(each.sheet, each.row) for each in factors])
    return [at.get((each.sheet, each.row)) for each in factors]


def _is_at(flag: Flag, number: ReportedNumber) -> bool:
    here = (flag.sheet, flag.row) == (number.sheet, number.row)
    return here or flag.row is None or number.kind == NumberKind.REPORTED or flag.period == number.period


def _independent(report: ReportedReport, number: ReportedNumber) -> tuple[CrosscheckRow, ...]:
    if number.kind not in queries.DATA:
        return ()
    records = (row for row in report.crosschecks if row.source_id == number.source_key)
    return tuple(row for row in records if (period_of(row.period) or row.period) == number.period)


def _meter(report: ReportedReport, result: SourceResult | None) -> MeterRow | None:
    row = next((each for each in report.sources if each.source_id == result.source_id), None) if result else None
    return next((each for each in report.meters if row and each.meter_id and each.meter_id == row.meter_id), None)


def _photos(engagement: Engagement, number: ReportedNumber) -> tuple[Photo, ...]:
    """Photos of the source: the meter's plate shows what a month was read from."""
    return tuple(evidence.photos_of(engagement.id, Subject("source", number.source_key)))
