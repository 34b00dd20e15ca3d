"""Which opinion may be given: the table is the specification."""

from dataclasses import replace

import pytest

from verifier.core.findings import FindingState
from verifier.core.opinion.permitted import CaseAssessment, FindingAssessment, choices
from verifier.rulepacks.load import load

CLEAN = CaseAssessment(boundary_undecided=0, data_undecided=0, checklist_unanswered=0, visits=1, findings=(), cannot_confirm=())


def one(state: FindingState, class_code: str = "non_conformity") -> tuple[FindingAssessment, ...]:
    return (FindingAssessment("F-001", class_code, state),)


@pytest.mark.parametrize(
    ("why", "standing", "positive", "negative"),
    [
        ("everything decided and nothing found", CLEAN, True, False),
        ("a facility nobody decided on", replace(CLEAN, boundary_undecided=1), False, False),
        ("a number nobody decided on", replace(CLEAN, data_undecided=1), False, False),
        ("a sampled item nobody looked at", replace(CLEAN, samples_open=1), False, False),
        ("a checklist item without an answer", replace(CLEAN, checklist_unanswered=1), False, False),
        ("nobody was on site", replace(CLEAN, visits=0), False, False),
        ("a non-conformity with the unit", replace(CLEAN, findings=one(FindingState.SENT)), False, False),
        ("an answer nobody judged", replace(CLEAN, findings=one(FindingState.ANSWERED)), False, False),
        ("a corrected non-conformity", replace(CLEAN, findings=one(FindingState.CLOSED)), True, False),
        ("a withdrawn finding", replace(CLEAN, findings=one(FindingState.WITHDRAWN)), True, False),
        ("a non-conformity estimated conservatively", replace(CLEAN, findings=one(FindingState.ESTIMATED)), False, True),
        ("a non-conformity reported uncorrected", replace(CLEAN, findings=one(FindingState.UNCORRECTED)), False, True),
        ("a recommendation carried over", replace(CLEAN, findings=one(FindingState.CARRIED_OVER, "recommendation")), True, False),
        ("a number that cannot be confirmed", replace(CLEAN, cannot_confirm=("E-001",)), False, True),
        ("estimated, and another still open", replace(CLEAN, findings=one(FindingState.ESTIMATED) + one(FindingState.SENT)), False, False),
    ],
)
def test_an_opinion_follows_from_outcomes_and_findings(why: str, standing: CaseAssessment, positive: bool, negative: bool) -> None:
    given = {choice.opinion.positive: choice.open for choice in choices(standing, load("beijing/2021"))}
    assert given == {True: positive, False: negative}, why


def test_every_closed_opinion_says_why() -> None:
    for choice in choices(replace(CLEAN, boundary_undecided=3), load("beijing/2021")):
        assert [reason.message for reason in choice.against if reason.message == "opinion.boundary_undecided"]


@pytest.mark.parametrize(
    ("why", "standing", "said"),
    [
        ("everything decided and closed", CLEAN, ["opinion.nothing_wrong"]),
        ("a finding still with the unit", replace(CLEAN, findings=one(FindingState.SENT)), ["opinion.nothing_yet"]),
        ("numbers nobody decided on", replace(CLEAN, data_undecided=170), ["opinion.nothing_yet"]),
        ("a shortcoming to name, and more to do", replace(CLEAN, cannot_confirm=("E-001",), data_undecided=3), []),
    ],
)
def test_that_nothing_is_wrong_is_said_only_once_nothing_is_left(why: str, standing: CaseAssessment, said: list[str]) -> None:
    negative = next(choice for choice in choices(standing, load("beijing/2021")) if not choice.opinion.positive)
    assert [reason.message for reason in negative.own] == said, why
