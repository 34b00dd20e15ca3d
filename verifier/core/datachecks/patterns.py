"""Pattern checks: missing readings, values with fewer significant digits than the others, repeated values."""

import calendar
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from statistics import median_low

from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import plain, unit
from verifier.core.datachecks.context import CheckContext, decimal, flag
from verifier.core.report.rows import ActivityRow, period_of, plain_text

_DURATION = re.compile(r"(?P<hours>\d{1,6}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?")
_HOURS = re.compile(r"\s?(?:h|hrs?|hours?|小时|个小时|时)$")

FEWEST = 6
"""Months a source must have before its way of writing numbers is known."""


def rows_by_source(context: CheckContext) -> dict[str, list[tuple[str, ActivityRow]]]:
    """The activity rows of listed sources in the year, each with its period, in order of time."""
    found: dict[str, list[tuple[str, ActivityRow]]] = {}
    year = str(context.report.year)
    periods: dict[str, str | None] = {}
    for row in context.report.activity:
        if row.period not in periods:
            periods[row.period] = period_of(row.period)
        period = periods[row.period]
        if row.source_id in context.rows and period is not None and period[:4] == year:
            found.setdefault(row.source_id, []).append((period, row))
    for rows in found.values():
        rows.sort(key=lambda pair: (pair[0], pair[1].row))
    return found


def metering_gap(context: CheckContext, by_source: dict[str, list[tuple[str, ActivityRow]]]) -> Iterator[Flag]:
    """Hours without a reading, from a share of the period's hours on: the worst month of a source, its other months hung below it.

    The weight is what the hours read lead one to expect of those that were not.
    """
    for source_id, rows in by_source.items():
        gaps = []
        for period, row in rows:
            if row.missing_hours in ("", "0"):
                continue
            missing, hours = hours_in(row.missing_hours), _hours(period)
            if missing is None:
                values = {"text": row.missing_hours.strip()}
                place = (period, row.sheet, row.row, "missing_hours")
                yield flag("metering_gap", source_id, *place, message="flag.metering_gap.unclear", values=values)
            if missing is not None and missing > 0 and missing >= context.limits.metering_gap * hours:
                gaps.append((missing, period, row, hours))
        worst = max(gaps, key=lambda gap: (gap[0], gap[1]), default=None)
        for gap in gaps:
            missing, period, row, hours = gap
            cause = None if gap is worst else "metering_gap"
            tonnes = _unread(context, source_id, period, row, Fraction(missing), hours)
            values = {"hours": plain(missing), "of": str(hours)}
            yield flag(
                "metering_gap", source_id, period, row.sheet, row.row, "missing_hours", tonnes=tonnes, caused_by=cause, values=values
            )


def _unread(context: CheckContext, source_id: str, period: str, row: ActivityRow, missing: Fraction, hours: int) -> Fraction | None:
    quantity, measured_in = decimal(row.quantity), unit(row.unit)
    if quantity is None or quantity < 0 or measured_in is None or missing >= hours:
        return None
    tonnes = context.tonnes(source_id, Fraction(quantity) * measured_in.size * missing / (hours - missing))
    return None if tonnes is None else -tonnes


def hours_in(text: str) -> Decimal | None:
    """Hours as people write them: a number, one with its unit (`200 h`, `200小时`), or a duration (`200:30`); None where it is neither."""
    written = plain_text(text).casefold()
    if found := _DURATION.fullmatch(written):
        return Decimal(int(found["hours"])) + Decimal(int(found["minutes"])) / 60 + Decimal(int(found["seconds"] or 0)) / 3600
    return decimal(_HOURS.sub("", written))


def _hours(period: str) -> int:
    year, _, month = period.partition("-")
    days = calendar.monthrange(int(year), int(month))[1] if month else 365 + calendar.isleap(int(year))
    return days * 24


def rounded_data(context: CheckContext, by_source: dict[str, list[tuple[str, ActivityRow]]]) -> Iterator[Flag]:
    """Months many places rounder than the source's others, or a source rounder than its kind (rounding in source data is a misstatement,
    however small: the Commission's FAQ, rules.md 3).

    The weight is how far the true figures may lie off, all to one side.
    """
    written = {
        key: [(period, row, place) for period, row in rows if (place := last_place(row.quantity)) is not None]
        for key, rows in by_source.items()
    }
    usual = {key: median_low([place for *_, place in rows]) for key, rows in written.items() if len(rows) >= FEWEST}
    kinds: dict[tuple[tuple[str, str], str], list[int]] = {}
    for key, place in usual.items():
        kinds.setdefault((context.kinds[key], by_source[key][0][1].unit), []).append(place)
    for key, place in usual.items():
        rows = written[key]
        limit = int(context.limits.rounded_data)
        of_kind = median_low(kinds[context.kinds[key], by_source[key][0][1].unit])
        rounded = [(period, row, at) for period, row, at in rows if at - place >= limit]
        if place - of_kind >= limit:
            rounded = [(period, row, at) for period, row, at in rows if at - of_kind >= limit]
            yield _rounded(context, key, None, rounded, len(rounded))
        elif rounded:
            worst = max(rounded, key=lambda one: (one[2], one[0]))
            yield _rounded(context, key, worst[0], [worst], 1)
            for each in rounded:
                if each is not worst:
                    yield _rounded(context, key, each[0], [each], 1, caused_by="rounded_data")


def _rounded(
    context: CheckContext,
    source_id: str,
    period: str | None,
    rows: list[tuple[str, ActivityRow, int]],
    count: int,
    caused_by: str | None = None,
) -> Flag:
    _, row, _ = rows[0]
    measured_in = unit(row.unit)
    off = sum((Fraction(10) ** place / 2 for *_, place in rows), Fraction())
    tonnes = None if measured_in is None else context.tonnes(source_id, off * measured_in.size)
    values = {"quantity": row.quantity, "unit": row.unit, "count": str(count)}
    message = "flag.rounded_data" if period else "flag.rounded_data.all"
    return flag(
        "rounded_data",
        source_id,
        period,
        row.sheet,
        row.row,
        "quantity",
        tonnes=tonnes,
        caused_by=caused_by,
        message=message,
        values=values,
    )


def last_place(text: str) -> int | None:
    """The power of ten of a number's last digit that is not 0 (`12.50` → −1, `1200` → 2); None for zero, a blank or no number."""
    return _written(text)[0]


@lru_cache(maxsize=200_000)
def _written(text: str) -> tuple[int | None, int]:
    """The last place of a number and how many significant digits it has."""
    value = decimal(text)
    if not value:
        return None, 0
    shown = value.normalize().as_tuple()
    return shown.exponent if isinstance(shown.exponent, int) else None, len(shown.digits)


def repeated_value(context: CheckContext, by_source: dict[str, list[tuple[str, ActivityRow]]]) -> Iterator[Flag]:
    """The same figure month after month, or figures of many digits that stand twice: as another source's, or as last year's.

    Zeros repeat by nature. One flag a run, at its second row; one a source that repeats another or last year, at its first such row.
    """
    last_year = _last_years(context)
    first_rows: dict[tuple[str, str, str], ActivityRow] = {}
    for source_id, rows in sorted(by_source.items()):
        yield from _runs(context, source_id, rows)
        alike: dict[str, list[tuple[str, ActivityRow, ActivityRow]]] = {}
        for period, row in rows:
            if _written(row.quantity)[1] < context.limits.repeated_value_digits:
                continue
            twin = first_rows.setdefault((context.kinds[source_id][0], period, row.quantity), row)
            before = last_year.get((source_id, period[4:], row.quantity))
            if before is not None:
                alike.setdefault("last_year", []).append((period, row, before))
            elif twin.source_id != source_id:
                alike.setdefault("elsewhere", []).append((period, row, twin))
        for where, found in alike.items():
            period, row, other = found[0]
            values = {
                "quantity": row.quantity,
                "unit": row.unit,
                "other": other.source_id,
                "other_row": str(other.row),
                "count": str(len(found)),
            }
            yield flag(
                "repeated_value", source_id, period, row.sheet, row.row, "quantity", message=f"flag.repeated_value.{where}", values=values
            )


def _runs(context: CheckContext, source_id: str, rows: list[tuple[str, ActivityRow]]) -> Iterator[Flag]:
    run: list[tuple[str, ActivityRow]] = []
    for period, row in rows:
        if run and (row.quantity, row.unit) == (run[0][1].quantity, run[0][1].unit) and period != run[-1][0]:
            run.append((period, row))
        else:
            yield from _run(context, source_id, run)
            run = [(period, row)] if last_place(row.quantity) is not None else []
    yield from _run(context, source_id, run)


def _run(context: CheckContext, source_id: str, run: list[tuple[str, ActivityRow]]) -> Iterator[Flag]:
    """A run long enough, or a pair of figures too long to be alike by chance."""
    if len(run) < 2:
        return
    precise = _written(run[0][1].quantity)[1] >= context.limits.repeated_value_digits
    if not precise and len(run) < context.limits.repeated_value:
        return
    period, row = run[1]
    values = {"quantity": row.quantity, "unit": row.unit, "months": str(len(run)), "first": run[0][0], "last": run[-1][0]}
    yield flag("repeated_value", source_id, period, row.sheet, row.row, "quantity", values=values)


def fixed_ratio(context: CheckContext) -> Iterator[Flag]:
    """Sources of one kind whose months keep one ratio all year: they may be one meter's reading, shared out.

    Two sources are alike where every month's share of the year is the same within the tolerance. One flag a group, at its first source.
    """
    by_kind: dict[tuple[str, str], list[tuple[tuple[float, ...], str]]] = {}
    for source_id, sizes in context.sizes.items():
        total = sum(sizes.values())
        if len(sizes) == 12 and total > 0 and len(set(sizes.values())) > 1:
            shares = tuple(sizes.get(month, 0.0) / total for month in context.report.months)
            by_kind.setdefault(context.kinds[source_id], []).append((shares, source_id))
    limit = float(context.limits.fixed_ratio)
    for found in by_kind.values():
        found.sort()
        group = found[:1]
        for each in found[1:]:
            if all(abs(one - other) <= limit * max(one, other) for one, other in zip(group[0][0], each[0], strict=True)):
                group.append(each)
                continue
            yield from _one_ratio(context, [key for _, key in group])
            group = [each]
        yield from _one_ratio(context, [key for _, key in group])


def _one_ratio(context: CheckContext, keys: list[str]) -> Iterator[Flag]:
    """A group of at least two whose figures are not simply the same: those are repeated values."""
    if len({tuple(context.sizes[key].values()) for key in keys}) > 1:
        first, *others = sorted(keys, key=lambda key: context.rows[key].row)
        row = context.rows[first]
        values = {"others": ", ".join(others[:10]) + (" …" if len(others) > 10 else ""), "count": str(len(keys))}
        yield flag("fixed_ratio", first, None, row.sheet, row.row, "meter_id", values=values)


def _last_years(context: CheckContext) -> dict[tuple[str, str, str], ActivityRow]:
    if context.previous is None:
        return {}
    found = {}
    for row in context.previous.activity:
        period = period_of(row.period)
        if period is not None and period[:4] == str(context.previous.year):
            found[row.source_id, period[4:], row.quantity] = row
    return found
