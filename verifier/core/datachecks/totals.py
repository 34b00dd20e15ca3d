"""Sums of the totals sheet: a category is the sum of its sources, the total the sum of the rounded categories."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import half_a_last_digit, plain
from verifier.core.datachecks.context import CheckContext, decimal, flag

COLUMN = "reported_tco2"
TOTALS = "totals"


def total_mismatch(context: CheckContext) -> Iterator[Flag]:
    """A category that is not the sum of its sources, a total that is not the sum of the categories; t CO2, reported − right.

    The total is the sum of the rounded categories (accounting guidelines, rules.md 1: the total is the sum of the rounded types).
    """
    reported_sum, readable = Fraction(), True
    by_category: dict[tuple[str, bool], list[Decimal | None]] = {}
    for result in context.results:
        by_category.setdefault((result.category, result.counts), []).append(result.reported)
    for row in context.report.totals:
        stated, code = decimal(row.reported_tco2), row.category_code
        if stated is None:
            readable = False
            yield flag("reported_unreadable", None, None, row.sheet, row.row, COLUMN, values={"text": row.reported_tco2})
            continue
        if code == "total":
            continue
        rule = context.pack.category(code)
        counts = bool(rule and rule.counts)
        signed = Fraction(-abs(stated) if rule and rule.sign < 0 else stated)
        reported_sum += signed if rule is None or counts else 0
        sources = by_category.get((code, True), []) + ([] if counts else by_category.get((code, False), []))
        known = [tonnes for tonnes in sources if tonnes is not None]
        if len(known) != len(sources):
            continue
        summed = sum((Fraction(tonnes) for tonnes in known), Fraction())
        room = half_a_last_digit(stated) + sum((half_a_last_digit(tonnes) for tonnes in known), Fraction())
        if abs(signed - summed) > room:
            values = {"category": code, "stated": plain(signed), "sum": plain(summed)}
            yield flag("total_mismatch", None, None, row.sheet, row.row, COLUMN, tonnes=signed - summed, values=values)
    stated_total = next((row for row in context.report.totals if row.category_code == "total"), None)
    if stated_total is None:
        last = context.report.totals[-1] if context.report.totals else None
        yield flag("total_missing", None, None, last.sheet if last else TOTALS, last.row if last else None, "category")
    total = decimal(stated_total.reported_tco2) if stated_total else None
    if stated_total and total is not None and readable and total != reported_sum:
        values = {"category": "total", "stated": plain(total), "sum": plain(reported_sum)}
        yield flag(
            "total_mismatch", None, None, stated_total.sheet, stated_total.row, COLUMN, tonnes=Fraction(total) - reported_sum, values=values
        )
