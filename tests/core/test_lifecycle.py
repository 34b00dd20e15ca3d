"""The stages of a case: every deed at every stage, as the specification has it."""

import pytest

from verifier.core.errors import Refusal
from verifier.core.lifecycle import Deed, Stage, after, possible

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
"""
STAGES, *ROWS = [line.split() for line in SPECIFIED.strip().splitlines()]
CASES = [(Stage(stage), Deed(deed), goal) for deed, *goals in ROWS for stage, goal in zip(STAGES, goals, strict=True)]


@pytest.mark.parametrize(("stage", "deed", "goal"), CASES)
def test_a_deed_leads_where_the_table_says_or_is_refused(stage: Stage, deed: Deed, goal: str) -> None:
    assert possible(stage, deed) is (goal != "-")
    if goal != "-":
        assert after(stage, deed) == goal
        return
    with pytest.raises(Refusal) as refused:
        after(stage, deed)
    assert (refused.value.message, refused.value.values) == (f"lifecycle.{deed}.not_now", {"stage": stage})


def test_the_table_names_every_stage_and_every_deed() -> None:
    assert {(stage, deed) for stage, deed, _goal in CASES} == {(stage, deed) for stage in Stage for deed in Deed}
