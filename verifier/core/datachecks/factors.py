"""Factors stated as published defaults but altered, not in any table, or of another year."""

from collections.abc import Iterator
from fractions import Fraction

from verifier.core.calculation.factors import Factor, read_factor
from verifier.core.calculation.results import Flag, Unknown
from verifier.core.calculation.units import factor_unit
from verifier.core.datachecks.context import CheckContext, flag
from verifier.core.report.rows import FactorRow, code_of, period_of, plain_text
from verifier.core.rulepack.pack import DefaultFactor

DEFAULT = frozenset({"default", "缺省", "缺省值", "默认", "默认值"})


def defaults(context: CheckContext) -> Iterator[Flag]:
    """A factor called a default, or taken from a table of the pack: the published one of the year, or a flag that says which it is not.

    A factor of any other basis is looked at too where its value is close to a published one without being it (`close_to_default`).

    `factor_not_in_table` where the pack publishes none for that fuel and parameter, in that table; `factor_expired` where the value is
    one of another year; `default_factor_altered` where it is none of any year.
    """
    published: dict[tuple[str, str, str, str], tuple[DefaultFactor, ...]] = {}
    for row in context.report.factors:
        category, fuel = _kind(context, row.source_id)
        if not category:
            continue
        looked_up = (category, fuel, code_of(row.parameter), row.table)
        if looked_up not in published:
            published[looked_up] = tuple(context.pack.factor_rows(*looked_up))
        named = bool(row.table.strip()) and context.pack.table(row.table) is not None
        if code_of(row.basis) in DEFAULT or named:
            found = _of_row(context, row, published[looked_up])
        else:
            found = _close(context, row, published[looked_up])
        if found is not None:
            yield found


def _close(context: CheckContext, row: FactorRow, published: tuple[DefaultFactor, ...]) -> Flag | None:
    """A factor of another basis that is nearly a default of the year."""
    try:
        factor = read_factor(row)
    except Unknown:
        return None
    values = [(each, _value_of(each)) for each in published if each.holds_in(context.report.year)]
    if any(value == factor.per_base for _, value in values):
        return None
    near = next((each for each, value in values if value and abs(factor.per_base - value) <= context.limits.close_to_default * value), None)
    if near is None:
        return None
    shown = {"parameter": factor.parameter, "stated": f"{row.shown} {row.unit}".strip(), "basis": row.basis or "–"}
    shown |= {"published": f"{near.written} {near.unit}", "table": near.table}
    place = (None if row.source_id.startswith("*") else row.source_id, period_of(row.period), row.sheet, row.row, "value")
    message = "flag.default_factor_altered.close"
    return flag("default_factor_altered", *place, tonnes=_weight(context, row, factor, near), message=message, values=shown)


def _of_row(context: CheckContext, row: FactorRow, published: tuple[DefaultFactor, ...]) -> Flag | None:
    source = None if row.source_id.startswith("*") else row.source_id
    place = (source, period_of(row.period), row.sheet, row.row)
    shown = {"parameter": code_of(row.parameter), "stated": f"{row.shown} {row.unit}".strip()}
    if not published:
        message = "flag.factor_not_in_table" if row.table.strip() else "flag.factor_not_in_table.any"
        return flag("factor_not_in_table", *place, "table", message=message, values=shown | {"table": plain_text(row.table)})
    try:
        factor = read_factor(row)
    except Unknown:
        return None
    same = [each for each in published if equal_to(each, factor)]
    year = context.report.year
    if any(each.holds_in(year) for each in same):
        return None
    if same:
        return flag("factor_expired", *place, "value", values=shown | {"table": same[0].table, "years": _years(same[0]), "year": str(year)})
    right = next((each for each in published if each.holds_in(year)), None)
    if right is None:
        return flag(
            "factor_expired",
            *place,
            "table",
            values=shown | {"table": published[0].table, "years": _years(published[0]), "year": str(year)},
        )
    values = shown | {"published": f"{right.written} {right.unit}", "table": right.table}
    return flag("default_factor_altered", *place, "value", tonnes=_weight(context, row, factor, right), values=values)


def _weight(context: CheckContext, row: FactorRow, factor: Factor, right: DefaultFactor) -> Fraction | None:
    """What the sources under the row would lose with the published value: each formula is a product, so tonnes go with the factor."""
    value = _value_of(right)
    if value is None or not factor.per_base or code_of(row.parameter) == "biomass_fraction":
        return None
    if row.source_id.startswith("*"):
        category, fuel = _kind(context, row.source_id)
        concerned = context.under_kind.get((category, plain_text(fuel).casefold()), ())
    else:
        concerned = (row.source_id,)
    known = sum((context.by_id[key].known for key in concerned if key in context.by_id), Fraction())
    return known * (1 - value / factor.per_base)


def equal_to(published: DefaultFactor, factor: Factor) -> bool:
    """Whether a stated factor has the value of a published one, in whatever unit."""
    return _value_of(published) == factor.per_base


def _value_of(published: DefaultFactor) -> Fraction | None:
    """A published value in base units."""
    stated = factor_unit(published.unit)
    if stated is None:
        return None
    return published.value * stated.numerator.size / (stated.denominator.size if stated.denominator else 1)


def _years(factor: DefaultFactor) -> str:
    """The emission years a factor holds for, as they are written."""
    first, last = factor.from_year, factor.to_year
    return f"{first or ''}–{last or ''}" if first != last else str(first or "")


def _kind(context: CheckContext, source_id: str) -> tuple[str, str]:
    if source_id.startswith("*"):
        category, _, fuel = source_id.partition(":")[2].partition(":")
        return code_of(category), fuel
    source = context.rows.get(source_id)
    return (source.category_code, source.fuel) if source else ("", "")
