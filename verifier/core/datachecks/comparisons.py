"""Comparison of the report with independent records, the monitoring plan and last year's report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import half_a_last_digit, measures_same, plain, unit
from verifier.core.datachecks.context import CheckContext, decimal, flag
from verifier.core.datachecks.sizes import transpositions
from verifier.core.monitoring_plan import of_report
from verifier.core.report.monthly_readings import Quantity
from verifier.core.report.rows import CrosscheckRow, month_of, yes_or_no

YEAR_ON_YEAR = "year_on_year"


def crosscheck_difference(context: CheckContext) -> Iterator[Flag]:
    """An independent record that differs from what was reported by more than the tolerance; swapped digits hang below as the reading of it.

    The tolerance is the pack's or the body's own, a share of the independent record. A record of the year is compared with the sum of the
    months, and twelve monthly records with a figure of the year.
    """
    for (source_id, period), compared in _compared(context).comparable.items():
        reported, summed = compared
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


def not_compared(context: CheckContext) -> Iterator[Flag]:
    """Independent records that could not be compared, with the reason: one flag a source and reason, at the first such row."""
    grouped: dict[tuple[str, str], list[CrosscheckRow]] = {}
    for check, reason in _compared(context).left:
        grouped.setdefault((check.source_id, reason), []).append(check)
    for (source_id, reason), checks in grouped.items():
        first = min(checks, key=lambda check: check.row)
        column = {"source": "source_id", "period": "period", "year": "period", "unit": "unit"}.get(reason, "quantity")
        text = {"period": first.period, "year": first.period, "unit": first.unit}.get(reason, first.quantity)
        values = {"count": str(len(checks)), "text": text, "source": source_id}
        place = (
            source_id if source_id in context.rows else None,
            month_of(first.period, context.report.year),
            first.sheet,
            first.row,
            column,
        )
        yield flag("crosscheck_not_compared", *place, message=f"flag.crosscheck_not_compared.{reason}", values=values)


@dataclass(frozen=True, slots=True)
class _Compared:
    """Independent records by source and period: with the reported quantity and their sum in base units, or left with a reason."""

    comparable: Mapping[tuple[str, str], tuple[Quantity, Fraction]]
    left: Sequence[tuple[CrosscheckRow, str]]


def _compared(context: CheckContext) -> _Compared:
    records: dict[str, dict[str, list[CrosscheckRow]]] = {}
    left: list[tuple[CrosscheckRow, str]] = []
    for check in context.report.crosschecks:
        period, reason = month_of(check.period, context.report.year), _unreadable(context, check)
        if reason or period is None:
            left.append((check, reason or "period"))
        else:
            records.setdefault(check.source_id, {}).setdefault(period, []).append(check)
    comparable: dict[tuple[str, str], tuple[Quantity, Fraction]] = {}
    for source_id, by_period in records.items():
        reported = {each.period: each for each in context.readings[source_id].quantities}
        year = str(context.report.year)
        whole = _year_of(reported, context.report.months, year)
        for period, checks in _periods(by_period, reported, context.report.months, year).items():
            quantity = reported.get(period) or (whole if period == year else None)
            amounts = [(Fraction(decimal(check.quantity) or 0), unit(check.unit)) for check in checks]
            fitting = [(amount, at) for amount, at in amounts if quantity and at and measures_same(at, quantity.unit)]
            if quantity is None or len(fitting) < len(amounts):
                left += [(check, "reported" if quantity is None else "dimension") for check in checks]
            else:
                comparable[source_id, period] = quantity, sum((amount * at.size for amount, at in fitting), Fraction())
    return _Compared(comparable, left)


def _unreadable(context: CheckContext, check: CrosscheckRow) -> str:
    """Why a record cannot be compared with anything; empty where it can be read."""
    period = month_of(check.period, context.report.year)
    readable = {
        "source": check.source_id in context.rows,
        "period": period is not None,
        "year": period is None or period[:4] == str(context.report.year),
        "quantity": decimal(check.quantity) is not None,
        "unit": unit(check.unit) is not None,
    }
    return next((reason for reason, good in readable.items() if not good), "")


def _year_of(reported: Mapping[str, Quantity], months: Sequence[str], year: str) -> Quantity | None:
    """The sum of twelve known months, at the row of the first; None where a month is not known or measured in something else."""
    known = [reported[month] for month in months if month in reported]
    if len(known) < len(months) or not all(measures_same(each.unit, known[0].unit) for each in known):
        return None
    total = sum((each.base for each in known), Fraction()) / known[0].unit.size
    return replace(known[0], period=year, amount=total)


def _periods(
    records: Mapping[str, list[CrosscheckRow]], reported: Mapping[str, Quantity], months: Sequence[str], year: str
) -> Mapping[str, list[CrosscheckRow]]:
    """The records by the period they are compared in: twelve monthly ones against a figure of the year are those of the year."""
    if year in reported and set(months) <= set(records) and year not in records:
        return {year: [check for month in months for check in records[month]]}
    return records


def not_in_plan(context: CheckContext) -> Iterator[Flag]:
    """A source the unit itself says is not in its monitoring plan, or that the plan at hand does not name."""
    plan = context.plan or of_report(context.report)
    for source in context.rows.values():
        stated = yes_or_no(source.in_plan)
        if stated is False:
            yield flag("not_in_plan", source.source_id, None, source.sheet, source.row, "in_plan")
        elif stated is None and source.in_plan.strip():
            values = {"text": source.in_plan.strip()}
            place = (None, source.sheet, source.row, "in_plan")
            yield flag("not_in_plan", source.source_id, *place, message="flag.not_in_plan.unclear", values=values)
        elif plan is not None and plan.names(source.source_id) is False:
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


def appeared(context: CheckContext) -> Iterator[Flag]:
    """A source that last year's report did not have; it weighs what it reports."""
    if context.previous is None:
        return
    before = {row.source_id for row in context.previous.sources}
    for source_id, row in context.rows.items():
        stated = decimal(row.reported_tco2)
        if source_id and source_id not in before and stated != 0:
            tonnes = None if stated is None else Fraction(stated)
            values = {"tonnes": "?" if stated is None else plain(stated), "year": str(context.previous.year)}
            yield flag("appeared", source_id, None, row.sheet, row.row, "source_id", tonnes=tonnes, values=values)


def year_on_year(context: CheckContext) -> Iterator[Flag]:
    """Tonnes of a source, a category or the whole that changed against last year by more than its own threshold and by some weight.

    The whole is compared with last year's report, or with the figure the unit states for last year.
    """
    yield from _whole(context)
    if context.previous is None:
        return
    yield from _categories(context)
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
    if abs(change) > context.limits.year_on_year_total * abs(Fraction(last)):
        year = str(context.previous.year if context.previous else context.report.year - 1)
        values = {"now": plain(now), "then": plain(last), "year": year, "change": _percent(change, abs(Fraction(last)))}
        yield flag(YEAR_ON_YEAR, None, None, row.sheet, row.row, "reported_tco2", message="flag.year_on_year.whole", values=values)


def _categories(context: CheckContext) -> Iterator[Flag]:
    """The stated totals of categories; a category that has no stated total, now or then, is not compared."""
    before = {row.category_code: decimal(row.reported_tco2) for row in reversed(context.previous.totals)} if context.previous else {}
    for row in context.report.totals:
        now, then = decimal(row.reported_tco2), before.get(row.category_code)
        if row.category_code == "total" or now is None or not then or context.previous is None:
            continue
        change = abs(Fraction(now)) - abs(Fraction(then))
        if abs(change) > context.limits.year_on_year_category * abs(Fraction(then)) and abs(change) >= context.floor:
            shown = {"now": plain(now), "then": plain(then), "year": str(context.previous.year)}
            values = {"category": row.category, **shown, "change": _percent(change, abs(Fraction(then)))}
            yield flag(YEAR_ON_YEAR, None, None, row.sheet, row.row, "reported_tco2", message="flag.year_on_year.category", values=values)


def _percent(change: Fraction, of: Fraction) -> str:
    """A change in percent to one place, its sign shown; a source that reported nothing before has none."""
    if not of:
        return "–"
    text = plain(change / of * 100, 1)
    return text if text.startswith("-") else f"+{text}"
