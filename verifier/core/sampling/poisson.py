"""Confidence factors: upper limit of errors in a population, given those found in a sample; computed, not looked up."""

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from verifier.core.errors import Refusal

DIGITS, PLACES = 50, 12


@lru_cache(maxsize=512)
def confidence_factor(errors: int, risk: Fraction) -> Fraction:
    """The mean of the Poisson distribution under which `errors` or fewer are seen with exactly the chance `risk`.

    It solves e^−λ · Σ λ^i / i! (i = 0…errors) = risk, which is the gamma distribution's (errors + 1, 1) quantile at 1 − risk; bisected
    with 50 digits, rounded up at the 12th place. Refuses a risk that is not between 0 and 1. Source: rules.md section 6; the AICPA
    guide's tables at 5 % and 10 % are these numbers rounded up to two places.
    """
    if not 0 < risk < 1 or errors < 0:
        raise Refusal("data.sample.risk")
    with localcontext() as context:
        context.prec = DIGITS
        aim = Decimal(risk.numerator) / risk.denominator
        low, high = Decimal(0), Decimal(errors + 1)
        while _seen(errors, high) > aim:
            low, high = high, high * 2
        while high - low > Decimal(10) ** -(PLACES + 4):
            middle = (low + high) / 2
            low, high = (middle, high) if _seen(errors, middle) > aim else (low, middle)
        return Fraction(-(-int(high * 10 ** (PLACES + 2)) // 100), 10**PLACES)


def _seen(errors: int, mean: Decimal) -> Decimal:
    """Chance of seeing so many or fewer."""
    term = total = Decimal(1)
    for count in range(1, errors + 1):
        term = term * mean / count
        total += term
    return total * (-mean).exp()


def increment(errors: int, risk: Fraction) -> Fraction:
    """What the n-th largest tainting adds to the upper limit beyond itself: factor(n) − factor(n − 1) − 1; positive, smaller each time."""
    return confidence_factor(errors, risk) - confidence_factor(errors - 1, risk) - 1
