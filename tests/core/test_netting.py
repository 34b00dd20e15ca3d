"""Accepted offsetting holds for the errors it was accepted for, not for others."""

from fractions import Fraction

import pytest

from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum, assess
from verifier.core.opinion.netting import AcceptedNetting

ACCEPTED = (("E-002", -3_800), ("E-003", 2_400))


def of(*errors: tuple[str, int], over: int = 0, reference: str = "A2") -> AcceptedNetting:
    return AcceptedNetting.of(assessed(*errors, over=over, reference=reference))


def assessed(*errors: tuple[str, int], over: int = 0, reference: str = "A2") -> MaterialityAssessment:
    known = [Error(source, Fraction(tonnes), False, reference) for source, tonnes in errors]
    return assess(known, Fraction(120_000), Fraction(1, 20), remainder=Sum(Fraction(over)))


@pytest.mark.parametrize(
    ("why", "now", "holds"),
    [
        ("the same errors", ACCEPTED, True),
        ("the same in another order", ACCEPTED[::-1], True),
        ("an error more", (*ACCEPTED, ("E-004", 10)), False),
        ("the same error twice", (*ACCEPTED, ACCEPTED[1]), False),
        ("an error of another size", (ACCEPTED[0], ("E-003", 2_401)), False),
        ("an error of another source", (ACCEPTED[0], ("E-004", 2_400)), False),
        ("one error corrected", ACCEPTED[:1], True),
    ],
)
def test_an_accepted_offsetting_holds_for_its_errors_alone(why: str, now: tuple[tuple[str, int], ...], holds: bool) -> None:
    assert of(*ACCEPTED).holds_for(assessed(*now)) is holds, why


def test_the_same_error_named_by_a_finding_afterwards_is_the_same_error() -> None:
    assert of(*ACCEPTED, reference="").holds_for(assessed(*ACCEPTED, reference="A5"))


@pytest.mark.parametrize(("over", "holds"), [(99, True), (100, True), (101, False)])
def test_no_more_may_be_projected_than_was_accepted(over: int, holds: bool) -> None:
    assert of(*ACCEPTED, over=100).holds_for(assessed(*ACCEPTED, over=over)) is holds
