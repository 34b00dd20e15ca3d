"""Rows of lists as bare columns: a case, and a unit's year with its case; without the objects that pages of one case need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from verifier.accounts.models import Organisation
from verifier.casework.due_dates import DueFacts
from verifier.core.findings import FindingState
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.registry.models import ProgrammeYear, UnitYear

UNIT, NAMED_BODY, CASE_BODY = (aliased(Organisation, name=name) for name in ("unit_shown", "named_body", "case_body"))


@dataclass(frozen=True, slots=True)
class PartyRow:
    """An organisation as lists show it."""

    name: str
    name_zh: str | None
    credit_code: str | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """A programme year as lists show it."""

    id: UUID
    name: str
    name_zh: str | None
    emission_year: int
    time_zone: str
    report_due: date
    verified_due: date


@dataclass(frozen=True, slots=True)
class UnitYearRow:
    """A unit's year as lists show it."""

    id: UUID
    unit: PartyRow
    body: PartyRow | None
    year: YearRow


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists show it; `has_answers` is stated for cases in the checks only."""

    id: UUID
    number: str
    stage: Stage
    stage_since: datetime
    pack_id: str
    has_answers: bool
    body: PartyRow
    unit_year: UnitYearRow

    @property
    def due_facts(self) -> DueFacts:
        """What the due date of its stage follows from."""
        year = self.unit_year.year
        return DueFacts(self.stage, self.stage_since, self.pack_id, self.has_answers, year.time_zone, year.verified_due)

    @property
    def unit(self) -> PartyRow:
        """The reporting unit whose report is verified."""
        return self.unit_year.unit


HAS_ANSWERS: ColumnElement[bool] = and_(
    Engagement.stage == Stage.CHECKING,
    select(Finding.id).where(Finding.engagement_id == Engagement.id, Finding.state == FindingState.ANSWERED).exists(),
)
"""Whether the team concludes after the unit's responses, so that the clock of the conclusion runs."""


def _party(of: Any) -> tuple[Any, ...]:
    return (of.name, of.name_zh, of.credit_code)


YEAR = tuple(getattr(ProgrammeYear, name) for name in YearRow.__slots__)
CASE = (Engagement.id, Engagement.number, Engagement.stage, Engagement.stage_since, Engagement.pack_id, HAS_ANSWERS)
COLUMNS = (UnitYear.id, UnitYear.body_id, *_party(UNIT), *_party(NAMED_BODY), *YEAR, *_party(CASE_BODY), *CASE)


def listed(matching: Select[Any], *order: Any) -> Select[Any]:
    """The columns of the units' years whose ids a query selects, with their case where one is open."""
    return (
        select(*COLUMNS)
        .select_from(UnitYear)
        .join(UNIT, UnitYear.unit_id == UNIT.id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .outerjoin(NAMED_BODY, UnitYear.body_id == NAMED_BODY.id)
        .outerjoin(Engagement, Engagement.unit_year_id == UnitYear.id)
        .outerjoin(CASE_BODY, Engagement.body_id == CASE_BODY.id)
        .where(UnitYear.id.in_(matching))
        .order_by(*order)
    )


def read(query: Select[Any]) -> list[tuple[UnitYearRow, CaseRow | None]]:
    """The rows of a query of these columns, in its order."""
    return [_row(tuple(row)) for row in db.session.execute(query)]


def cases(found: Select[Engagement], *, paged: bool = False) -> list[CaseRow]:
    """The cases of a query, in its order; `paged` where it is limited to a page."""
    keys = found.with_only_columns(Engagement.unit_year_id)
    ids = list(db.session.scalars(keys))
    wanted = select(UnitYear.id).where(UnitYear.id.in_(ids)) if paged else keys.order_by(None)
    rows = {unit_year.id: case for unit_year, case in read(listed(wanted)) if case is not None}
    return [rows[each] for each in ids if each in rows]


def unit_years(ids: Sequence[UUID]) -> dict[UUID, tuple[UnitYearRow, CaseRow | None]]:
    """The units' years of these ids."""
    wanted = select(UnitYear.id).where(UnitYear.id.in_(ids))
    return {each[0].id: each for each in read(listed(wanted))} if ids else {}


def _row(row: Sequence[Any]) -> tuple[UnitYearRow, CaseRow | None]:
    body_id, case_id = row[1], row[18]
    unit_year = UnitYearRow(row[0], PartyRow(*row[2:5]), PartyRow(*row[5:8]) if body_id else None, YearRow(*row[8:15]))
    if case_id is None:
        return unit_year, None
    number, stage, since, pack_id, has_answers = row[19:]
    return unit_year, CaseRow(case_id, number, stage, since, pack_id, bool(has_answers), PartyRow(*row[15:18]), unit_year)
