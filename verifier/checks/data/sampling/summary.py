"""Key figures of a sample before and after it is drawn."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from verifier.checks.data.sampling import queries
from verifier.checks.data.sampling.models import Sample
from verifier.core.sampling import ladder, tonneunit
from verifier.core.sampling.ladder import LadderReason
from verifier.core.sampling.plan import Method
from verifier.core.sampling.poisson import confidence_factor
from verifier.core.sampling.tonneunit import TonneUnitPlan


@dataclass(frozen=True, slots=True)
class Placed:
    """One source or site as the ladder placed it when the sample was planned."""

    key: str
    tonnes: Fraction
    share: Fraction | None
    items: int
    why: LadderReason
    step: Fraction

    @property
    def count(self) -> int:
        """How many of its items its first step takes."""
        return ladder.needed(self.items, self.step)


@dataclass(frozen=True, slots=True)
class Outline:
    """Items and tonnes in the population, items to be drawn, and what the method adds: interval, items above it, precision, places."""

    items: int
    book: Fraction
    to_draw: int
    interval: Fraction | None = None
    whole: int = 0
    precision: Fraction | None = None
    factor: Fraction | None = None
    plan: TonneUnitPlan | None = None
    places: tuple[Placed, ...] = ()
    reasons: tuple[tuple[LadderReason, int], ...] = ()


def outline(sample: Sample) -> Outline:
    """The key figures of a sample, from what was stored when it was planned."""
    plan, population = queries.plan_of(sample), queries.stored_population(sample)
    if plan.method is Method.LADDER:
        places = tuple(
            Placed(key, Fraction(tonnes), None if share is None else Fraction(share), items, LadderReason(why), Fraction(step))
            for key, tonnes, share, items, why, step in sample.places
        )
        count = sum(each.count for each in places if each.why is LadderReason.SAMPLED)
        if plan.kind == ladder.SITES:
            count = ladder.needed(len(plan.among), plan.steps.get(ladder.SITES, Fraction(1)))
        reasons = Counter(each.why for each in places if each.why is not LadderReason.SAMPLED)
        return Outline(len(population.items), population.size, count, places=places, reasons=tuple(sorted(reasons.items())))
    if plan.tonnes is None:
        return Outline(len(population.items), population.size, min(plan.count, len(population.items)))
    size = tonneunit.sample_size(population.size, plan.tonnes)
    factor = confidence_factor(0, plan.tonnes.risk)
    above = sum(Fraction(item.size or 0) > size.interval for item in population.items)
    return Outline(len(population.items), population.size, size.n, size.interval, above, factor * size.interval, factor, plan.tonnes)
