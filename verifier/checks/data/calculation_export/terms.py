"""Factors of each amount, read from the steps of its recalculation, so that a formula can be written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.calculation.results import SourceResult, Step, UsedFactor, UsedQuantity
from verifier.core.calculation.units import factor_unit


@dataclass(frozen=True, slots=True)
class FactorTerm:
    """A factor as it is used: `stated` × `ratio`, or what that leaves of 1; a constant of the pack has no `factor`."""

    label: str
    stated: Fraction
    ratio: Fraction
    rest_of_one: bool
    unit: str
    factor: UsedFactor | None

    @property
    def used(self) -> Fraction:
        """The number the amount is multiplied with."""
        scaled = self.stated * self.ratio
        return 1 - scaled if self.rest_of_one else scaled

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Lines of one key are one line: the same row used in the same unit."""
        return (self.label, self.unit, *((self.factor.sheet, self.factor.row) if self.factor else ("", 0)))


@dataclass(frozen=True, slots=True)
class Worked:
    """A known amount with the lines it is multiplied with, and the sign of its category."""

    quantity: UsedQuantity
    lines: tuple[FactorTerm, ...]
    sign: int
    parts: tuple[Step, ...]
    """What a measured amount was made of: hours, flow, concentration, and the share that is not biomass where it is stated."""


def worked(result: SourceResult, sign: int) -> Iterator[Worked]:
    """The known amounts of a source month by month; raises ValueError where the steps do not come to the tonnes they were made with."""
    factors = {(factor.parameter, factor.sheet, factor.row): factor for factor in result.factors}
    lines = {period: tuple(_line(step, factors) for step in terms) for period, terms in _terms(result).items()}
    parts: dict[str, list[Step]] = {}
    for step in result.steps:
        if step.origin == "measurement":
            parts.setdefault(step.period, []).append(step)
    for quantity in result.quantities:
        own = lines.get(quantity.period, lines.get("", ()))
        product = Fraction(sign)
        for line in own:
            product *= line.used
        if product != quantity.per_unit:
            raise ValueError(f"{result.source_id} {quantity.period}: the steps do not come to the factor that was used")
        yield Worked(quantity, own, sign, tuple(parts.get(quantity.period, ())))


def _terms(result: SourceResult) -> Mapping[str, list[Step]]:
    """The multiplied steps by period, under the empty one where they hold for the whole year."""
    found: dict[str, list[Step]] = {}
    for step in result.steps:
        if step.origin in ("factor", "pack"):
            for period in step.period.split(", "):
                found.setdefault(period, []).append(step)
    return found


def _line(step: Step, factors: Mapping[tuple[str, str, int], UsedFactor]) -> FactorTerm:
    label = step.label.removeprefix("step.")
    factor = factors.get((label, step.sheet, step.row or 0))
    if factor is None:
        return FactorTerm(label, step.value, Fraction(1), False, step.unit, None)
    rest_of_one = label == "biomass_fraction"
    scaled = 1 - step.value if rest_of_one else step.value
    return FactorTerm(
        label, factor.value, scaled / factor.value if factor.value else _ratio(factor.unit, step.unit), rest_of_one, step.unit, factor
    )


def _ratio(stated: str, used: str) -> Fraction:
    """How a factor of 0 would be converted: by its units alone."""
    sizes = []
    for text in (stated, used):
        unit = factor_unit(text)
        sizes.append(unit.numerator.size / (unit.denominator.size if unit.denominator else 1) if unit else Fraction(1))
    return sizes[0] / sizes[1]
