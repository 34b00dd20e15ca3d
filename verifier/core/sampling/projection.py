"""Projection of sample errors to the population; over- and understatement are not offset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)
READ, PRACTICE = "read", "practice"


@dataclass(frozen=True, slots=True)
class Projection:
    """One stratum's errors in t CO2, seen from the unit's total: `over` where the report says too much, `under` too little, both ≥ 0.

    What is projected holds what is known. `limit_*` is the upper limit at the sample's risk, None where the method gives none. `basis`
    says whether the way of projecting was read or is the body's practice.
    """

    method: str
    stratum: str
    sources: tuple[str, ...]
    population: int
    tested: int
    open: int
    book: Fraction
    known_over: Fraction
    known_under: Fraction
    projected_over: Fraction
    projected_under: Fraction
    limit_over: Fraction | None
    limit_under: Fraction | None
    basis: str

    @property
    def complete(self) -> bool:
        """Whether all sampled items have been tested."""
        return not self.open

    @property
    def decides(self) -> bool:
        """Whether materiality counts what is projected: a ladder extends the sample instead, and its projection only informs."""
        return self.basis == READ

    @property
    def remainder_over(self) -> Fraction:
        """Overstatement remaining after correction of all errors found in the sample."""
        return self.projected_over - self.known_over

    @property
    def remainder_under(self) -> Fraction:
        """Understatement remaining after correction of all errors found in the sample."""
        return self.projected_under - self.known_under


def over(error: Fraction) -> Fraction:
    """Overstated part of a signed error."""
    return max(error, ZERO)


def under(error: Fraction) -> Fraction:
    """Understated part of a signed error, as a positive number."""
    return max(-error, ZERO)


def supports(found: Projection, tolerable: Fraction) -> bool:
    """Whether a sample supports the figure: neither an upper limit nor, where the method gives none, a projection exceeds `tolerable`."""
    sides = ((found.limit_over, found.projected_over), (found.limit_under, found.projected_under))
    return all((projected if limit is None else limit) <= tolerable for limit, projected in sides)


def ratio(
    stratum: str, items: Mapping[str, Fraction], errors: Mapping[str, Fraction], drawn: Sequence[str], *, deducted: bool = False
) -> Projection:
    """The ladder's stratum, projected in proportion to the tonnes tested.

    `items` holds every item's size by its line, `errors` the signed errors of those worked. Beijing's rule climbs and projects nothing:
    this is the body's practice, and it gives no upper limit. Where every tonne was tested, the projection is what is known.
    """
    worked = [line for line in drawn if line in errors]
    book, tested = sum(items.values(), ZERO), sum((items[line] for line in worked), ZERO)
    known_over = sum((over(errors[line]) for line in worked), ZERO)
    known_under = sum((under(errors[line]) for line in worked), ZERO)
    factor = book / tested if tested else Fraction(1)
    sides = (known_over, known_under, known_over * factor, known_under * factor)
    if deducted:
        sides = (sides[1], sides[0], sides[3], sides[2])
    return Projection("ladder", stratum, (stratum,), len(items), len(worked), len(drawn) - len(worked), book, *sides, None, None, PRACTICE)
