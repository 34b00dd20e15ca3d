"""Due date of the current stage: the year's date, or the pack's clock if it expires earlier."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select

from verifier.core.clocks import day_in, sooner
from verifier.core.findings import FindingState
from verifier.core.lifecycle import Stage
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.rulepacks.calendars import add_working_days
from verifier.rulepacks.load import load

ANSWERS, CONCLUSION = "unit_answers", "conclusion"
"""The pack's running clocks: the unit's while it responds, the team's after the response."""


@dataclass(frozen=True, slots=True)
class DueFacts:
    """What the due date of a case's stage follows from."""

    stage: Stage
    since: datetime
    pack_id: str
    has_answers: bool
    """Whether the unit has responded; asked for in the checks only."""
    time_zone: str
    verified_due: date


def day_due(case: Engagement) -> date:
    """Due date of the current stage."""
    return due(_facts(case))


def answers_due(case: Engagement) -> date | None:
    """Date by which the unit must respond; None outside that stage or if the pack sets no time limit."""
    return clock_of(_facts(case)) if case.stage is Stage.ANSWERING else None


def concluded_due(case: Engagement) -> date | None:
    """Date by which the team must conclude after the unit's response; None before, or if the pack sets no time limit."""
    return clock_of(_facts(case)) if case.stage is Stage.CHECKING else None


def due(facts: DueFacts) -> date:
    """Due date of a stage, by value."""
    return sooner(facts.verified_due, clock_of(facts))


def clock_of(facts: DueFacts) -> date | None:
    """Day on which the pack's clock of the stage runs out; None where none runs."""
    clock = {Stage.ANSWERING: ANSWERS, Stage.CHECKING: CONCLUSION if facts.has_answers else None}.get(facts.stage)
    days = clock_days(facts.pack_id, clock) if clock else None
    return None if days is None else _runs_out(day_in(facts.time_zone, facts.since), days, load(facts.pack_id).calendar)


def clock_days(pack_id: str, clock: str) -> int | None:
    """Working days of a clock of a pack; None where the pack sets no time limit."""
    return next((each.days for each in load(pack_id).clocks if each.code == clock), None)


def answers_late_before(pack_id: str, time_zone: str, today: date) -> datetime | None:
    """The moment before which a response must have been requested to be overdue today; None where the pack sets no time limit."""
    days = clock_days(pack_id, ANSWERS)
    if days is None:
        return None
    begun = today - timedelta(days=days)
    while _runs_out(begun, days, load(pack_id).calendar) >= today:
        begun -= timedelta(days=1)
    return datetime.combine(begun + timedelta(days=1), time(), ZoneInfo(time_zone))


@lru_cache(4096)
def _runs_out(began: date, days: int, calendar: str) -> date:
    return add_working_days(began, days, calendar)


def _facts(case: Engagement) -> DueFacts:
    year = case.unit_year.year
    return DueFacts(case.stage, case.stage_since, case.pack_id, has_answers(case), year.time_zone, year.verified_due)


@once_per_read
def has_answers(case: Engagement) -> bool:
    """Whether the unit has responded to a finding of a case in the checks."""
    if case.stage is not Stage.CHECKING:
        return False
    answered = select(Finding.id).where(Finding.engagement_id == case.id, Finding.state == FindingState.ANSWERED)
    return db.session.scalar(answered.limit(1)) is not None
