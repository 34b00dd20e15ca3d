"""Entries of a monitoring plan as the verification body types them, and its document."""

from datetime import date

import pytest

from verifier.core.errors import Refusal
from verifier.core.monitoring_plan import PlanEntry, check_document, of_entries, read_entries


@pytest.mark.parametrize(
    ("planned", "absent", "refused"),
    [
        ("", "", "boundary.plan.nothing"),
        ("E1\nE1", "", "boundary.plan.twice"),
        ("E1", "E1: gone", "boundary.plan.twice"),
        ("", "E1", "boundary.plan.no_reason"),
        ("", "E9: gone", "boundary.plan.unknown"),
    ],
)
def test_entries_that_leave_a_source_unclear_are_refused(planned: str, absent: str, refused: str) -> None:
    with pytest.raises(Refusal, match=refused.replace(".", r"\.")):
        read_entries(planned, absent, {"E1", "a:b"})


def test_entries_are_read_one_a_line_with_either_colon_and_numbers_that_hold_one() -> None:
    found = read_entries(" E1 \n\nE2", "a:b：installed: later", {"E1", "a:b"})
    assert found == (
        PlanEntry("E1", planned=True),
        PlanEntry("E2", planned=True),
        PlanEntry("a:b", planned=False, reason="installed: later"),
    )
    plan = of_entries(found)
    assert [plan.names(key) for key in ("E1", "a:b", "E3")] == [True, False, None]


TODAY = date(2022, 5, 1)


@pytest.mark.parametrize("given", [("", "Filing 17"), ("Plan", " ")])
def test_a_plan_without_title_or_number_is_refused(given: tuple[str, str]) -> None:
    with pytest.raises(Refusal, match=r"boundary\.plan\.incomplete"):
        check_document(TODAY, *given, TODAY)


def test_a_plan_of_a_day_to_come_is_refused_and_one_of_today_is_not() -> None:
    check_document(TODAY, "Plan", "Filing 17", TODAY)
    with pytest.raises(Refusal):
        check_document(date(2022, 5, 2), "Plan", "Filing 17", TODAY)
