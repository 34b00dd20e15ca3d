"""Builders: a year, a unit in it, a released report, a case at a stage; through the same actions as the pages where they exist."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from tests.people import CASE_ROLES, Cast, actor
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement, TeamMember
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports import actions as reports
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load

PACK = "beijing/2021"
DEMO = Path(__file__).resolve().parent.parent / "verifier" / "demo"
PARK, PARK_WITH_ERRORS = DEMO / "park-2021.xlsx", DEMO / "park-2021-errors.xlsx"


def year(cast: Cast, emission_year: int = 2021) -> ProgrammeYear:
    """A programme year with dates ahead of us; the same one when asked again."""
    known = db.session.scalar(select(ProgrammeYear).where(ProgrammeYear.emission_year == emission_year))
    if known is not None:
        return known
    today = utcnow().date()
    made = ProgrammeYear(
        authority_id=cast.org("authority").id, name="Beijing pilot", name_zh="北京试点", emission_year=emission_year, pack_id=PACK,
        pack_sha256=load(PACK).sha256, time_zone="Asia/Shanghai", report_due=today + timedelta(days=10),
        verified_due=today + timedelta(days=40), surrender_due=today + timedelta(days=100), opened_at=utcnow(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def unit_year(cast: Cast, unit: str = "unit", body: str | None = "body") -> UnitYear:
    """A unit registered in the year, with its body named."""
    now = utcnow()
    made = UnitYear(year_id=year(cast).id, unit_id=cast.org(unit).id, sector="park", registered_at=now)
    if body:
        made.body_id, made.named_by, made.named_at = cast.org(body).id, cast.contact.id, now
    db.session.add(made)
    db.session.flush()
    return made


def report(cast: Cast, of: UnitYear, workbook: Path = PARK_WITH_ERRORS, *, released: bool = True) -> ReportVersion:
    """A report handed in by the contact and released by the responsible person."""
    version = reports.hand_in(of, workbook.read_bytes(), workbook.name, "", actor=actor(cast.contact), now=utcnow())
    if released:
        reports.release(version, actor=actor(cast.responsible), now=utcnow())
    return version


def engagement(cast: Cast, stage: Stage = Stage.CHECKING, workbook: Path = PARK_WITH_ERRORS, *, declared: bool = True) -> Engagement:
    """A case of the park at a stage, its whole team named and declared."""
    now = utcnow()
    of = unit_year(cast)
    version = report(cast, of, workbook)
    made = Engagement(
        number="2021-0001", unit_year_id=of.id, body_id=cast.org("body").id, pack_id=PACK, pack_sha256=load(PACK).sha256,
        report_version_id=version.id, stage=stage, stage_since=now, conflict_check="No shared managers, no consulting in three years.",
        opened_by=cast.coordinator.id, opened_at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for key, role in CASE_ROLES.items():
        member = TeamMember(engagement_id=made.id, user_id=getattr(cast, key).id, role=role, named_by=cast.coordinator.id, named_at=now)
        if declared:
            member.declared_at, member.answers = now, {}
        db.session.add(member)
    db.session.flush()
    db.session.refresh(made)
    return made


def some_day(days: int) -> date:
    """A day so many days from now."""
    return utcnow().date() + timedelta(days=days)
