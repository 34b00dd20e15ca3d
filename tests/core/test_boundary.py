"""Check 1 as a method: what stands out beside the plan, and which decisions still hold."""

from dataclasses import replace

import pytest

from verifier.core.boundary import (
    BoundaryOutcome,
    BoundaryRow,
    BoundaryStatus,
    Kind,
    Mark,
    boundary_status,
    check_decision,
    next_number,
    side_by_side,
    undecided,
)
from verifier.core.errors import Refusal
from verifier.core.report.rows import ActivityRow, FacilityRow, PlanRow, ReportedReport, SourceRow


def facility(key: str = "B1", **said: str) -> FacilityRow:
    return FacilityRow(sheet="facilities", row=2, facility_id=key, name="Boiler house", **said)


def source(key: str = "E1", **said: str) -> SourceRow:
    given = {"facility_id": "B1", "category": "purchased_electricity", "in_plan": "yes", **said}
    return SourceRow(sheet="sources", row=2, source_id=key, name="Substation", **given)


def plan(key: str, meter: str = "M1") -> PlanRow:
    return PlanRow(sheet="plan", row=2, source_id=key, parameter="quantity", meter_id=meter)


def report(**given: object) -> ReportedReport:
    return replace(ReportedReport(year=2021, facilities=(facility(),), sources=(source(),)), **given)  # type: ignore[arg-type]


def one(of: ReportedReport, key: str = "E1") -> BoundaryRow:
    return next(row for row in side_by_side(of) if row.key == key)


@pytest.mark.parametrize(
    ("given", "marks"),
    [
        ({}, {Mark.STATED_IN_PLAN}),
        ({"sources": (source(in_plan="否"),)}, {Mark.NOT_IN_PLAN}),
        ({"sources": (source(in_plan=""),)}, {Mark.PLAN_UNSTATED}),
        ({"plan": (plan("E1"),)}, {Mark.IN_PLAN}),
        ({"plan": (plan("E2"),)}, {Mark.NOT_IN_PLAN}),
        ({"facilities": (facility(retired_on="2021-06-30"),)}, {Mark.STATED_IN_PLAN, Mark.RETIRED}),
        ({"facilities": (facility(retired_on="2022-01-01"),)}, {Mark.STATED_IN_PLAN}),
        ({"facilities": (facility(retired_on="last summer"),)}, {Mark.STATED_IN_PLAN, Mark.RETIRED}),
        ({"facilities": (facility(in_boundary="no"),)}, {Mark.STATED_IN_PLAN, Mark.OUTSIDE_BOUNDARY}),
        ({"sources": (source(counts="no"),)}, {Mark.STATED_IN_PLAN, Mark.OUTSIDE_BOUNDARY}),
        ({"facilities": ()}, {Mark.STATED_IN_PLAN, Mark.UNKNOWN_FACILITY}),
    ],
)
def test_a_source_carries_what_stands_out_beside_the_plan(given: dict[str, object], marks: set[Mark]) -> None:
    assert set(one(report(**given)).marks) == marks


def test_what_only_the_plan_names_stands_at_the_end() -> None:
    rows = side_by_side(report(plan=(plan("E1"), plan("E9"))))
    assert [(row.kind, row.key) for row in rows] == [(Kind.FACILITY, "B1"), (Kind.SOURCE, "E1"), (Kind.SOURCE, "E9")]
    assert rows[-1].marks == (Mark.NOT_REPORTED,)


def test_facilities_keep_the_order_of_the_report() -> None:
    rows = side_by_side(report(facilities=(facility("B2"), facility("B1"), facility("B2"))))
    assert [row.key for row in rows if row.kind is Kind.FACILITY] == ["B2", "B1"]


@pytest.mark.parametrize(
    ("later", "asked_again"),
    [
        ({}, False),
        ({"sources": (source(reported_tco2="7"),)}, False),
        ({"activity": (ActivityRow(sheet="activity", row=2, source_id="E1", period="2021-01", quantity="5", unit="MWh"),)}, False),
        ({"sources": (replace(source(), row=9),)}, False),
        ({"sources": (source(fuel="diesel"),)}, True),
        ({"sources": (source(in_plan="no"),)}, True),
        ({"facilities": (facility(in_boundary="no"),)}, True),
        ({"plan": (plan("E1"),)}, True),
    ],
)
def test_a_decision_follows_to_a_version_that_says_the_same_of_the_boundary(later: dict[str, object], asked_again: bool) -> None:
    decisions = {(row.kind, row.key): row.fingerprint for row in side_by_side(report())}
    assert ("E1" in {row.key for row in undecided(side_by_side(report(**later)), decisions)}) is asked_again


def test_a_finding_stands_for_a_decision() -> None:
    assert [row.key for row in undecided(side_by_side(report()), {}, {(Kind.SOURCE, "E1")})] == ["B1"]


@pytest.mark.parametrize(
    ("decided", "same", "finding", "expected"),
    [
        (None, False, False, BoundaryStatus.UNDECIDED),
        (BoundaryOutcome.CONFIRMED, True, False, BoundaryStatus.CONFIRMED),
        (BoundaryOutcome.NOT_COUNTED, True, False, BoundaryStatus.NOT_COUNTED),
        (BoundaryOutcome.CONFIRMED, False, False, BoundaryStatus.ASKED_AGAIN),
        (BoundaryOutcome.CONFIRMED, True, True, BoundaryStatus.FINDING),
        (None, False, True, BoundaryStatus.FINDING),
    ],
)
def test_how_far_a_row_is(decided: BoundaryOutcome | None, same: bool, finding: bool, expected: BoundaryStatus) -> None:
    row = one(report())
    assert boundary_status(row, decided, row.fingerprint if same else "another", finding=finding) is expected


@pytest.mark.parametrize(
    ("said", "outcome", "note", "refused"),
    [
        ({}, BoundaryOutcome.CONFIRMED, "", None),
        ({}, BoundaryOutcome.NOT_COUNTED, " ", "boundary.note.left_out"),
        ({}, BoundaryOutcome.NOT_COUNTED, "let to another company", None),
        ({"in_plan": "no"}, BoundaryOutcome.CONFIRMED, "", "boundary.note.remarkable"),
        ({"in_plan": "no"}, BoundaryOutcome.CONFIRMED, "seen on site", None),
        ({"in_plan": ""}, BoundaryOutcome.CONFIRMED, "", None),
    ],
)
def test_what_stands_out_needs_a_reason(said: dict[str, str], outcome: BoundaryOutcome, note: str, refused: str | None) -> None:
    row = one(report(sources=(source(**said),)))
    if refused is None:
        check_decision(row, outcome, note)
        return
    with pytest.raises(Refusal) as refusal:
        check_decision(row, outcome, note)
    assert refusal.value.message == refused


@pytest.mark.parametrize(("taken", "next_key"), [([], "N-001"), (["N-001", "N-007"], "N-008"), (["N-999"], "N-1000")])
def test_numbers_of_what_is_missing_are_never_given_twice(taken: list[str], next_key: str) -> None:
    assert next_number(taken) == next_key
