"""Comparison of the report with independent records, the monitoring plan and last year's report."""

from collections.abc import Iterator
from fractions import Fraction

from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import half_a_last_digit, measures_same, plain, unit
from verifier.core.datachecks.context import CheckContext, decimal, flag
from verifier.core.datachecks.sizes import transpositions
from verifier.core.report.rows import CrosscheckRow, PlanRow, SourceRow, period_of, yes_or_no

YEAR_ON_YEAR = "year_on_year"


def crosscheck_difference(context: CheckContext) -> Iterator[Flag]:
    """An independent record that differs from what was reported by more than the tolerance; swapped digits hang below as the reading of it.

    The tolerance is the pack's or the body's own, a share of the independent record.
    """
    independent: dict[tuple[str, str], list[CrosscheckRow]] = {}
    for check in context.report.crosschecks:
        if check.source_id in context.rows and (period := period_of(check.period)):
            independent.setdefault((check.source_id, period), []).append(check)
    checked = {source_id for source_id, _ in independent}
    whole_year = {key: {each.period: each for each in context.readings[key].quantities} for key in checked}
    for (source_id, period), records in independent.items():
        reported = whole_year[source_id].get(period)
        amounts = [(decimal(check.quantity), unit(check.unit)) for check in records]
        if reported is None or any(
            amount is None or measured_in is None or not measures_same(measured_in, reported.unit) for amount, measured_in in amounts
        ):
            continue
        known = [(amount, measured_in) for amount, measured_in in amounts if amount is not None and measured_in is not None]
        summed = sum((Fraction(amount) * measured_in.size for amount, measured_in in known), Fraction())
        if abs(reported.base - summed) <= context.limits.crosscheck_difference * abs(summed):
            continue
        right = summed / reported.unit.size
        place = (source_id, period, reported.sheet, reported.row, "quantity")
        values = {"reported": plain(reported.amount), "independent": plain(right), "unit": reported.unit.name}
        tonnes = context.tonnes(source_id, reported.base - summed)
        yield flag("crosscheck_difference", *place, tonnes=tonnes, values=values)
        near = min(transpositions(reported.amount), key=lambda other: (abs(other - right), other), default=None)
        if near is not None and abs(near - right) <= context.limits.crosscheck_difference * abs(right):
            values = {"stated": plain(reported.amount), "right": plain(near), "unit": reported.unit.name}
            yield flag("digit_transposition", *place, tonnes=tonnes, caused_by="crosscheck_difference", values=values)


def not_in_plan(context: CheckContext) -> Iterator[Flag]:
    """A source the unit itself says is not in its monitoring plan, or that the plan at hand does not name."""
    rows: tuple[SourceRow | PlanRow, ...] = (*context.plan.sources, *context.plan.plan) if context.plan else context.report.plan
    planned = {row.source_id for row in rows if row.source_id}
    for source in context.rows.values():
        stated = yes_or_no(source.in_plan)
        if stated is False:
            yield flag("not_in_plan", source.source_id, None, source.sheet, source.row, "in_plan")
        elif planned and source.source_id not in planned:
            message = "flag.not_in_plan.contradicted" if stated else "flag.not_in_plan"
            yield flag("not_in_plan", source.source_id, None, source.sheet, source.row, "source_id", message=message)


def disappeared(context: CheckContext) -> Iterator[Flag]:
    """A source of last year's report that this year's does not have; the row is last year's, the weight what it reported then."""
    if context.previous is None:
        return
    for source in {row.source_id: row for row in reversed(context.previous.sources)}.values():
        stated = decimal(source.reported_tco2)
        if source.source_id and source.source_id not in context.rows and stated != 0:
            tonnes = None if stated is None else -Fraction(stated)
            values = {"name": source.name, "tonnes": "?" if stated is None else plain(stated), "year": str(context.previous.year)}
            yield flag("disappeared", source.source_id, None, source.sheet, source.row, "source_id", tonnes=tonnes, values=values)


def year_on_year(context: CheckContext) -> Iterator[Flag]:
    """Tonnes of a source, or of the whole, that changed against last year by more than the threshold and by some weight.

    The whole is compared with last year's report, or with the figure the unit states for last year.
    """
    yield from _whole(context)
    if context.previous is None:
        return
    before = {row.source_id: decimal(row.reported_tco2) for row in reversed(context.previous.sources)}
    for result in context.results:
        then, now = before.get(result.source_id), result.reported
        if then is None or now is None:
            continue
        change = abs(Fraction(now)) - abs(Fraction(then))
        if abs(change) <= context.limits.year_on_year * abs(Fraction(then)) + half_a_last_digit(now) or abs(change) < context.floor:
            continue
        row = context.rows[result.source_id]
        values = {
            "now": plain(now),
            "then": plain(then),
            "year": str(context.previous.year),
            "change": _percent(change, abs(Fraction(then))),
        }
        yield flag(YEAR_ON_YEAR, result.source_id, None, row.sheet, row.row, "reported_tco2", values=values)


def _whole(context: CheckContext) -> Iterator[Flag]:
    row = next((row for row in context.report.totals if row.category_code == "total"), None)
    now = decimal(row.reported_tco2) if row else None
    if context.previous is not None:
        last = next((decimal(row.reported_tco2) for row in context.previous.totals if row.category_code == "total"), None)
    else:
        last = decimal(context.report.unit.get("previous_year_tco2", ""))
    if row is None or now is None or not last:
        return
    change = Fraction(now) - Fraction(last)
    if abs(change) > context.limits.year_on_year * abs(Fraction(last)):
        year = str(context.previous.year if context.previous else context.report.year - 1)
        values = {"now": plain(now), "then": plain(last), "year": year, "change": _percent(change, abs(Fraction(last)))}
        yield flag(YEAR_ON_YEAR, None, None, row.sheet, row.row, "reported_tco2", message="flag.year_on_year.whole", values=values)


def _percent(change: Fraction, of: Fraction) -> str:
    """A change in percent to one place, its sign shown; a source that reported nothing before has none."""
    if not of:
        return "–"
    text = plain(change / of * 100, 1)
    return text if text.startswith("-") else f"+{text}"
