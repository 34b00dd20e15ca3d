"""A person's tasks: by their roles in each case, and what their unit or body has to begin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from verifier.accounts.models import User
from verifier.casework.due_dates import DueFacts, due, has_answers
from verifier.casework.events.table import Duty, at_stage, before_case
from verifier.casework.list_rows import HAS_ANSWERS
from verifier.casework.queries import finding_counts
from verifier.casework.review import queries as reviewed
from verifier.casework.task_subjects import findings_of, of_request
from verifier.casework.waiting import Waiting
from verifier.checks.data.vouchers.queries import requests_waiting
from verifier.core.access import UNIT, Role
from verifier.core.clocks import Before, Lateness, day_in, due_day, lateness, unit_year_status
from verifier.core.findings import FindingState
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement, TeamMember
from verifier.engagements.queries import openable_by, roles_held
from verifier.findings.models import Finding
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion

AT_STAGE, BEFORE = at_stage(), before_case()


class Membership(NamedTuple):
    """A person's place on a case."""

    role: Role
    declared_at: datetime | None
    barred_by: str | None
    named_at: datetime


class CaseFacts(NamedTuple):
    """What a person's tasks in a case follow from, as bare columns."""

    id: UUID
    unit_year_id: UUID
    body_id: UUID
    unit_id: UUID
    authority_id: UUID
    stage: Stage
    since: datetime
    pack_id: str
    has_answers: bool
    time_zone: str
    verified_due: date

    def task(self, what: Duty, *, since: datetime | None = None, stage_due: bool = False) -> Waiting:
        """A task in this case, due when its stage is or when its statement is."""
        day = due(DueFacts(*self[5:])) if stage_due else self.verified_due
        return Waiting(what, self.unit_year_id, day, self.time_zone, self.id, since, self.pack_id)


_CASE = (Engagement.id, Engagement.unit_year_id, Engagement.body_id, UnitYear.unit_id, ProgrammeYear.authority_id, Engagement.stage)
FACTS: tuple[Any, ...] = (
    *_CASE,
    Engagement.stage_since,
    Engagement.pack_id,
    HAS_ANSWERS,
    ProgrammeYear.time_zone,
    ProgrammeYear.verified_due,
)


def waiting_for(user: User) -> list[Waiting]:
    """All tasks of a person, the earliest due first; a constant number of queries of bare columns, however many cases there are."""
    found = _in_cases(user)
    if Role.COORDINATOR in user.roles:
        columns = (UnitYear.id, ProgrammeYear.verified_due, ProgrammeYear.time_zone, UnitYear.named_at, ProgrammeYear.pack_id)
        rows = db.session.execute(openable_by(user).with_only_columns(*columns))
        found += [Waiting(Duty.OPEN, key, day, zone, since=named_at, pack_id=pack) for key, day, zone, named_at, pack in rows]
    if user.roles & UNIT:
        found += _before_cases(user)
        found += _requested(user)
    return sorted(found, key=lambda each: each.due)


def _requested(user: User, case: UUID | None = None) -> list[Waiting]:
    """The evidence requests that wait for a person of a unit, each a task of its own."""
    return [
        Waiting(Duty.SHOW, each.unit_year, each.due, each.time_zone, each.case, each.raised_at, each.pack_id, (of_request(each),))
        for each in requests_waiting(user, case)
    ]


def with_things(tasks: Sequence[Waiting]) -> list[Waiting]:
    """Tasks on findings with the findings that they are about."""
    things = findings_of([(each.case, each.pack_id, each.what) for each in tasks if each.case is not None])
    return [replace(each, things=things.get((each.case, each.what), ())) if each.case is not None else each for each in tasks]


@dataclass(frozen=True, slots=True)
class OpenRequests:
    """Open evidence requests of a case for a person: count, and lateness of the first."""

    count: int
    lateness: Lateness


def open_requests(user: User, engagement: Engagement, now: datetime) -> OpenRequests | None:
    """Open evidence requests for a person in a case; None if there are none."""
    days = [each.due for each in requests_waiting(user, engagement.id)]
    return OpenRequests(len(days), lateness(min(days), day_in(engagement.unit_year.year.time_zone, now))) if days else None


def on_case(user: User, engagement: Engagement) -> list[Waiting]:
    """A person's tasks in a case; none once the statement is issued."""
    if engagement.stage is Stage.ISSUED:
        return []
    year = engagement.unit_year.year
    memberships = [
        Membership(member.role, member.declared_at, member.barred_by, member.named_at)
        for member in engagement.members
        if member.user_id == user.id
    ]
    facts = CaseFacts(
        engagement.id,
        engagement.unit_year_id,
        engagement.body_id,
        engagement.unit_year.unit_id,
        year.authority_id,
        engagement.stage,
        engagement.stage_since,
        engagement.pack_id,
        has_answers(engagement),
        year.time_zone,
        year.verified_due,
    )
    counts = finding_counts(engagement, inside=True) if leads_answering(facts, memberships) else None
    work = {duty for duty, count in ((Duty.JUDGE, counts.answered), (Duty.SEND, counts.drafts)) if count} if counts else set()
    found = duties_in(user, facts, memberships, work | review_work([facts]).get(facts.id, set()))
    return sorted(with_things(found) + _requested(user, engagement.id), key=lambda each: each.due)


def _in_cases(user: User) -> list[Waiting]:
    memberships: dict[UUID, list[Membership]] = {}
    columns = (TeamMember.engagement_id, TeamMember.role, TeamMember.declared_at, TeamMember.barred_by, TeamMember.named_at)
    held = select(*columns).where(TeamMember.user_id == user.id, TeamMember.removed_at.is_(None)).order_by(TeamMember.id)
    for case, role, declared_at, barred_by, named_at in db.session.execute(held):
        memberships.setdefault(case, []).append(Membership(role, declared_at, barred_by, named_at))
    cases = [CaseFacts(*row) for row in db.session.execute(_with_tasks(user))]
    led = [case.id for case in cases if leads_answering(case, memberships.get(case.id, ()))]
    work, review = answering_work(_led_by(user)) if led else {}, review_work(cases)
    return with_things(
        [
            each
            for case in cases
            for each in duties_in(user, case, memberships.get(case.id, ()), work.get(case.id, set()) | review.get(case.id, set()))
        ]
    )


def review_work(cases: Sequence[CaseFacts]) -> dict[UUID, set[Duty]]:
    """What the independent review leaves to the lead verifier: comments to answer, a conclusion to prepare again; two queries at most."""
    checking = [case.id for case in cases if case.stage in (Stage.CHECKING, Stage.ANSWERING)]
    found: dict[UUID, set[Duty]] = {case: {Duty.ANSWER_REVIEW} for case in reviewed.cases_to_answer(checking)}
    for case in reviewed.voided(case.id for case in cases if case.stage is Stage.TO_CERTIFY):
        found[case] = {Duty.CONCLUDE_AGAIN}
    return found


def _with_tasks(user: User) -> Select[Any]:
    """The cases that may hold tasks of the person: those of their team, and those whose stage waits for their organisation."""
    on_team = select(TeamMember.engagement_id).where(TeamMember.user_id == user.id, TeamMember.removed_at.is_(None))
    conditions: list[ColumnElement[bool]] = [Engagement.id.in_(on_team)]
    for column, roles in ((Engagement.body_id, user.roles & {Role.COORDINATOR}), (UnitYear.unit_id, user.roles & UNIT)):
        stages = [stage for stage, (needed, _duty) in AT_STAGE.items() if needed & roles]
        if stages:
            conditions.append(and_(column == user.organisation_id, Engagement.stage.in_(stages)))
    return (
        select(*FACTS)
        .join(UnitYear, Engagement.unit_year_id == UnitYear.id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .where(Engagement.stage != Stage.ISSUED, or_(*conditions))
        .order_by(Engagement.stage_since, Engagement.number)
    )


def duties_in(user: User, case: CaseFacts, memberships: Sequence[Membership], work: Iterable[Duty]) -> list[Waiting]:
    """The tasks of a person in a case; `work` is what there is for its lead verifier beside, or instead of, what its stage waits for."""
    if any(membership.declared_at is None for membership in memberships):
        return [case.task(Duty.DECLARE, since=memberships[-1].named_at)]
    needed_roles, duty = AT_STAGE[case.stage]
    own = frozenset(Role.INVITED if each.barred_by is not None else each.role for each in memberships)
    roles = roles_held(user, own, body_id=case.body_id, unit_id=case.unit_id, authority_id=case.authority_id)
    leads, own_work = _leads(memberships), sorted(work) if _leads(memberships) else []
    if leads and Duty.CONCLUDE_AGAIN in work:
        return [case.task(Duty.CONCLUDE_AGAIN, since=case.since, stage_due=True)]
    if not roles.isdisjoint(needed_roles):
        answers = [case.task(each) for each in own_work if each is Duty.ANSWER_REVIEW]
        return [*answers, case.task(duty, since=case.since, stage_due=True)]
    return [case.task(each) for each in own_work]


def leads_answering(case: CaseFacts, memberships: Sequence[Membership]) -> bool:
    """Whether the person leads a case that awaits the unit's responses."""
    return _leads(memberships) and case.stage is Stage.ANSWERING


def _leads(memberships: Sequence[Membership]) -> bool:
    """Whether one of a person's places is the lead verifier's, with independence declared."""
    return any(each.role is Role.LEAD_VERIFIER and each.declared_at and each.barred_by is None for each in memberships)


def answering_work(led: ColumnElement[bool]) -> dict[UUID, set[Duty]]:
    """For each of the cases, what its lead verifier has to do while the unit responds: review responses, send new findings."""
    states = {FindingState.ANSWERED: Duty.JUDGE, FindingState.DRAFT: Duty.SEND}
    of = select(Finding.engagement_id, Finding.state).where(led, Finding.state.in_(states)).distinct()
    found: dict[UUID, set[Duty]] = {}
    for case, state in db.session.execute(of):
        found.setdefault(case, set()).add(states[state])
    return found


def _led_by(user: User) -> ColumnElement[bool]:
    """Findings of the cases that a person leads."""
    led = select(TeamMember.engagement_id).where(
        TeamMember.user_id == user.id, TeamMember.role == Role.LEAD_VERIFIER, TeamMember.removed_at.is_(None)
    )
    return Finding.engagement_id.in_(led)


def _before_cases(user: User) -> list[Waiting]:
    """What the person's unit has to do in years that have no case yet."""
    handed_in = select(ReportVersion.id).where(ReportVersion.unit_year_id == UnitYear.id)
    released = handed_in.where(ReportVersion.released_at.is_not(None))
    year = (ProgrammeYear.report_due, ProgrammeYear.verified_due, ProgrammeYear.time_zone, ProgrammeYear.pack_id)
    of = (
        select(UnitYear.id, handed_in.exists(), released.exists(), UnitYear.body_id, *year)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .where(UnitYear.unit_id == user.organisation_id, UnitYear.id.not_in(select(Engagement.unit_year_id)))
        .order_by(ProgrammeYear.emission_year.desc())
    )
    found = []
    for key, is_handed_in, is_released, body, report_due, verified_due, zone, pack_id in db.session.execute(of):
        status = unit_year_status(handed_in=is_handed_in, released=is_released, body_named=body is not None, stage=None)
        if isinstance(status, Before) and status in BEFORE and not user.roles.isdisjoint(BEFORE[status][0]):
            day = due_day(status, report_due=report_due, verified_due=verified_due)
            found.append(Waiting(BEFORE[status][1], key, day or verified_due, zone, pack_id=pack_id))
    return found
