"""Confidence factors: computed exactly, and the printed tables are these rounded up."""

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from itertools import pairwise
from math import exp, factorial

import pytest

from verifier.core.errors import Refusal
from verifier.core.sampling.poisson import confidence_factor, increment

PRINTED = {
    Fraction(1, 20): ["3.00", "4.75", "6.30", "7.76", "9.16", "10.52"],
    Fraction(1, 10): ["2.31", "3.89", "5.33", "6.69", "8.00", "9.28"],
}


@pytest.mark.parametrize("risk", PRINTED)
def test_the_printed_tables_are_the_exact_factors_rounded_up(risk: Fraction) -> None:
    exact = [confidence_factor(errors, risk) for errors in range(6)]
    shown = [(Decimal(each.numerator) / each.denominator).quantize(Decimal("0.01"), ROUND_CEILING) for each in exact]
    assert [str(each) for each in shown] == PRINTED[risk]


@pytest.mark.parametrize(("errors", "risk"), [(0, Fraction(1, 20)), (3, Fraction(1, 10)), (40, Fraction(1, 3)), (7, Fraction(1, 1000))])
def test_under_the_factor_so_few_errors_are_seen_with_exactly_the_chance_of_the_risk(errors: int, risk: Fraction) -> None:
    mean = float(confidence_factor(errors, risk))
    assert exp(-mean) * sum(mean**i / factorial(i) for i in range(errors + 1)) == pytest.approx(float(risk), abs=1e-11)


def test_each_further_error_adds_more_than_itself_and_less_than_the_one_before() -> None:
    steps = [increment(errors, Fraction(1, 20)) for errors in range(1, 30)]
    assert all(earlier > later > 0 for earlier, later in pairwise(steps))


@pytest.mark.parametrize("risk", [Fraction(0), Fraction(1), Fraction(-1, 2), Fraction(3, 2)])
def test_a_risk_that_is_no_chance_is_refused(risk: Fraction) -> None:
    with pytest.raises(Refusal, match=r"data\.sample\.risk"):
        confidence_factor(0, risk)
