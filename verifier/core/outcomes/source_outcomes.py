"""Check 2: decisions on a source's tonnes, and the verified totals that follow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from verifier.core.calculation.results import Calculation, SourceResult
from verifier.core.calculation.units import half_a_last_digit, plain, round_half_up
from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import RulePack

PLACES = 15


class SourceOutcome(StrEnum):
    """Verifier's decision on one source's tonnes."""

    AGREED = "agreed"
    DIFFERS = "differs"
    CANNOT_CONFIRM = "cannot_confirm"


class OutcomeStatus(StrEnum):
    """Decision status of one source."""

    UNDECIDED = "undecided"
    ASKED_AGAIN = "asked_again"
    """Given on an earlier version, and what the number rests on has changed since."""
    WAITING = "waiting"
    """A finding on it is open; once that is resolved, the source needs its figure."""
    AGREED = "agreed"
    DIFFERS = "differs"
    CANNOT_CONFIRM = "cannot_confirm"


OPEN = frozenset({OutcomeStatus.UNDECIDED, OutcomeStatus.ASKED_AGAIN})
"""Still to be decided."""


def outcome_status(outcome: SourceOutcome | None, *, current: bool, open_finding: bool) -> OutcomeStatus:
    """Decision status of one source: a current outcome first, then an unresolved finding, then whether it was ever decided."""
    if outcome is not None and current:
        return OutcomeStatus(outcome)
    if open_finding:
        return OutcomeStatus.WAITING
    return OutcomeStatus.UNDECIDED if outcome is None else OutcomeStatus.ASKED_AGAIN


def agrees(result: SourceResult) -> bool:
    """True where the whole recalculation is what was reported, within the digits reported."""
    if result.difference is None or result.reported is None:
        return False
    return abs(result.difference) <= half_a_last_digit(result.reported)


def verified_tonnes(
    result: SourceResult, outcome: SourceOutcome, figure: Decimal | None, note: str, *, sign: int = 1, sampled_wrong: bool = False
) -> Decimal | None:
    """The verified tonnes of CO2 of an outcome, unrounded; None where they cannot be confirmed.

    Agreeing needs a recalculation that agrees, or, where it is incomplete, a note that says how the figure was found. Another figure
    needs its reason and the sign of its category (deductions are negative). What cannot be confirmed needs its reason. A source with a
    wrong sampled item that is not corrected cannot be agreed as reported.
    """
    explained = bool(note.strip())
    if outcome is SourceOutcome.AGREED and sampled_wrong:
        raise Refusal("data.agreed.sampled", key=result.source_id)
    match outcome:
        case SourceOutcome.AGREED:
            return _agreed(result, explained)
        case SourceOutcome.CANNOT_CONFIRM:
            if not explained:
                raise Refusal("data.note.cannot_confirm", key=result.source_id)
            return None
    if figure is None:
        raise Refusal("data.differs.figure", key=result.source_id)
    if figure and (figure < 0) != (sign < 0):
        raise Refusal("data.differs.deducted" if sign < 0 else "data.differs.negative", figure=plain(figure))
    if figure == result.reported:
        raise Refusal("data.differs.same", figure=plain(figure))
    if not explained:
        raise Refusal("data.note.differs", key=result.source_id)
    return figure


def _agreed(result: SourceResult, explained: bool) -> Decimal:
    if result.reported is None:
        raise Refusal("data.agreed.nothing_reported", key=result.source_id)
    if result.recalculated is None:
        if not explained:
            raise Refusal("data.note.incomplete", key=result.source_id)
        return result.reported
    if not agrees(result):
        raise Refusal("data.agreed.differs", reported=plain(result.reported), recalculated=plain(result.recalculated, 6))
    return round_half_up(result.recalculated, PLACES)


@dataclass(frozen=True, slots=True)
class CategoryTonnes:
    """A category's sources together, t CO2: `verified` exact, `rounded` as the pack rounds; None where one is not known."""

    category: str
    counts: bool
    reported: Decimal | None
    verified: Decimal | None
    rounded: Decimal | None


@dataclass(frozen=True, slots=True)
class VerifiedTotals:
    """What the outcomes come to; `total` is the sum of the rounded categories that count, None where anything is not known."""

    categories: tuple[CategoryTonnes, ...]
    reported_total: Decimal | None
    total: Decimal | None


def verified_totals(
    calculation: Calculation, verified: Mapping[str, Decimal | None], pack: RulePack, left_out: Collection[str] = frozenset()
) -> VerifiedTotals:
    """Verified tonnes by category and in all; `left_out` are keys that check 1 found not to count."""
    rows = []
    for category in calculation.by_category:
        own = [result for result in calculation.sources if result.category == category.category and (result.counts or not category.counts)]
        known = [verified.get(result.source_id) for result in own if result.source_id not in left_out]
        total = _sum(known)
        rounded = None if total is None else round_half_up(Fraction(total), pack.rounding.places)
        rows.append(CategoryTonnes(category.category, category.counts, category.reported, total, rounded))
    return VerifiedTotals(tuple(rows), calculation.reported_total, _sum([row.rounded for row in rows if row.counts]))


def _sum(known: Sequence[Decimal | None]) -> Decimal | None:
    total = Fraction()
    for tonnes in known:
        if tonnes is None:
            return None
        total += Fraction(tonnes)
    return round_half_up(total, PLACES)
