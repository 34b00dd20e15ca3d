"""Where a unit's year stands, who is waited for, and how late it is."""

from datetime import UTC, date, datetime

import pytest

from verifier.core.access import Role
from verifier.core.clocks import UNIT_YEAR_STATUSES, Before, UnitYearStatus, day_in, due_day, lateness, turn, unit_year_status
from verifier.core.lifecycle import Stage

REPORT_DUE, VERIFIED_DUE = date(2022, 3, 31), date(2022, 4, 30)


@pytest.mark.parametrize(
    ("handed_in", "released", "body_named", "stage", "expected"),
    [
        (False, False, False, None, Before.NO_REPORT),
        (False, False, True, None, Before.NO_REPORT),
        (True, False, True, None, Before.TO_RELEASE),
        (True, True, False, None, Before.NO_BODY),
        (True, True, True, None, Before.TO_OPEN),
        (True, False, True, Stage.ANSWERING, Stage.ANSWERING),
    ],
)
def test_a_units_year_stands_at_the_first_thing_that_is_missing(
    handed_in: bool, released: bool, body_named: bool, stage: Stage | None, expected: UnitYearStatus
) -> None:
    assert unit_year_status(handed_in=handed_in, released=released, body_named=body_named, stage=stage) is expected


@pytest.mark.parametrize(
    ("stands", "role"),
    [
        (Before.NO_REPORT, Role.CONTACT),
        (Before.TO_RELEASE, Role.RESPONSIBLE),
        (Before.NO_BODY, Role.CONTACT),
        (Before.TO_OPEN, Role.COORDINATOR),
        (Stage.CHECKING, Role.LEAD_VERIFIER),
        (Stage.ISSUED, None),
    ],
)
def test_every_station_waits_for_someone_until_the_statement_is_issued(stands: UnitYearStatus, role: Role | None) -> None:
    assert turn(stands) is role


@pytest.mark.parametrize(
    ("today", "late", "left"), [(date(2022, 3, 30), 0, 1), (date(2022, 3, 31), 0, 0), (date(2022, 4, 1), 1, 0), (date(2022, 4, 30), 30, 0)]
)
def test_the_due_day_itself_is_in_time_and_the_next_is_late(today: date, late: int, left: int) -> None:
    found = lateness(REPORT_DUE, today)
    assert (found.late, found.left, found.is_late) == (late, left, late > 0)


def test_the_report_is_due_until_it_is_released_then_the_statement_then_nothing() -> None:
    due = {each: due_day(each, report_due=REPORT_DUE, verified_due=VERIFIED_DUE) for each in UNIT_YEAR_STATUSES}
    assert [each for each, day in due.items() if day == REPORT_DUE] == [Before.NO_REPORT, Before.TO_RELEASE]
    assert [each for each, day in due.items() if day is None] == [Stage.ISSUED]


def test_a_day_ends_at_midnight_of_the_programmes_zone() -> None:
    evening = datetime(2022, 3, 31, 16, 30, tzinfo=UTC)
    assert (day_in("Asia/Shanghai", evening), day_in("Europe/Berlin", evening)) == (date(2022, 4, 1), date(2022, 3, 31))
