"""Actions on a case as a whole: open it, arrange its team, declare independence, start, open the checks again, adopt a corrected report."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core import independence
from verifier.core.access import CASE_ROLES, Role
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.independence import TeamPlace, WorkDone
from verifier.core.lifecycle import CaseAction, Stage, after
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements import queries
from verifier.engagements.models import Engagement, ReportAdoption, TeamMember
from verifier.jobs.actions import enqueue
from verifier.registry import actions as registry
from verifier.registry.models import UnitYear
from verifier.reports.derived_values import KIND
from verifier.reports.models import ReportVersion
from verifier.reports.queries import latest_released
from verifier.rulepacks.load import load


def advance(engagement: Engagement, action: CaseAction, *, now: datetime) -> None:
    """Move the case to the stage the action leads to; refuses an action not allowed at the current stage."""
    stage = after(engagement.stage, action)
    if stage is not engagement.stage:
        engagement.stage, engagement.stage_since = stage, now
        engagement.version += 1


def open_case(unit_year: UnitYear, *, conflict_check: str, actor: Actor, now: datetime) -> Engagement:
    """Open the case of a unit and year after the body's own conflict check; only the appointed body, and only on a released report."""
    opener = db.session.get_one(User, actor.id)
    if unit_year.body_id != opener.organisation_id or Role.COORDINATOR not in opener.roles:
        raise Refusal("engagement.open.not_named")
    if not conflict_check.strip():
        raise Refusal("engagement.open.no_conflict_check")
    version = latest_released(unit_year)
    if version is None:
        raise Refusal("engagement.open.no_report")
    if queries.case_of(unit_year) is not None:
        raise Refusal("engagement.open.exists")
    year, pack = unit_year.year, load(unit_year.year.pack_id)
    registry.check_body(unit_year, opener.organisation, pack)
    previous = next(iter(queries.previous_reports(unit_year)), None)
    engagement = Engagement(
        number=_next_number(year.emission_year),
        unit_year_id=unit_year.id,
        body_id=opener.organisation_id,
        pack_id=pack.id,
        pack_sha256=pack.sha256,
        report_version_id=version.id,
        previous_version_id=previous.id if previous else None,
        stage=Stage.ARRANGING,
        stage_since=now,
        conflict_check=conflict_check.strip(),
        opened_by=opener.id,
        opened_at=now,
    )
    db.session.add(engagement)
    db.session.flush()
    enqueue(KIND, now=now, case=str(engagement.id))
    record(
        TrailAction.ENGAGEMENT_CASE_OPENED,
        actor,
        _subject(engagement),
        now=now,
        case=engagement.id,
        number=engagement.number,
        unit=unit_year.unit.name,
        report_version=version.number,
        previous_report=previous.sha256 if previous else None,
        pack=pack.id,
        pack_sha256=pack.sha256,
        conflict_check=engagement.conflict_check,
    )
    return engagement


def name_member(
    engagement: Engagement, person: User, role: Role, *, done: Sequence[WorkDone] = (), actor: Actor, now: datetime
) -> TeamMember:
    """Assign a role in the case to a person of the body; the case is hidden from them until they declare independence.

    `done` is what people did on the case so far: it is known above this package, and given by value.
    """
    _lock(engagement)
    advance(engagement, CaseAction.ARRANGE, now=now)
    if role not in CASE_ROLES:
        raise Refusal("engagement.member.no_such_role")
    if person.organisation_id != engagement.body_id or not person.is_active:
        raise Refusal("engagement.member.not_of_body", name=person.name)
    if any(member.user_id == person.id and member.barred_by for member in engagement.team):
        raise Refusal("engagement.member.barred", name=person.name)
    pack, places = load(engagement.pack_id), queries.places(engagement)
    independence.check_may_be_named(person.id, role, places, pack, done=done, name=person.name)
    able = independence.keepers(
        (each.id for each in queries.coordinators(engagement)), [*places, TeamPlace(person.id, role)], pack, done=done
    )
    if Role.COORDINATOR in person.roles and not able:
        raise Refusal("independence.no_keeper", name=person.name, role=role, pack=pack.id)
    if role is Role.LEAD_VERIFIER:
        _check_lead(engagement, person)
    declared = next((member for member in engagement.members if member.user_id == person.id and member.declared_at), None)
    member = TeamMember(
        engagement=engagement,
        user_id=person.id,
        user=person,
        role=role,
        named_by=actor.id,
        named_at=now,
        declared_at=declared.declared_at if declared else None,
        answers=declared.answers if declared else None,
    )
    db.session.add(member)
    db.session.flush()
    record(
        TrailAction.ENGAGEMENT_MEMBER_NAMED,
        actor,
        Subject("member", str(member.id)),
        now=now,
        case=engagement.id,
        name=person.name,
        role=role,
    )
    return member


def remove_member(member: TeamMember, *, actor: Actor, now: datetime) -> None:
    """Remove a person from the case; the row is kept, so that their past work remains attributed to them."""
    engagement = member.engagement
    _lock(engagement)
    advance(engagement, CaseAction.ARRANGE, now=now)
    if member.removed_at is not None:
        raise Refusal("engagement.member.gone", name=member.user.name)
    member.removed_at = now
    record(
        TrailAction.ENGAGEMENT_MEMBER_REMOVED,
        actor,
        Subject("member", str(member.id)),
        now=now,
        case=engagement.id,
        name=member.user.name,
        role=member.role,
    )


def declare(engagement: Engagement, answers: Mapping[str, tuple[bool, str]], *, actor: Actor, now: datetime) -> TeamMember:
    """Answer the pack's independence questions, once, for every role one was named for; a conflict bars the person."""
    _lock(engagement)
    advance(engagement, CaseAction.DECLARE, now=now)
    memberships = [member for member in engagement.members if member.user_id == actor.id]
    waiting = [member for member in memberships if member.declared_at is None]
    if not waiting:
        raise Refusal("engagement.declare.already" if memberships else "engagement.declare.not_named")
    barring = independence.bars({code: conflict for code, (conflict, _note) in answers.items()}, load(engagement.pack_id))
    for member in waiting:
        member.declared_at = now
        member.answers = {code: {"conflict": conflict, "note": note} for code, (conflict, note) in answers.items()}
        member.barred_by = barring.code if barring else None
    db.session.flush()
    record(
        TrailAction.ENGAGEMENT_MEMBER_DECLARED,
        actor,
        Subject("member", str(waiting[0].id)),
        now=now,
        case=engagement.id,
        barred_by=waiting[0].barred_by,
        answers=waiting[0].answers,
    )
    return waiting[0]


def _check_lead(engagement: Engagement, person: User) -> None:
    """Refuse a lead verifier who led the verification of the unit in too many years before (pack)."""
    year, led = engagement.unit_year.year.emission_year, queries.years_led(engagement, person)
    independence.check_rotation("lead_verifier", year, led, load(engagement.pack_id), name=person.name)


def start(engagement: Engagement, *, actor: Actor, now: datetime) -> None:
    """Start the checks once the team is complete and all have declared independence."""
    _lock(engagement)
    lacks = queries.missing(engagement)
    after(engagement.stage, CaseAction.START)
    if lacks:
        raise Refusal(lacks[0].message, **dict(lacks[0].values))
    registry.check_body(engagement.unit_year, engagement.body, load(engagement.pack_id))
    _check_lead(engagement, next(each.user for each in engagement.members if each.role is Role.LEAD_VERIFIER))
    advance(engagement, CaseAction.START, now=now)
    record(TrailAction.ENGAGEMENT_CASE_STARTED, actor, _subject(engagement), now=now, case=engagement.id)


def reopen(engagement: Engagement, reason: str, *, actor: Actor, now: datetime) -> None:
    """Open the checks again from review or signing, with a reason; what was signed so far is recalled by comparison of stages."""
    _lock(engagement)
    if not reason.strip():
        raise Refusal("engagement.reopen.no_reason")
    before = engagement.stage
    advance(engagement, CaseAction.REOPEN, now=now)
    record(
        TrailAction.ENGAGEMENT_CASE_REOPENED, actor, _subject(engagement), now=now, case=engagement.id, reason=reason.strip(), stage=before
    )


def correct(engagement: Engagement, reason: str, *, actor: Actor, now: datetime) -> None:
    """Open the checks again after issue, with a reason; what was issued stays, under correction, until another takes its place."""
    _lock(engagement)
    if not reason.strip():
        raise Refusal("engagement.correct.no_reason")
    advance(engagement, CaseAction.CORRECT, now=now)
    record(TrailAction.ENGAGEMENT_CASE_CORRECTING, actor, _subject(engagement), now=now, case=engagement.id, reason=reason.strip())


def adopt_report(engagement: Engagement, version: ReportVersion, *, actor: Actor, now: datetime) -> None:
    """Verify a newer released version from here on; outcomes follow their natural keys where nothing changed."""
    if version.id == engagement.report_version_id:
        return
    if version.unit_year_id != engagement.unit_year_id or version.released_at is None:
        raise Refusal("engagement.report.not_released", number=version.number)
    before = engagement.report_version.number
    if version.number < before:
        raise Refusal("engagement.report.older", number=version.number, current=before)
    number = len(queries.adoptions(engagement)) + 1
    db.session.add(
        ReportAdoption(
            engagement_id=engagement.id,
            number=number,
            before_id=engagement.report_version_id,
            version_id=version.id,
            adopted_by=actor.id,
            adopted_at=now,
        )
    )
    engagement.report_version = version
    engagement.version += 1
    db.session.flush()
    enqueue(KIND, now=now, case=str(engagement.id))
    record(
        TrailAction.ENGAGEMENT_REPORT_ADOPTED,
        actor,
        Subject("report_version", str(version.id)),
        now=now,
        case=engagement.id,
        before=before,
        after=version.number,
        sha256=version.sha256,
    )


def _next_number(emission_year: int) -> str:
    """The number people speak, counted within the emission year."""
    count = db.session.scalar(select(func.count()).select_from(Engagement).where(Engagement.number.like(f"{emission_year}-%"))) or 0
    return f"{emission_year}-{count + 1:04d}"


def _lock(engagement: Engagement) -> None:
    """Lock the case for update, so that concurrent actions are serialised."""
    db.session.refresh(engagement, with_for_update={"of": Engagement})


def _subject(engagement: Engagement) -> Subject:
    return Subject("case", str(engagement.id))
