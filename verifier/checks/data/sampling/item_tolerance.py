"""Which sampled items are wrong, by how much, and the tolerance that decides it."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from verifier.checks.data.references.queries import own_tolerances
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.core.sampling.plan import is_wrong, signed_error
from verifier.core.sampling.population import Item
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load


def item_value(row: SampledItem) -> Item:
    """The row's item as the core knows it."""
    return Item(tuple(row.parts), row.size, row.quantity, row.unit, row.label)


@once_per_read
def tolerance_of(engagement: Engagement) -> Fraction | None:
    """The share within which what was found for an item may differ: the body's own, else the pack's; 0: any difference is an error.

    None under rules that do not say how numbers are covered: what such a case was worked with stays.
    """
    pack = load(engagement.pack_id)
    if pack.coverage is None:
        return None
    found = pack.tolerance("crosscheck_difference", {code: Fraction(value) for code, value in own_tolerances(engagement).items()})
    return found.value if found else Fraction()


def _tolerance(drawn: Sample) -> Fraction | None:
    return tolerance_of(db.session.get_one(Engagement, drawn.engagement_id))


def failed(drawn: Sample, rows: Sequence[SampledItem]) -> set[UUID]:
    """The ids of the items that are wrong."""
    tolerance = _tolerance(drawn)
    return {row.id for row in rows if is_wrong(item_value(row), row.result, row.found, tolerance)}


def failed_count(drawn: Sample, rows: Sequence[SampledItem]) -> int:
    """How many items are wrong."""
    return len(failed(drawn, rows))


def errors_of(drawn: Sample, rows: Sequence[SampledItem]) -> dict[str, Fraction]:
    """The signed errors of the items worked, t CO2 of their size, by line."""
    tolerance = _tolerance(drawn)
    return {row.line: signed_error(item_value(row), row.result, row.found, tolerance) for row in rows if row.result}


def read_decimal(text: str | None) -> Decimal | None:
    """A stored decimal; None for an unknown one."""
    return None if text is None else Decimal(text)
