"""Status and lateness of a unit's year as SQL expressions: the same rules as `core.clocks`, for counts and filters."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, false, or_, select
from sqlalchemy.orm import aliased

from verifier.accounts.models import Organisation
from verifier.casework.due_dates import answers_late_before
from verifier.core.clocks import Before, UnitYearStatus, day_in
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion

UNIT_OF_YEAR, NAMED_BODY = aliased(Organisation, name="unit_of_year"), aliased(Organisation, name="body_of_year")
_HANDED_IN = select(ReportVersion.id).where(ReportVersion.unit_year_id == UnitYear.id).correlate(UnitYear)
_RELEASED = _HANDED_IN.where(ReportVersion.released_at.is_not(None))
STATUS: ColumnElement[str] = case(
    (Engagement.stage.is_not(None), cast(Engagement.stage, Text)),
    (~_HANDED_IN.exists(), Before.NO_REPORT.value),
    (~_RELEASED.exists(), Before.TO_RELEASE.value),
    (UnitYear.body_id.is_(None), Before.NO_BODY.value),
    else_=Before.TO_OPEN.value,
)
"""The first stage that is not completed, as `core.clocks.unit_year_status` says."""
REPORT_PENDING = (Before.NO_REPORT.value, Before.TO_RELEASE.value)


def with_status(of: Select[Any]) -> Select[Any]:
    """A query of units' years joined with what status, lateness and search rest on."""
    return (
        of.select_from(UnitYear)
        .join(UNIT_OF_YEAR, UnitYear.unit_id == UNIT_OF_YEAR.id)
        .outerjoin(NAMED_BODY, UnitYear.body_id == NAMED_BODY.id)
        .outerjoin(Engagement, Engagement.unit_year_id == UnitYear.id)
    )


def status_named(word: str) -> UnitYearStatus:
    """The status of its word."""
    return Before(word) if word in {each.value for each in Before} else Stage(word)


def is_late(years: Sequence[ProgrammeYear], now: datetime) -> ColumnElement[bool]:
    """Whether the next day a unit's year waits for is over, in the time zone of the year."""
    packs = _packs_in_force(years)
    return or_(false(), *(_late_in(year, packs, day_in(year.time_zone, now)) for year in years))


def _late_in(year: ProgrammeYear, packs: Sequence[str], today: date) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if year.report_due < today:
        conditions.append(STATUS.in_(REPORT_PENDING))
    if year.verified_due < today:
        conditions.append(STATUS.not_in((*REPORT_PENDING, Stage.ISSUED.value)))
    for pack in packs:
        before = answers_late_before(pack, year.time_zone, today)
        if before is not None:
            conditions.append(and_(Engagement.pack_id == pack, Engagement.stage == Stage.ANSWERING, Engagement.stage_since < before))
    return and_(UnitYear.year_id == year.id, or_(false(), *conditions))


def _packs_in_force(years: Sequence[ProgrammeYear]) -> Sequence[str]:
    """The rule packs of the cases of these years that await responses."""
    of = select(Engagement.pack_id).join(UnitYear, Engagement.unit_year_id == UnitYear.id)
    waiting = of.where(UnitYear.year_id.in_([year.id for year in years]), Engagement.stage == Stage.ANSWERING)
    return list(db.session.scalars(waiting.distinct()))
