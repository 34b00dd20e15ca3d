"""The states of a finding: every pair of state and action has its expected answer here."""

from contextlib import nullcontext

import pytest

from verifier.core.errors import Refusal
from verifier.core.findings import (
    RESOLVED_STATES,
    TABLE,
    WITH_UNIT,
    FindingAction,
    FindingState,
    actions_of,
    after,
    check_article,
    decided,
    open_actions,
)

S, D = FindingState, FindingAction
EXPECTED = {
    S.DRAFT: {D.SEND: S.SENT, D.WITHDRAW: S.WITHDRAWN},
    S.SENT: {
        D.ANSWER: S.ANSWERED,
        D.ACCEPT: S.CLOSED,
        D.WITHDRAW: S.WITHDRAWN,
        D.REPORT_UNCORRECTED: S.UNCORRECTED,
        D.ESTIMATE: S.ESTIMATED,
        D.CARRY_OVER: S.CARRIED_OVER,
    },
    S.RETURNED: {
        D.ANSWER: S.ANSWERED,
        D.ACCEPT: S.CLOSED,
        D.WITHDRAW: S.WITHDRAWN,
        D.REPORT_UNCORRECTED: S.UNCORRECTED,
        D.ESTIMATE: S.ESTIMATED,
        D.CARRY_OVER: S.CARRIED_OVER,
    },
    S.ANSWERED: {
        D.ACCEPT: S.CLOSED,
        D.RETURN: S.RETURNED,
        D.WITHDRAW: S.WITHDRAWN,
        D.REPORT_UNCORRECTED: S.UNCORRECTED,
        D.ESTIMATE: S.ESTIMATED,
        D.CARRY_OVER: S.CARRIED_OVER,
    },
    S.CLOSED: {},
    S.UNCORRECTED: {},
    S.ESTIMATED: {},
    S.CARRIED_OVER: {},
    S.WITHDRAWN: {},
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", D)
def test_every_action_in_every_state_leads_where_the_table_says_or_is_refused(state: S, action: D) -> None:
    if action in EXPECTED[state]:
        assert after(state, action) is EXPECTED[state][action]
        assert action in actions_of(state)
    else:
        with pytest.raises(Refusal) as refused:
            after(state, action)
        assert refused.value.message == f"finding.{action}.not_now"
        assert refused.value.values == {"state": state}


def test_nothing_leads_out_of_a_finding_that_is_resolved() -> None:
    assert not {state for state, _action in TABLE} & RESOLVED_STATES


def test_every_finding_that_was_raised_can_be_resolved() -> None:
    def reach(state: S) -> set[S]:
        return {state} | {end for (at, _action), to in TABLE.items() if at is state and to is not S.RETURNED for end in reach(to)}

    assert all(reach(state) & RESOLVED_STATES for state in S)


@pytest.mark.parametrize(
    ("state", "needs_answer", "dispositions", "open_"),
    [
        (S.ANSWERED, True, ("closed",), {D.ACCEPT, D.RETURN, D.WITHDRAW}),
        (S.ANSWERED, True, ("closed", "conservative_estimate"), {D.ACCEPT, D.RETURN, D.WITHDRAW, D.ESTIMATE}),
        (S.SENT, True, ("closed", "conservative_estimate"), {D.ANSWER, D.WITHDRAW, D.ESTIMATE}),
        (S.SENT, False, ("closed", "carried_over"), {D.ANSWER, D.WITHDRAW, D.ACCEPT, D.CARRY_OVER}),
        (S.RETURNED, True, ("closed", "reported_uncorrected"), {D.ANSWER, D.WITHDRAW, D.REPORT_UNCORRECTED}),
        (S.DRAFT, True, ("closed",), {D.SEND, D.WITHDRAW}),
    ],
)
def test_a_class_admits_only_its_own_dispositions_and_no_acceptance_without_an_answer(
    state: S, needs_answer: bool, dispositions: tuple[str, ...], open_: set[D]
) -> None:
    assert open_actions(state, needs_answer=needs_answer, dispositions=dispositions) == open_
    for action in actions_of(state):
        if action in open_:
            assert decided(state, action, needs_answer=needs_answer, dispositions=dispositions) is after(state, action)
        else:
            with pytest.raises(Refusal):
                decided(state, action, needs_answer=needs_answer, dispositions=dispositions)


@pytest.mark.parametrize("state", sorted(WITH_UNIT))
def test_accepting_what_was_not_answered_says_so(state: S) -> None:
    with pytest.raises(Refusal) as refused:
        decided(state, D.ACCEPT, needs_answer=True, dispositions=("closed",))
    assert refused.value.message == "finding.accept.not_answered"


@pytest.mark.parametrize(
    ("needed", "text", "refused"),
    [
        (True, "The plan was not followed.", True),
        (True, "Article 12(1) was not complied with.", False),
        (True, "Contrary to Art. 7, the meter was not listed.", False),
        (True, "未遵守第十二条第一款。", False),
        (True, "A particular article of 12 goods", True),
        (False, "The plan was not followed.", False),
    ],
)
def test_a_class_that_must_cite_an_article_is_refused_without_one(needed: bool, text: str, refused: bool) -> None:
    with pytest.raises(Refusal, match=r"finding\.article\.missing") if refused else nullcontext():
        check_article(needed, "Title", text)
