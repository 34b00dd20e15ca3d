"""Stage of a unit's year, the party that must act next, and lateness against the due dates of the year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from verifier.core.access import Role
from verifier.core.lifecycle import TURN, Stage


class Before(StrEnum):
    """Stages of a unit's year before a case exists, in order."""

    NO_REPORT = "no_report"
    TO_RELEASE = "to_release"
    NO_BODY = "no_body"
    TO_OPEN = "to_open"


UnitYearStatus = Before | Stage
UNIT_YEAR_STATUSES: tuple[UnitYearStatus, ...] = (*Before, *Stage)
"""Every status of a unit's year, in order, from no report to an issued statement."""

BEFORE_TURN: Mapping[Before, Role] = {
    Before.NO_REPORT: Role.CONTACT,
    Before.TO_RELEASE: Role.RESPONSIBLE,
    Before.NO_BODY: Role.CONTACT,
    Before.TO_OPEN: Role.COORDINATOR,
}
"""Who is waited for while there is no case."""


def unit_year_status(*, handed_in: bool, released: bool, body_named: bool, stage: Stage | None) -> UnitYearStatus:
    """First stage not yet completed; the case's stage once a case exists."""
    if stage is not None:
        return stage
    if not released:
        return Before.TO_RELEASE if handed_in else Before.NO_REPORT
    return Before.TO_OPEN if body_named else Before.NO_BODY


def turn(status: UnitYearStatus) -> Role | None:
    """Party that must act next; None once the statement is issued."""
    return BEFORE_TURN[status] if isinstance(status, Before) else TURN[status]


@dataclass(frozen=True, slots=True)
class Lateness:
    """Whole calendar days: `late` past the day something was due, else `left` until it; the due day itself is in time."""

    due: date
    late: int
    left: int

    @property
    def is_late(self) -> bool:
        """Whether the due day is over."""
        return self.late > 0


def lateness(due: date, today: date) -> Lateness:
    """Lateness of an open task, in calendar days."""
    days = (today - due).days
    return Lateness(due, max(days, 0), max(-days, 0))


def due_day(status: UnitYearStatus, *, report_due: date, verified_due: date) -> date | None:
    """The next day the year sets: the report's until it is released, then the statement's; None once that is issued."""
    if status in (Before.NO_REPORT, Before.TO_RELEASE):
        return report_due
    return None if status is Stage.ISSUED else verified_due


def sooner(year_sets: date, clock_sets: date | None) -> date:
    """The day of the year, or that of a pack's clock where it runs out before."""
    return year_sets if clock_sets is None else min(year_sets, clock_sets)


def day_in(zone: str, now: datetime) -> date:
    """The calendar day of a moment in a time zone (`Asia/Shanghai`)."""
    return now.astimezone(ZoneInfo(zone)).date()
