"""The open tasks of a body's people in its cases; a constant number of queries of bare columns, however many cases there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from verifier.accounts.models import Organisation, User
from verifier.casework import list_rows
from verifier.casework.list_rows import CaseRow
from verifier.casework.to_do import FACTS, CaseFacts, Membership, answering_work, duties_in, leads_answering, review_work, with_things
from verifier.casework.waiting import Waiting
from verifier.core.access import Role
from verifier.core.clocks import Lateness, day_in, lateness
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement, TeamMember
from verifier.findings.models import Finding
from verifier.registry.models import ProgrammeYear, UnitYear


@dataclass(frozen=True, slots=True)
class Assigned:
    """One open task of a person."""

    person: User
    task: Waiting
    lateness: Lateness


@dataclass(frozen=True, slots=True)
class Load:
    """The open tasks of a person in numbers."""

    person: User
    tasks: int
    overdue: int
    next: Lateness | None
    """The earliest due date that is not over."""


def people_of(body: Organisation) -> list[User]:
    """The people of a body with an account in use, by name."""
    return list(db.session.scalars(select(User).where(User.organisation_id == body.id, User.disabled_at.is_(None)).order_by(User.name)))


def assigned(body: Organisation, people: Sequence[User], *, now: datetime) -> list[Assigned]:
    """Every open task of the people in the body's cases, the earliest due first."""
    cases, memberships = _cases(body), _memberships(body)
    answering = select(Engagement.id).where(Engagement.body_id == body.id, Engagement.stage == Stage.ANSWERING)
    work, review = answering_work(Finding.engagement_id.in_(answering)), review_work(cases)
    found: list[tuple[User, Waiting]] = []
    for case in cases:
        for person in people:
            places = memberships.get((case.id, person.id), ())
            if places or Role.COORDINATOR in person.roles:
                own = work.get(case.id, set()) if leads_answering(case, places) else set()
                found += [(person, each) for each in duties_in(person, case, places, own | review.get(case.id, set()))]
    tasks = with_things([each for _person, each in found])
    rows = [
        Assigned(person, each, lateness(each.due, day_in(each.time_zone, now))) for (person, _bare), each in zip(found, tasks, strict=True)
    ]
    return sorted(rows, key=lambda row: (row.task.due, row.person.name))


def loads(people: Iterable[User], rows: Sequence[Assigned]) -> list[Load]:
    """The load of each person, by name."""
    of: dict[UUID, list[Assigned]] = {}
    for row in rows:
        of.setdefault(row.person.id, []).append(row)
    return [_load(person, of.get(person.id, ())) for person in people]


def about(rows: Sequence[Assigned]) -> dict[UUID, CaseRow]:
    """The cases of tasks as lists show them."""
    found = list_rows.unit_years(list({row.task.unit_year for row in rows}))
    return {case.id: case for _unit_year, case in found.values() if case is not None}


def _load(person: User, rows: Sequence[Assigned]) -> Load:
    left = [row.lateness for row in rows if not row.lateness.is_late]
    return Load(person, len(rows), len(rows) - len(left), min(left, key=lambda each: each.due, default=None))


def _cases(body: Organisation) -> list[CaseFacts]:
    of = (
        select(*FACTS)
        .join(UnitYear, Engagement.unit_year_id == UnitYear.id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .where(Engagement.body_id == body.id, Engagement.stage != Stage.ISSUED)
    )
    return [CaseFacts(*row) for row in db.session.execute(of)]


def _memberships(body: Organisation) -> dict[tuple[UUID, UUID], list[Membership]]:
    columns = (TeamMember.role, TeamMember.declared_at, TeamMember.barred_by, TeamMember.named_at)
    of = (
        select(TeamMember.engagement_id, TeamMember.user_id, *columns)
        .join(Engagement, TeamMember.engagement_id == Engagement.id)
        .where(Engagement.body_id == body.id, Engagement.stage != Stage.ISSUED, TeamMember.removed_at.is_(None))
        .order_by(TeamMember.id)
    )
    found: dict[tuple[UUID, UUID], list[Membership]] = {}
    for case, person, role, declared_at, barred_by, named_at in db.session.execute(of):
        found.setdefault((case, person), []).append(Membership(role, declared_at, barred_by, named_at))
    return found
