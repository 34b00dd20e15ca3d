"""Meter checks: meters not listed, and expired calibrations."""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from verifier.core.calculation.results import Flag
from verifier.core.datachecks.context import CheckContext, flag
from verifier.core.report.rows import MeterRow, SourceRow, plain_text


def meter_unknown(context: CheckContext) -> Iterator[Flag]:
    """A source that names a meter the report does not list, or reads from a meter and names none.

    A report without a list of meters is one flag, at its first source.
    """
    read_by_meter = {row.source_id for row in context.report.activity if code_is_meter(row.basis)}
    needing_meter = [source for source in context.rows.values() if source.meter_id.strip() or source.source_id in read_by_meter]
    listed = {meter.meter_id for meter in context.report.meters if meter.meter_id.strip()}
    if needing_meter and not listed:
        first = min(needing_meter, key=lambda source: (source.sheet, source.row))
        message = "flag.meter_unknown.no_list"
        yield flag(
            "meter_unknown", None, None, first.sheet, first.row, "meter_id", message=message, values={"count": str(len(needing_meter))}
        )
        return
    for source in needing_meter:
        if source.meter_id not in listed:
            message = "flag.meter_unknown" if source.meter_id.strip() else "flag.meter_unknown.none"
            place = (source.source_id, None, source.sheet, source.row, "meter_id")
            yield flag("meter_unknown", *place, message=message, values={"meter": source.meter_id})


def code_is_meter(basis: str) -> bool:
    """Whether a quantity is said to be read from a meter."""
    return plain_text(basis).casefold() in ("meter", "计量", "计量器具", "抄表")


def calibration_lapsed(context: CheckContext) -> Iterator[Flag]:
    """A meter whose calibration ran out before a month it measured was over: the first such month; else a date that is blank or unclear.

    A meter listed several times is valid no longer than the earliest of its dates.
    """
    meters: dict[str, list[MeterRow]] = {}
    for meter in context.report.meters:
        if meter.meter_id.strip():
            meters.setdefault(meter.meter_id, []).append(meter)
    if meters and not any(row.valid_until.strip() for rows in meters.values() for row in rows):
        first = min(context.report.meters, key=lambda meter: (meter.sheet, meter.row))
        none = (None, None, first.sheet, first.row, "valid_until")
        yield flag("calibration_lapsed", *none, message="flag.calibration_lapsed.none", values={"count": str(len(meters))})
        return
    year = context.report.year
    ends = [date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]
    for source in context.rows.values():
        rows = meters.get(source.meter_id)
        if not rows or not context.readings[source.source_id].quantities:
            continue
        known = [(until, number) for number, row in enumerate(rows) if (until := day_of(row.valid_until))]
        until, number = min(known, default=(None, 0))
        unclear = next((row for row in rows if row.valid_until.strip() and day_of(row.valid_until) is None), None)
        if until is not None and until < ends[-1]:
            month = next(place for place, end in enumerate(ends, 1) if until < end)
            values = {"meter": source.meter_id, "valid_until": until.isoformat()}
            yield _lapsed(source, rows[number], "", values, f"{year}-{month:02d}")
        elif unclear is not None:
            values = {"meter": source.meter_id, "valid_until": unclear.valid_until.strip()}
            yield _lapsed(source, unclear, ".unclear", values)
        elif until is None:
            yield _lapsed(source, rows[0], ".unknown", {"meter": source.meter_id})


def _lapsed(source: SourceRow, meter: MeterRow, variant: str, values: dict[str, str], period: str | None = None) -> Flag:
    place = (source.source_id, period, meter.sheet, meter.row, "valid_until")
    return flag("calibration_lapsed", *place, message=f"flag.calibration_lapsed{variant}", values=values)


_YEAR_FIRST = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})(?!\d)\D*")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_LAST = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4})")
_MONTH = re.compile(r"(\d{4})\s?(?:年|[./-])\s?(\d{1,2})\s?月?")


def day_of(text: str) -> date | None:
    """A day as people write it, where it is unambiguous; a month stands for its last day. None where it is none or can be read two ways.

    Read are year, month and day in this order, `20210731`, and day and month before the year where one of them is above 12 or both are
    the same (`31/07/2021`, not `05/07/2021`).
    """
    written = plain_text(text).strip()
    timeless = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", written)
    for form in (_YEAR_FIRST, _COMPACT):
        if found := form.fullmatch(timeless):
            return _day(*map(int, found.groups()))
    if found := _DAY_LAST.fullmatch(timeless):
        first, second, year = map(int, found.groups())
        if first == second or first > 12:
            return _day(year, second, first)
        return _day(year, first, second) if second > 12 else None
    if found := _MONTH.fullmatch(timeless):
        year, month = map(int, found.groups())
        return _day(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 and year else None
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
