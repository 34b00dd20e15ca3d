"""Presence checks: missing, unreadable, duplicate or misplaced data."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from verifier.core.calculation.results import Flag, SourceResult, Unassigned, UnknownReason
from verifier.core.calculation.units import half_a_last_digit, plain
from verifier.core.datachecks.context import CheckContext, decimal, flag
from verifier.core.report.rows import SourceRow, code_of, period_of, plain_text

GAPS = frozenset({"missing_period", "blank_quantity", "non_numeric", "negative_quantity", "unit_mismatch", "duplicate_period"})
"""What leaves a month unknown: its weight is what one would expect of that month, missing from the sum."""
EXPLAINS = ("factor_of_thousand", "digit_transposition", "default_factor_altered")
"""What explains a source that recalculates whole, but not to what was reported."""
MISNAMED = "factor_parameter_unknown"
FOLLOWS_MISNAMED = frozenset({"unit_mismatch", "missing_factor", "factor_unit"})
"""What a source shows whose factor is named with an unknown parameter."""
NEAR_ONE = frozenset({"oxidation", "conversion", "purity"})
"""Parameters that are shares near 100 %."""
NEVER_EXPLAINS = frozenset({"outside_year", "volume_conditions", "reported_unreadable"})


def of_reasons(context: CheckContext) -> Iterator[Flag]:
    """Every reason why a number is unknown, and every oddity that leaves it known, at its own place."""
    for result in context.results:
        source = context.rows[result.source_id]
        for reason in (*result.reasons, *result.notes):
            yield _of_reason(context, source, result, reason)


def _of_reason(context: CheckContext, source: SourceRow, result: SourceResult, reason: UnknownReason) -> Flag:
    """A reason at its own place, or at the source's row where a row is what is missing."""
    sheet, row = (reason.sheet, reason.row) if reason.sheet else (source.sheet, source.row)
    values = dict(reason.values)
    contradicting = values.pop("same", "yes") == "no"
    column = values.get("column", "unit" if reason.code == "unit_mismatch" else "period" if reason.code == "outside_year" else "")
    message = f"flag.{reason.code}" + (".contradicting" if contradicting else _variant(reason.code, values))
    tonnes = _weight(context, result, reason, contradicting)
    cause = MISNAMED if reason.code in FOLLOWS_MISNAMED and source.source_id in context.misnamed else None
    place = (source.source_id, reason.period, sheet, row, column)
    return flag(reason.code, *place, tonnes=tonnes, caused_by=cause, message=message, values=values)


def _variant(code: str, values: dict[str, str]) -> str:
    """The ending of the message where a cell is blank for a reason of its own: no unit, or a formula saved without its result."""
    if code == "unit_mismatch" and not values["unit"].strip():
        return ".blank"
    return ".formula" if values.pop("formula", "no") == "yes" else ""


def _weight(context: CheckContext, result: SourceResult, reason: UnknownReason, contradicting: bool) -> Fraction | None:
    """Estimated tonnes: a month left out is what to expect of it; a source without data is all it reports."""
    if reason.code == "source_without_data":
        return None if result.reported is None else Fraction(result.reported)
    if reason.code not in GAPS or reason.period is None or (reason.code == "duplicate_period" and not contradicting):
        return None
    expected = context.expected(result.source_id, reason.period)
    tonnes = None if expected is None else context.tonnes(result.source_id, expected)
    return None if tonnes is None else -tonnes


def data_without_source(context: CheckContext, unassigned: Iterable[Unassigned]) -> Iterator[Flag]:
    """Data of a source the report does not list: one flag a source, at its first row.

    Blank source numbers below a merged cell are a flag of their own: only the first row of a merged cell holds its value.
    """
    merged = {(row.sheet, row.row) for row in (*context.report.activity, *context.report.measurements) if "source_id" in row.merged}
    by_source: dict[tuple[str, bool], list[Unassigned]] = {}
    for row in unassigned:
        by_source.setdefault((row.source_id, (row.sheet, row.row) in merged), []).append(row)
    for (source_id, below), rows in by_source.items():
        first = min(rows, key=lambda row: (row.sheet, row.row))
        message = "flag.data_without_source.merged" if below else ""
        place = (source_id or None, None, first.sheet, first.row, "source_id")
        yield flag("data_without_source", *place, message=message, values={"rows": str(len(rows))})


def sheet_empty(context: CheckContext) -> Iterator[Flag]:
    """A required sheet with a header and no rows: everything that rests on it is unknown."""
    report = context.report
    measured = all(row.category_code == "measured" for row in report.sources)
    empty = {
        "sources": not report.sources,
        "activity": not report.activity and not report.measurements,
        "factors": not report.factors and not (report.sources and measured),
    }
    for sheet, found in empty.items():
        if found:
            yield flag("sheet_empty", None, None, sheet, None, values={"sheet": sheet})


def share_in_percent(context: CheckContext) -> Iterator[Flag]:
    """A share near one, written with the unit %, in a cell that shows no percent: 0.94 % may be meant as 94 %."""
    for row in context.report.factors:
        share = decimal(row.shown) if code_of(row.parameter) in NEAR_ONE and plain_text(row.unit) == "%" else None
        if share is not None and 0 < share <= 1:
            own = None if row.source_id.startswith("*") else row.source_id or None
            values = {"parameter": code_of(row.parameter), "value": row.shown, "right": plain(share * 100)}
            yield flag("share_in_percent", own, period_of(row.period), row.sheet, row.row, "value", values=values)


def factor_parameter_unknown(context: CheckContext) -> Iterator[Flag]:
    """A factor whose parameter is no word of the form: it is not used. One flag for each source that lacks it, else one for the row."""
    lacking = {result.source_id for result in context.results if any(reason.code in FOLLOWS_MISNAMED for reason in result.reasons)}
    for row in context.unknown_parameters:
        concerned = [key for key in sorted(lacking) if key in context.rows and row.speaks_of(context.rows[key])]
        own = None if row.source_id.startswith("*") else row.source_id or None
        keys: list[str | None] = [*concerned] or [own]
        for source_id in keys:
            values = {"text": row.parameter, "value": f"{row.value} {row.unit}".strip()}
            message = "flag.factor_parameter_unknown" if row.parameter.strip() else "flag.factor_parameter_unknown.blank"
            yield flag(MISNAMED, source_id, period_of(row.period), row.sheet, row.row, "parameter", message=message, values=values)


def factor_without_source(context: CheckContext) -> Iterator[Flag]:
    """A factor that applies to no listed source: its source is not listed, or no source is of its category and fuel."""
    for row in context.report.factors:
        category, _, fuel = row.source_id.partition(":")[2].partition(":")
        of_kind = (code_of(category), plain_text(fuel).casefold()) in context.under_kind
        if row.source_id not in context.rows and not (row.source_id.startswith("*") and of_kind):
            yield flag("factor_without_source", None, None, row.sheet, row.row, "source_id", values={"text": row.source_id})


def meter_unused(context: CheckContext) -> Iterator[Flag]:
    """A listed meter that no source names: a source may be missing, or measured by another meter than stated."""
    used = {plain_text(source.meter_id) for source in context.rows.values()}
    for meter in {plain_text(row.meter_id): row for row in reversed(context.report.meters) if row.meter_id.strip()}.values():
        if used - {""} and plain_text(meter.meter_id) not in used:
            yield flag("meter_unused", None, None, meter.sheet, meter.row, "meter_id", values={"meter": meter.meter_id})


def arithmetic_difference(context: CheckContext, found: Iterable[Flag]) -> Iterator[Flag]:
    """Reported and recalculated differ by more than the digits reported can explain.

    Where a gap leaves the source incomplete the difference to what is known hangs below that gap; else below what explains it.
    """
    explained: dict[str | None, str] = {}
    for each in sorted(found, key=lambda one: EXPLAINS.index(one.code) if one.code in EXPLAINS else len(EXPLAINS)):
        if each.code in EXPLAINS and each.caused_by is None:
            explained.setdefault(each.source, each.code)
    for result in context.results:
        if result.reported is None:
            continue
        difference = Fraction(result.reported) - result.known
        if abs(difference) <= half_a_last_digit(result.reported):
            continue
        row = context.rows[result.source_id]
        cause = explained.get(result.source_id)
        if not result.complete:
            cause = next((reason.code for reason in result.reasons if reason.code not in NEVER_EXPLAINS), None)
        yield flag(
            "arithmetic_difference",
            result.source_id,
            None,
            row.sheet,
            row.row,
            "reported_tco2",
            tonnes=difference,
            caused_by=cause,
            message="" if result.complete else "flag.arithmetic_difference.incomplete",
            values={"reported": plain(result.reported), "recalculated": plain(result.known, 4)},
        )
