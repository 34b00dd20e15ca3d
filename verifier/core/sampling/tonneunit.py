"""Tonne-unit sampling: every tonne is as likely to be drawn as any other, so that a large item is drawn more often than a small one.

Source of everything here: rules.md section 6 (monetary-unit sampling of the AICPA guide, with tonnes for money).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from verifier.core.errors import Refusal
from verifier.core.sampling import draw
from verifier.core.sampling.poisson import confidence_factor, increment
from verifier.core.sampling.population import Item, Population
from verifier.core.sampling.projection import READ, ZERO, Projection, over, under


@dataclass(frozen=True, slots=True)
class TonneUnitPlan:
    """What is asked of the sample: the risk of accepting too much error, and the tolerable and expected error in t CO2.

    `expansion` is the guide's factor on the expected error; it is only needed where any is expected. `extended` multiplies the selection
    points of a sample that did not support the figure: the points of the shorter sample are all among them.
    """

    risk: Fraction
    tolerable: Fraction
    expected: Fraction = ZERO
    expansion: Fraction | None = None
    extended: int = 1


@dataclass(frozen=True, slots=True)
class Size:
    """Sample size: `n` selection points, one every `interval` tonnes of `book` tonnes."""

    book: Fraction
    n: int
    interval: Fraction


@dataclass(frozen=True, slots=True)
class Drawn:
    """The items drawn: those above the interval, tested whole and speaking for themselves alone, and those that speak for an interval."""

    size: Size
    whole: tuple[Item, ...]
    others: tuple[Item, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All of them, in canonical order."""
        return tuple(sorted((*self.whole, *self.others), key=lambda item: item.line.encode()))


@dataclass(frozen=True, slots=True)
class Tainting:
    """One error that is projected: its share of the item, what it projects to, and what its rank adds to the upper limit."""

    line: str
    tainting: Fraction
    projected: Fraction
    allowance: Fraction


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Evaluation of the sample in t CO2; an upper limit for overstatement, a projection only for understatement."""

    size: Size
    risk: Fraction
    known_whole_over: Fraction
    known_whole_under: Fraction
    known_over: Fraction
    known_under: Fraction
    taintings: tuple[Tainting, ...]
    projected_under: Fraction
    basic_precision: Fraction
    tested: int
    open: int

    @property
    def projected_over(self) -> Fraction:
        """What is known of the whole ones and what the others speak for."""
        return self.known_whole_over + sum((each.projected for each in self.taintings), ZERO)

    @property
    def allowance(self) -> Fraction:
        """Incremental allowance of all taintings, ranked from the largest."""
        return sum((each.allowance for each in self.taintings), ZERO)

    @property
    def upper_limit(self) -> Fraction:
        """Projected error + basic precision + incremental allowance."""
        return self.projected_over + self.basic_precision + self.allowance


def sample_size(book: Fraction, plan: TonneUnitPlan) -> Size:
    """n = book × factor(0, risk) ÷ (tolerable − expected × expansion), rounded up; interval = book ÷ n.

    Refuses a population without tonnes, an expected error without its expansion factor, and one that leaves nothing of the tolerable.
    """
    if book <= 0:
        raise Refusal("data.sample.empty")
    if plan.tolerable <= 0 or plan.expected < 0:
        raise Refusal("data.sample.tolerable")
    if plan.expected and plan.expansion is None:
        raise Refusal("data.sample.expansion")
    room = plan.tolerable - plan.expected * (plan.expansion or 0)
    if room <= 0 or (plan.expansion is not None and plan.expansion < 0):
        raise Refusal("data.sample.expected")
    n = ceil(book * confidence_factor(0, plan.risk) / room) * plan.extended
    return Size(book, n, book / n)


def draw_sample(population: Population, plan: TonneUnitPlan, seed: str) -> Drawn:
    """The systematic draw; an item above the interval is always hit."""
    size = sample_size(population.size, plan)
    hit = draw.systematic(population.items, size.interval, seed, population.checksum, plan.extended)
    whole = tuple(item for item in hit if Fraction(item.size or 0) > size.interval)
    return Drawn(size, whole, tuple(item for item in hit if Fraction(item.size or 0) <= size.interval))


def evaluate(sizes: Mapping[str, Fraction], errors: Mapping[str, Fraction], size: Size, risk: Fraction) -> Evaluation:
    """What the errors of the drawn items mean; `sizes` are all drawn items' t CO2 by line, `errors` the signed ones of those worked.

    An item above the interval counts with its own error. Any other is tainted by error ÷ size and projects tainting × interval. The
    upper limit takes the overstated taintings from the largest: basic precision factor(0) × interval where anything was projected from,
    and (factor(k) − factor(k−1) − 1) × projected for the k-th. A larger error never makes any of these smaller.
    """
    worked = [line for line in sizes if line in errors]
    certain = [line for line in worked if sizes[line] > size.interval]
    others = [line for line in worked if sizes[line] <= size.interval and sizes[line] > 0]
    tainted = sorted(((errors[line] / sizes[line], line) for line in others if errors[line] > 0), key=lambda each: (-each[0], each[1]))
    taintings = tuple(
        Tainting(line, share, share * size.interval, increment(rank, risk) * share * size.interval)
        for rank, (share, line) in enumerate(tainted, 1)
    )
    spoken_for = any(tonnes <= size.interval for tonnes in sizes.values())
    known_whole_under = _sum(under(errors[line]) for line in certain)
    return Evaluation(
        size=size,
        risk=risk,
        known_whole_over=_sum(over(errors[line]) for line in certain),
        known_whole_under=known_whole_under,
        known_over=_sum(over(errors[line]) for line in worked),
        known_under=_sum(under(errors[line]) for line in worked),
        taintings=taintings,
        projected_under=known_whole_under + _sum(under(errors[line]) / sizes[line] * size.interval for line in others),
        basic_precision=confidence_factor(0, risk) * size.interval if spoken_for else ZERO,
        tested=len(worked),
        open=len(sizes) - len(worked),
    )


def projection(kind: str, sources: Sequence[str], population: int, found: Evaluation) -> Projection:
    """The evaluation as the unit's total sees it: in what is deducted, an item that is too large makes the total too small."""
    sides = (found.known_over, found.known_under, found.projected_over, found.projected_under)
    limits: tuple[Fraction | None, Fraction | None] = (found.upper_limit, None)
    if kind == "deducted":
        sides, limits = (sides[1], sides[0], sides[3], sides[2]), (None, found.upper_limit)
    return Projection("tonne_unit", kind, tuple(sources), population, found.tested, found.open, found.size.book, *sides, *limits, READ)


def _sum(parts: object) -> Fraction:
    return sum(parts, ZERO)  # type: ignore[call-overload,no-any-return]
