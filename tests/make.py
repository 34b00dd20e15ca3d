"""Builders: a year, a unit in it, a released report, a case at a stage; through the same actions as the pages where they exist."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, inspect, select

from tests import homes
from tests.people import CASE_ROLES, Cast, actor
from verifier.accounts.models import Organisation
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import Base, db, utcnow, uuid7
from verifier.engagements.models import Engagement, TeamMember
from verifier.evidence import actions as evidence
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports import actions as reports
from verifier.reports.models import ReportedFacility, ReportedNumber, ReportedSource, ReportVersion
from verifier.rulepacks.load import load

PACK = "beijing/2021.3"
DEMO = Path(__file__).resolve().parent.parent / "verifier" / "demo"
PARK, PARK_WITH_ERRORS = DEMO / "park-2021.xlsx", DEMO / "park-2021-errors.xlsx"


def year(cast: Cast, emission_year: int = 2021) -> ProgrammeYear:
    """A programme year with dates ahead of us; the same one when asked again."""
    known = db.session.scalar(select(ProgrammeYear).where(ProgrammeYear.emission_year == emission_year))
    if known is not None:
        return known
    today = utcnow().date()
    made = ProgrammeYear(
        authority_id=cast.org("authority").id,
        name="Beijing pilot",
        name_zh="北京试点",
        emission_year=emission_year,
        pack_id=PACK,
        pack_sha256=load(PACK).sha256,
        time_zone="Asia/Shanghai",
        report_due=today + timedelta(days=10),
        verified_due=today + timedelta(days=40),
        surrender_due=today + timedelta(days=100),
        opened_at=utcnow(),
    )
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
    """A report handed in by the contact and released by the responsible person; read once in a process."""
    version = _read_before(cast, of, workbook)
    if version is None:
        version = reports.submit_report(of, workbook.read_bytes(), workbook.name, "", actor=actor(cast.contact), now=utcnow())
        _READ.setdefault(workbook, _columns(version))
    if released:
        reports.release(version, actor=actor(cast.responsible), now=utcnow())
    return version


_READ: dict[Path, dict[type[Base], list[dict[str, Any]]]] = {}
"""The rows that a workbook was read into, by their columns: reading one takes a second, and most tests ask for the same two."""


def _columns(version: ReportVersion) -> dict[type[Base], list[dict[str, Any]]]:
    found: dict[type[Base], list[dict[str, Any]]] = {ReportVersion: [_row(version)]}
    for model in (ReportedSource, ReportedFacility, ReportedNumber):
        of = select(model.__table__).where(model.version_id == version.id)
        found[model] = [dict(row) for row in db.session.execute(of).mappings()]
    return found


def _row(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}


def _read_before(cast: Cast, of: UnitYear, workbook: Path) -> ReportVersion | None:
    """The rows of a workbook read earlier in this process, as a version of this unit; None where it must be read."""
    rows = _READ.get(workbook)
    if rows is None or db.session.get(ReportVersion, rows[ReportVersion][0]["id"]) is not None:
        return None
    newest = db.session.scalar(select(func.max(ReportVersion.number)).where(ReportVersion.unit_year_id == of.id)) or 0
    evidence.keep(workbook.read_bytes(), reports.MEDIA_TYPE, now=utcnow())
    here = {"unit_year_id": of.id, "number": newest + 1, "handed_in_by": cast.contact.id, "handed_in_at": utcnow()}
    version = ReportVersion(**{**rows[ReportVersion][0], **here, "released_by": None, "released_at": None})
    db.session.add(version)
    db.session.flush()
    for model in (ReportedSource, ReportedFacility, ReportedNumber):
        db.session.connection().execute(insert(model.__table__), rows[model])
    record(
        "report:version:handed_in",
        actor(cast.contact),
        Subject("unit_year", str(of.id)),
        now=utcnow(),
        number=version.number,
        file=workbook.name,
        sha256=version.sha256,
        flags=version.flag_count,
    )
    return version


def engagement(cast: Cast, stage: Stage = Stage.CHECKING, workbook: Path = PARK_WITH_ERRORS, *, declared: bool = True) -> Engagement:
    """A case of the park at a stage, its whole team named and declared."""
    made = homes.built(("engagement", stage, workbook, declared), lambda: _engagement(cast, stage, workbook, declared))
    return db.session.get_one(Engagement, made)


def _engagement(cast: Cast, stage: Stage, workbook: Path, declared: bool) -> Engagement:
    now = utcnow()
    of = unit_year(cast)
    version = report(cast, of, workbook)
    made = Engagement(
        number="2021-0001",
        unit_year_id=of.id,
        body_id=cast.org("body").id,
        pack_id=PACK,
        pack_sha256=load(PACK).sha256,
        report_version_id=version.id,
        stage=stage,
        stage_since=now,
        conflict_check="No shared managers, no consulting in three years.",
        opened_by=cast.coordinator.id,
        opened_at=now,
    )
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


def more_cases(like: Engagement, count: int) -> None:
    """Further cases of other units, copied row by row from one: their stages in turn, a released report and the same team each."""
    numbers = range(db.session.scalar(select(func.count()).select_from(Engagement)) or 0, count)
    if not numbers:
        return
    now, stages = utcnow(), list(Stage)
    keys = {name: [uuid7() for _ in numbers] for name in ("unit", "unit_year", "version", "case")}
    unit = {"kind": "unit", "created_at": now, "version": 1}
    db.session.execute(
        insert(Organisation), [{**unit, "id": key, "name": f"Unit {place:05}"} for place, key in zip(numbers, keys["unit"], strict=True)]
    )
    like_unit_year, like_version = _row(like.unit_year), _row(like.report_version)
    db.session.execute(
        insert(UnitYear),
        [{**like_unit_year, "id": key, "unit_id": unit} for key, unit in zip(keys["unit_year"], keys["unit"], strict=True)],
    )
    versions = [{**like_version, "id": key, "unit_year_id": of} for key, of in zip(keys["version"], keys["unit_year"], strict=True)]
    db.session.execute(insert(ReportVersion), versions)
    rows = [
        {
            **_row(like),
            "id": key,
            "number": f"2021-{place + 1:05}",
            "unit_year_id": unit_year,
            "report_version_id": version,
            "stage": stages[place % len(stages)],
        }
        for place, key, unit_year, version in zip(numbers, keys["case"], keys["unit_year"], keys["version"], strict=True)
    ]
    db.session.execute(insert(Engagement), rows)
    members = [_row(member) for member in like.team]
    db.session.execute(insert(TeamMember), [{**row, "id": uuid7(), "engagement_id": case} for case in keys["case"] for row in members])
    db.session.commit()


def with_trail(case: Engagement) -> Engagement:
    """The case with the first row of its trail: in an installation that was started, a case without one counts as erased."""
    by = Actor(case.opened_by, "Coordinator")
    record(TrailAction.ENGAGEMENT_CASE_OPENED, by, Subject("case", str(case.id)), now=utcnow(), case=case.id, effect=Effect.PROCEED)
    return case


def some_day(days: int) -> date:
    """A day so many days from now."""
    return utcnow().date() + timedelta(days=days)
