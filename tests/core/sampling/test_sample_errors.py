"""Errors of sampled items: each counts once in materiality, until it is corrected or a finding with tonnes stands for it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.core.sampling.projection import Projection, ratio, supports
from verifier.core.sampling.sample_errors import SampledError, known_tonnes, unsettled

WRONG = SampledError(1, "E-1", "2021-03", Fraction(12))


@pytest.mark.parametrize(
    ("why", "errors", "known", "left"),
    [
        ("an item found wrong", [WRONG], {"E-1": 12}, 1),
        ("the report was corrected", [SampledError(1, "E-1", "2021-03", Fraction(12), corrected=True)], {}, 0),
        ("a finding with tonnes names it", [SampledError(1, "E-1", "2021-03", Fraction(12), in_finding=True, settled=True)], {}, 0),
        ("a finding without tonnes names it", [SampledError(1, "E-1", "2021-03", Fraction(12), settled=True)], {"E-1": 12}, 0),
        ("drawn in two samples", [WRONG, SampledError(2, "E-1", "2021-03", Fraction(-3))], {"E-1": -3}, 2),
        ("two months of one source", [WRONG, SampledError(1, "E-1", "2021-04", Fraction(-2))], {"E-1": 10}, 2),
        ("a row of a list that was not found", [SampledError(3, "", "row", Fraction())], {}, 1),
    ],
)
def test_each_sampled_error_counts_once_until_it_is_corrected(why, errors, known, left) -> None:
    assert (known_tonnes(errors), unsettled(errors)) == (known, left), why


@given(st.fractions(0, 100), st.fractions(0, 100), st.fractions(0, 100))
def test_a_sample_that_supports_the_figure_supports_it_with_every_smaller_error(tolerable, limit, less) -> None:
    def found(over: Fraction) -> Projection:
        return Projection("tonne_unit", "added", (), 9, 9, 0, Fraction(500), *(Fraction(),) * 4, over, None, "read")

    larger, smaller = max(limit, less), min(limit, less)
    assert supports(found(smaller), tolerable) or not supports(found(larger), tolerable)
    assert supports(found(tolerable), tolerable)


def test_a_ladder_projects_for_information_only() -> None:
    assert not ratio("E-1", {"a": Fraction(10), "b": Fraction(10)}, {"a": Fraction(1)}, ["a"]).decides
