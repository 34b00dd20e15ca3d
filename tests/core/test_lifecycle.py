"""The stages of a case: every action at every stage, as the specification has it."""

import pytest

from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, Stage, after, possible

SPECIFIED = """
                 arranging  checking   answering  reviewing   to_certify      to_countersign  to_seal   issued
arrange          arranging  checking   answering  reviewing   to_certify      -               -         -
declare          arranging  checking   answering  reviewing   to_certify      -               -         -
start            checking   -          -          -           -               -               -         -
check            -          checking   answering  reviewing   to_certify      -               -         -
send_findings    -          answering  answering  -           -               -               -         -
answer           -          -          answering  -           -               -               -         -
all_answered     -          -          checking   -           -               -               -         -
conclude         -          reviewing  -          -           reviewing       -               -         -
approve          -          -          -          to_certify  -               -               -         -
send_back        -          -          -          checking    -               -               -         -
reopen           -          -          -          checking    checking        checking        checking  -
correct          -          -          -          -           -               -               -         checking
change_rules     arranging  checking   answering  -           -               -               -         -
certify          -          -          -          -           to_countersign  -               -         -
countersign      -          -          -          -           -               to_seal         -         -
seal             -          -          -          -           -               -               issued    -
change_rules     arranging  checking   answering  -           -               -               -         -
"""
STAGES, *ROWS = [line.split() for line in SPECIFIED.strip().splitlines()]
CASES = [(Stage(stage), CaseAction(action), goal) for action, *goals in ROWS for stage, goal in zip(STAGES, goals, strict=True)]


@pytest.mark.parametrize(("stage", "action", "goal"), CASES)
def test_a_action_leads_where_the_table_says_or_is_refused(stage: Stage, action: CaseAction, goal: str) -> None:
    assert possible(stage, action) is (goal != "-")
    if goal != "-":
        assert after(stage, action) == goal
        return
    with pytest.raises(Refusal) as refused:
        after(stage, action)
    assert (refused.value.message, refused.value.values) == (f"lifecycle.{action}.not_now", {"stage": stage})


def test_the_table_names_every_stage_and_every_action() -> None:
    assert {(stage, action) for stage, action, _goal in CASES} == {(stage, action) for stage in Stage for action in CaseAction}
