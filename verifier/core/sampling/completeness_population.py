"""Completeness test from a reciprocal population (invoices, equipment ledger, meter list) to the report, to detect omissions.

Source: rules.md section 6 (a draw from the report finds omissions not at all: draw as well from a reciprocal population).
"""

from fractions import Fraction
from math import ceil

from verifier.core.errors import Refusal
from verifier.core.sampling.draw import lowest
from verifier.core.sampling.poisson import confidence_factor
from verifier.core.sampling.population import Item, Population


def count_for(risk: Fraction, share: Fraction) -> int:
    """Items to draw so that, where so large a share is missing from the report, the chance of seeing none is at most the risk.

    n = factor(0, risk) ÷ share, rounded up. A share of 1/20 at a risk of 1/20 asks for 60.
    """
    if not 0 < share <= 1:
        raise Refusal("data.sample.share")
    return ceil(confidence_factor(0, risk) / share)


def draw_list(population: Population, count: int, seed: str) -> tuple[Item, ...]:
    """`count` items of the list, each as likely as any other; all of them where it holds no more. Refuses an empty list and no items."""
    if not population.items:
        raise Refusal("data.sample.list_empty")
    if count < 1:
        raise Refusal("data.sample.count")
    return lowest(population.items, count, seed, population.checksum)


def upper_rate(missing: int, tested: int, risk: Fraction) -> Fraction:
    """The largest share of the list that may be missing from the report, at the risk: factor(missing) ÷ tested, at most 1."""
    return min(Fraction(1), confidence_factor(missing, risk) / tested) if tested else Fraction(1)
