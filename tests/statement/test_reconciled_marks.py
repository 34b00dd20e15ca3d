"""Which figures of the table from the first version to the verified figure are marked."""

from fractions import Fraction

import pytest

from verifier.core.opinion.reconciliation import ReconciledLine
from verifier.rulepacks.load import load
from verifier.statement.views.reconciled import NOTICEABLE, marked, rounding_of_total


@pytest.mark.parametrize(
    ("figure", "noticeable", "expected"),
    [
        ("0.02", rounding_of_total(load("beijing/2021.3")), False),
        ("-0.02", rounding_of_total(load("beijing/2021.3")), False),
        ("100", rounding_of_total(load("beijing/2021.3")), True),
        ("0.02", NOTICEABLE, True),
        ("0.004", NOTICEABLE, False),
    ],
)
def test_only_a_difference_beyond_rounding_is_marked(figure: str, noticeable: Fraction, expected: bool) -> None:
    value = Fraction(figure)
    line = ReconciledLine("", value, Fraction(), Fraction(), value, value, Fraction())
    assert ("differences" in marked(line, noticeable)) is expected
