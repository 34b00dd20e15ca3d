"""Check 3: what settles an item, what an outcome needs, and what is still missing before leaving."""

from datetime import UTC, date, datetime, timedelta

import pytest

from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import ChecklistItem, Origin, Text
from verifier.core.site import (
    OLD_PHOTO_DAYS,
    ChecklistOutcome,
    Gap,
    MissingStep,
    VisitKind,
    VisitPlan,
    VisitState,
    Waiver,
    check_kind,
    check_plan,
    check_waiver,
    photo_gap,
    refuse_outcome,
    settled,
    still_missing,
    visit_state,
)
from verifier.rulepacks.load import load

ORIGIN = Origin("made up", "practice")
ITEMS = (
    ChecklistItem("meters", "4a", Text("Read the meters", "现场读表"), ("look",), ORIGIN, "site"),
    ChecklistItem("ledger", "4b", Text("Read the ledger", "查阅台账"), ("consult",), ORIGIN, "site"),
)
DAY = date(2022, 3, 1)
VISIT = VisitPlan(DAY, DAY, "Park", ("A", "B"), ("C",))


@pytest.mark.parametrize(
    ("outcomes", "held", "done"),
    [
        ({}, set(), ()),
        ({"meters": None}, set(), ()),
        ({"meters": ChecklistOutcome.IN_ORDER}, set(), ("meters",)),
        ({"ledger": ChecklistOutcome.NOT_APPLICABLE, "meters": ChecklistOutcome.IN_ORDER}, set(), ("meters", "ledger")),
        ({"meters": ChecklistOutcome.FINDING}, {"meters"}, ("meters",)),
        ({"meters": ChecklistOutcome.FINDING}, {"ledger"}, ()),
        ({"gone": ChecklistOutcome.IN_ORDER}, set(), ()),
    ],
)
def test_an_item_is_settled_by_an_outcome_and_a_finding_only_by_one_that_stands(outcomes, held, done) -> None:
    assert settled(ITEMS, outcomes, held) == done


@pytest.mark.parametrize(
    ("outcome", "note", "held", "refused"),
    [
        (ChecklistOutcome.IN_ORDER, "", False, None),
        (ChecklistOutcome.IN_ORDER, "", True, "site.item.finding_exists"),
        (ChecklistOutcome.FINDING, "", True, None),
        (ChecklistOutcome.FINDING, "bad", False, "site.item.no_finding"),
        (ChecklistOutcome.NOT_APPLICABLE, "no boilers here", False, None),
        (ChecklistOutcome.NOT_APPLICABLE, "  ", False, "site.item.note_needed"),
        (ChecklistOutcome.NOT_APPLICABLE, "no boilers here", True, "site.item.finding_exists"),
        (None, "come back at three", True, None),
        (None, " ", False, "site.item.nothing_said"),
    ],
)
def test_an_outcome_is_refused_where_its_note_or_the_findings_contradict_it(outcome, note, held, refused) -> None:
    if refused is None:
        refuse_outcome(outcome, note, held_against=held)
    else:
        with pytest.raises(Refusal, match=refused):
            refuse_outcome(outcome, note, held_against=held)


@pytest.mark.parametrize(
    ("plan", "refused"),
    [
        (VISIT, None),
        (VisitPlan(DAY, date(2022, 2, 28), "Park", ("A", "B"), ()), "site.visit.dates"),
        (VisitPlan(DAY, DAY, "Park", ("A",), ()), "site.visit.too_few_people"),
        (VisitPlan(DAY, DAY, "Park", ("A", "A"), ()), "site.visit.too_few_people"),
    ],
)
def test_a_visit_needs_days_in_order_and_as_many_people_as_the_pack_asks_for(plan, refused) -> None:
    if refused is None:
        check_plan(plan, 2)
    else:
        with pytest.raises(Refusal, match=refused):
            check_plan(plan, 2)


@pytest.mark.parametrize(
    ("visit", "outcomes", "held", "photos", "missing"),
    [
        (None, {}, set(), set(), [MissingStep(Gap.NO_VISIT), MissingStep(Gap.UNANSWERED, ("meters", "ledger"))]),
        (VISIT, {"meters": ChecklistOutcome.IN_ORDER, "ledger": ChecklistOutcome.IN_ORDER}, set(), {"meters"}, []),
        (
            VISIT,
            {"meters": ChecklistOutcome.IN_ORDER, "ledger": ChecklistOutcome.IN_ORDER},
            set(),
            set(),
            [MissingStep(Gap.NO_PHOTO, ("meters",))],
        ),
        (VISIT, {"meters": ChecklistOutcome.NOT_APPLICABLE, "ledger": ChecklistOutcome.IN_ORDER}, set(), set(), []),
        (
            VISIT,
            {"meters": ChecklistOutcome.FINDING, "ledger": None},
            set(),
            {"meters"},
            [MissingStep(Gap.UNANSWERED, ("ledger",)), MissingStep(Gap.NO_FINDING, ("meters",))],
        ),
        (
            VisitPlan(DAY, DAY, "Park", ("A",), ()),
            {"meters": ChecklistOutcome.FINDING, "ledger": ChecklistOutcome.IN_ORDER},
            {"meters"},
            {"meters"},
            [MissingStep(Gap.TOO_FEW_PEOPLE), MissingStep(Gap.NOBODY_MET)],
        ),
    ],
)
def test_what_is_missing_before_leaving_is_named_with_its_items(visit, outcomes, held, photos, missing) -> None:
    found = still_missing(ITEMS, outcomes, visit=visit, today=DAY + timedelta(days=1), minimum=2, held_against=held, photographed=photos)
    assert list(found) == missing


def test_a_photo_that_is_missing_keeps_nobody_from_leaving() -> None:
    advice = [Gap.NO_PHOTO, Gap.ANSWERED_OUTSIDE, Gap.PHOTO_OUTSIDE, Gap.CAMERA_CLOCK, Gap.PHOTO_OLD]
    assert [gap for gap in Gap if not MissingStep(gap).must] == advice


@pytest.mark.parametrize(
    ("why", "days", "plan", "state"),
    [
        ("the day before it begins", -1, VISIT, VisitState.TO_COME),
        ("on its day", 0, VISIT, VisitState.UNDER_WAY),
        ("on the last of two days", 1, VisitPlan(DAY, DAY + timedelta(days=1), "Park", ("A", "B"), ("C",)), VisitState.UNDER_WAY),
        ("the day after", 1, VISIT, VisitState.CARRIED_OUT),
        ("over, nobody of the unit entered", 1, VisitPlan(DAY, DAY, "Park", ("A", "B"), ()), VisitState.INCOMPLETE),
        ("over, one person twice", 1, VisitPlan(DAY, DAY, "Park", ("A", "A"), ("C",)), VisitState.INCOMPLETE),
    ],
)
def test_a_visit_has_taken_place_only_after_its_last_day_with_its_people(why, days, plan, state) -> None:
    assert visit_state(plan, DAY + timedelta(days=days), 2) is state, why


def test_a_visit_that_is_not_over_is_missing_before_leaving() -> None:
    done = {"meters": ChecklistOutcome.IN_ORDER, "ledger": ChecklistOutcome.IN_ORDER}
    found = still_missing(ITEMS, done, visit=VISIT, today=DAY, minimum=2, held_against=(), photographed={"meters"})
    assert [each.gap for each in found] == [Gap.NOT_OVER]


REMOTE = VisitPlan(DAY, DAY, "Park", ("A", "B"), ("C",), kind=VisitKind.REMOTE, reason="The site is closed after a flood.")
CONFIRMED = ("not_first_year", "visited_recently", "no_significant_change")


@pytest.mark.parametrize(
    ("pack", "plan", "refused"),
    [
        ("beijing/2021.3", VISIT, None),
        ("beijing/2021.3", REMOTE, "site.visit.remote_forbidden"),
        ("china-national/2021.3", REMOTE, "site.visit.remote_forbidden"),
        ("eu-ets/2018.2", REMOTE, "site.visit.remote_forbidden"),
        ("eu-ets/2018.3", REMOTE, None),
        ("eu-ets/2018.3", VisitPlan(DAY, DAY, "Park", ("A",), (), kind=VisitKind.REMOTE), "site.visit.remote_reason"),
        ("iso-14064-3/2019.3", REMOTE, None),
    ],
)
def test_a_remote_visit_needs_rules_that_permit_it_and_a_reason(pack, plan, refused) -> None:
    if refused is None:
        check_kind(plan, load(pack).site_visit)
    else:
        with pytest.raises(Refusal, match=refused):
            check_kind(plan, load(pack).site_visit)


@pytest.mark.parametrize(
    ("pack", "waiver", "refused"),
    [
        ("beijing/2021.3", Waiver(DAY, "No. 1", "Two clean years", ("two_clean_years",)), "site.waiver.forbidden"),
        ("china-national/2021.2", Waiver(DAY, "No. 1", "Two clean years", ("two_clean_years",)), "site.waiver.forbidden"),
        ("china-national/2021.3", Waiver(DAY, "No. 1", "Two clean years", ("two_clean_years",)), None),
        ("china-national/2021.3", Waiver(DAY, "No. 1", "Two clean years"), "site.waiver.conditions"),
        ("china-national/2021.3", Waiver(DAY, " ", "Two clean years", ("two_clean_years",)), "site.waiver.incomplete"),
        ("china-national/2021.3", Waiver(DAY + timedelta(days=1), "No. 1", "Clean", ("two_clean_years",)), "site.waiver.future"),
        ("eu-ets/2018.3", Waiver(DAY, "No. 1", "Small and unmanned", CONFIRMED), None),
        *(("eu-ets/2018.3", Waiver(DAY, "No. 1", "Small", tuple({*CONFIRMED} - {each})), "site.waiver.conditions") for each in CONFIRMED),
        ("iso-14064-3/2019.3", Waiver(DAY, "No. 1", "Small"), "site.waiver.forbidden"),
    ],
)
def test_a_waiver_needs_rules_that_permit_it_and_every_condition(pack, waiver, refused) -> None:
    if refused is None:
        check_waiver(waiver, load(pack).site_visit, DAY)
    else:
        with pytest.raises(Refusal, match=refused):
            check_waiver(waiver, load(pack).site_visit, DAY)


NOON = datetime(2022, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("why", "taken", "gap"),
    [
        ("during the visit", NOON - timedelta(hours=1), None),
        ("the camera wrote no time", None, None),
        ("a minute ahead of ours", NOON + timedelta(minutes=1), None),
        ("the day before", NOON - timedelta(days=1), Gap.PHOTO_OUTSIDE),
        ("dated after it was handed in", NOON + timedelta(hours=8), Gap.CAMERA_CLOCK),
    ],
)
def test_a_photo_outside_the_visit_days_and_a_camera_clock_that_is_off_are_named(why, taken, gap) -> None:
    assert photo_gap(taken, NOON, [VISIT]) is gap, why


@pytest.mark.parametrize(("days", "gap"), [(OLD_PHOTO_DAYS, None), (OLD_PHOTO_DAYS + 1, Gap.PHOTO_OLD)])
def test_without_a_visit_a_photo_taken_long_before_it_was_handed_in_is_named(days: int, gap: Gap | None) -> None:
    assert photo_gap(NOON - timedelta(days=days), NOON, []) is gap


def test_items_recorded_outside_the_visit_days_are_asked_about() -> None:
    done, outside = {"meters": ChecklistOutcome.IN_ORDER, "ledger": ChecklistOutcome.IN_ORDER}, {Gap.ANSWERED_OUTSIDE: ["ledger"]}
    day = DAY + timedelta(days=1)
    found = still_missing(ITEMS, done, visit=VISIT, today=day, minimum=2, held_against=(), photographed={"meters"}, outside=outside)
    assert found == (MissingStep(Gap.ANSWERED_OUTSIDE, ("ledger",)),)
