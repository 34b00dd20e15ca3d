"""Inherent and control risk: how they combine, and where a source enters the ladder."""

from fractions import Fraction

import pytest

from verifier.core.errors import Refusal
from verifier.core.sampling.risk import Level, assessed, combined, first_step, highest, risk_of_sample

LOW, MEDIUM, HIGH = Level
STEPS = (Fraction(1, 10), Fraction(1, 4), Fraction(1))


@pytest.mark.parametrize(
    ("inherent", "control", "together"),
    [(LOW, LOW, LOW), (LOW, MEDIUM, MEDIUM), (LOW, HIGH, MEDIUM), (MEDIUM, MEDIUM, MEDIUM), (MEDIUM, HIGH, HIGH), (HIGH, HIGH, HIGH)],
)
def test_two_risks_combine_whichever_comes_first(inherent: Level, control: Level, together: Level) -> None:
    assert combined(inherent, control) is combined(control, inherent) is together
    assert assessed(inherent, control, " new meters ").combined is together


def test_an_assessment_without_a_reason_is_refused() -> None:
    with pytest.raises(Refusal, match=r"data\.risk\.reason"):
        assessed(LOW, LOW, " ")


def test_a_source_takes_the_highest_risk_of_its_flows() -> None:
    assert highest([LOW, HIGH, MEDIUM]) is HIGH
    assert highest([]) is None


@pytest.mark.parametrize(("level", "step"), [(None, STEPS[0]), (LOW, STEPS[0]), (MEDIUM, STEPS[1]), (HIGH, Fraction(1))])
def test_the_level_says_at_which_step_a_source_enters(level: Level | None, step: Fraction) -> None:
    assert first_step(level, STEPS) == step
    assert first_step(level, ()) == 1


def test_a_draw_by_size_takes_the_largest_risk_only_where_all_is_low() -> None:
    risks = (Fraction(1, 20), Fraction(1, 10))
    assert [risk_of_sample(level, risks) for level in (LOW, MEDIUM, HIGH, None)] == [risks[1], risks[0], risks[0], risks[0]]
    with pytest.raises(Refusal, match=r"data\.sample\.risk"):
        risk_of_sample(LOW, ())
