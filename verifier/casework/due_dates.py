"""Due date of the current stage: the year's date, or the pack's clock if it expires earlier."""

from datetime import date, datetime

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


def day_due(case: Engagement) -> date:
    """Due date of the current stage."""
    return sooner(case.unit_year.year.verified_due, answers_due(case) or concluded_due(case))


def answers_due(case: Engagement) -> date | None:
    """Date by which the unit must respond; None outside that stage or if the pack sets no time limit."""
    return _runs_out(case, ANSWERS, case.stage_since) if case.stage is Stage.ANSWERING else None


def concluded_due(case: Engagement) -> date | None:
    """Date by which the team must conclude after the unit's response; None before, or if the pack sets no time limit."""
    return _runs_out(case, CONCLUSION, case.stage_since) if case.stage is Stage.CHECKING and _has_answers(case) else None


def _runs_out(case: Engagement, clock: str, began: datetime) -> date | None:
    pack = load(case.pack_id)
    days = next((each.days for each in pack.clocks if each.code == clock), None)
    return None if days is None else add_working_days(day_in(case.unit_year.year.time_zone, began), days, pack.calendar)


@once_per_read
def _has_answers(case: Engagement) -> bool:
    answered = select(Finding.id).where(Finding.engagement_id == case.id, Finding.state == FindingState.ANSWERED)
    return db.session.scalar(answered.limit(1)) is not None
