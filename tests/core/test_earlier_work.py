"""Work a body did for a unit before: what is too recent rules a verification out."""

import pytest

from verifier.core.earlier_work import EarlierWork, WorkKind, check_no_conflict, conflicting
from verifier.core.errors import Refusal
from verifier.rulepacks.load import load

RULES = load("beijing/2021.3").conflicting_work
ADVICE = next(rule for rule in RULES if rule.code == WorkKind.ADVICE)


def test_only_work_that_a_rule_names_and_that_is_recent_enough_is_in_the_way_and_the_latest_is_named() -> None:
    old, recent, later = (EarlierWork(WorkKind.ADVICE, year, f"C-{year}") for year in (2021 - ADVICE.years, 2020, 2021))
    verified = EarlierWork(WorkKind.VERIFICATION, 2020, "V-1")
    assert conflicting([old, verified], 2021, RULES) is None
    assert conflicting([later, recent, old], 2021, RULES) == (later, ADVICE)
    check_no_conflict([old, verified], 2021, RULES, name="A body")
    with pytest.raises(Refusal) as caught:
        check_no_conflict([recent], 2021, RULES, name="A body")
    assert (caught.value.message, caught.value.values["reference"]) == ("independence.earlier_work", "C-2020")
