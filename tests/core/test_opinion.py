"""Which opinion may be given: the table is the specification."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("a visit planned for tomorrow", replace(CLEAN, visits=0, visits_not_over=1), False, False),
        ("a second visit that is not over", replace(CLEAN, visits_not_over=1), False, False),
        ("a visit nobody of the unit is entered for", replace(CLEAN, visits=0, visits_incomplete=1), False, False),
        ("an evidence request nobody answered", replace(CLEAN, requests_open=("R-2",)), False, False),
        ("a difference with neither finding nor reason", replace(CLEAN, differences_open=("E-001",)), False, False),
        ("a sampled error without a finding", replace(CLEAN, sample_errors_open=1), False, False),
        ("a sample that does not support the figure", replace(CLEAN, samples_unsupported=("1",)), False, True),
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


COUNTS = st.fixed_dictionaries(
    {
        name: st.integers(0, 2)
        for name in ("boundary_undecided", "data_undecided", "checklist_unanswered", "flags_open", "samples_open", "changes_open", "visits")
    }
)
WORSE = {
    "an open evidence request": lambda case: replace(case, requests_open=(*case.requests_open, "R-9")),
    "a sample that does not support the figure": lambda case: replace(case, samples_unsupported=(*case.samples_unsupported, "9")),
    "a sampled error without a finding": lambda case: replace(case, sample_errors_open=case.sample_errors_open + 1),
    "a difference without a finding": lambda case: replace(case, differences_open=(*case.differences_open, "E-9")),
    "a visit that is not over": lambda case: replace(case, visits_not_over=case.visits_not_over + 1),
    "a visit without its people": lambda case: replace(case, visits_incomplete=case.visits_incomplete + 1),
}


@given(
    COUNTS,
    st.sampled_from(sorted(WORSE)),
    st.sampled_from(["beijing/2021.2", "china-national/2021.2", "eu-ets/2018.2", "iso-14064-3/2019.2"]),
)
def test_a_failed_sample_or_an_open_request_never_makes_a_positive_opinion_available(counts, worse, pack) -> None:
    case = replace(CLEAN, **counts)
    before = {each.opinion.code for each in choices(case, load(pack)) if each.open and each.opinion.positive}
    after = {each.opinion.code for each in choices(WORSE[worse](case), load(pack)) if each.open and each.opinion.positive}
    assert after == set() <= before
