"""Meter checks: meters not listed, and expired calibrations."""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from verifier.core.calculation.results import Flag
from verifier.core.datachecks.context import CheckContext, flag
from verifier.core.report.rows import MeterRow, plain_text


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
    """A meter whose calibration ran out before a month it measured was over: the first such month."""
    meters: dict[str, MeterRow] = {meter.meter_id: meter for meter in reversed(context.report.meters) if meter.meter_id}
    year = context.report.year
    ends = [date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]
    days = {meter_id: day_of(meter.valid_until) for meter_id, meter in meters.items()}
    for source in context.rows.values():
        until = days.get(source.meter_id)
        if until is None or until >= ends[-1] or not context.readings[source.source_id].quantities:
            continue
        month = next(place for place, end in enumerate(ends, 1) if until < end)
        meter = meters[source.meter_id]
        values = {"meter": meter.meter_id, "valid_until": until.isoformat()}
        yield flag("calibration_lapsed", source.source_id, f"{year}-{month:02d}", meter.sheet, meter.row, "valid_until", values=values)


def day_of(text: str) -> date | None:
    """A day as people write it, year first; None where it is none."""
    found = re.match(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})", plain_text(text))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
