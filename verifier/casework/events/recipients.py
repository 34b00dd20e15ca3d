"""Who an event's row stands for: people of a case or a unit's year by role, and the person of a request, a finding or a team place."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from verifier.accounts.models import Appointment, Organisation, User
from verifier.casework.events.table import EventRule, Person, Told
from verifier.checks.data.vouchers.models import EvidenceRequest
from verifier.core.access import AUTHORITY, CASE_ROLES, UNIT, Role
from verifier.core.evidence_requests import WITH_UNIT
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.models import Engagement, TeamMember
from verifier.engagements.queries import roles_held
from verifier.findings.models import Finding
from verifier.registry.models import ProgrammeYear, UnitYear


@dataclass(frozen=True, slots=True)
class Place:
    """A unit's year and its case, with the organisations concerned."""

    unit_year_id: UUID
    case_id: UUID | None
    unit_id: UUID
    body_id: UUID | None
    authority_id: UUID


def place_of(*, case: UUID | None = None, unit_year: UUID | None = None) -> Place | None:
    """Where an event happened; a unit's year with a case is the place of that case."""
    of = (
        select(UnitYear.id, Engagement.id, UnitYear.unit_id, Engagement.body_id, UnitYear.body_id, ProgrammeYear.authority_id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .outerjoin(Engagement, Engagement.unit_year_id == UnitYear.id)
        .where(Engagement.id == case if case is not None else UnitYear.id == unit_year)
    )
    row = db.session.execute(of).first()
    return Place(row[0], row[1], row[2], row[3] or row[4], row[5]) if row else None


def people_of(place: Place, told: Told, subject: Subject) -> list[UUID]:
    """The people with an account in use whom a row of the table tells."""
    if isinstance(told.to, Role):
        return _in_use(_holding(place, told.to))
    if told.to is Person.NAMED:
        return _in_use(User.id.in_(select(TeamMember.user_id).where(TeamMember.id == UUID(subject.id))))
    if told.to is Person.RAISER:
        return _in_use(User.id == _raiser(place, subject))
    if told.to is Person.ASSIGNEE:
        request = _request(place, subject.id)
        return _in_use(_given(place, request)) if request is not None else []
    return []


def still_told(user: User, place: Place, rule: EventRule, about: str) -> Told | None:
    """As what the person is still told of the event: in role, on the team, or given the request; None where it concerns them no more."""
    memberships = _memberships(user, place)
    fit = [role for role, declared, barred in memberships if declared and not barred]
    nowhere = UUID(int=0)
    roles = roles_held(user, frozenset(fit), body_id=place.body_id or nowhere, unit_id=place.unit_id, authority_id=place.authority_id)
    return next((told for told in rule.told if told.mail and _still(user, place, told, roles, bool(memberships), about)), None)


def _still(user: User, place: Place, told: Told, roles: Collection[Role], is_named: bool, about: str) -> bool:
    if isinstance(told.to, Role):
        return told.to in roles
    if told.to is Person.NAMED:
        return is_named
    if told.to is Person.ASSIGNEE:
        request = _request(place, about.rpartition("-")[2])
        if request is None or request.state not in WITH_UNIT:
            return False
        return Role.CONTACT in roles if request.assigned_to is None else request.assigned_to == user.id
    return bool(roles)


def _memberships(user: User, place: Place) -> list[tuple[Role, bool, bool]]:
    if place.case_id is None:
        return []
    of = select(TeamMember.role, TeamMember.declared_at.is_not(None), TeamMember.barred_by.is_not(None)).where(
        TeamMember.engagement_id == place.case_id, TeamMember.user_id == user.id, TeamMember.removed_at.is_(None)
    )
    return [(role, bool(declared), bool(barred)) for role, declared, barred in db.session.execute(of)]


def _in_use(of: ColumnElement[bool]) -> list[UUID]:
    """Those with a password, neither disabled nor of a closed organisation."""
    usable = (User.disabled_at.is_(None), User.password_hash.is_not(None), Organisation.closed_at.is_(None))
    people = select(User.id).join(Organisation, User.organisation_id == Organisation.id).where(of, *usable)
    return list(db.session.scalars(people.order_by(User.id)))


def _holding(place: Place, role: Role) -> ColumnElement[bool]:
    if role in CASE_ROLES:
        on_team = select(TeamMember.user_id).where(
            TeamMember.engagement_id == place.case_id,
            TeamMember.role == role,
            TeamMember.removed_at.is_(None),
            TeamMember.declared_at.is_not(None),
            TeamMember.barred_by.is_(None),
        )
        return User.id.in_(on_team)
    organisation = place.unit_id if role in UNIT else place.authority_id if role in AUTHORITY else place.body_id
    appointed = select(Appointment.user_id).where(Appointment.role == role)
    return and_(User.organisation_id == organisation, User.id.in_(appointed))


def _raiser(place: Place, subject: Subject) -> UUID | None:
    if subject.kind == "finding":
        return db.session.scalar(select(Finding.raised_by).where(Finding.id == UUID(subject.id)))
    request = _request(place, subject.id)
    return request.raised_by if request is not None else None


def _given(place: Place, request: EvidenceRequest) -> ColumnElement[bool]:
    return _holding(place, Role.CONTACT) if request.assigned_to is None else User.id == request.assigned_to


def _request(place: Place, number: str) -> EvidenceRequest | None:
    of = select(EvidenceRequest).where(EvidenceRequest.engagement_id == place.case_id, EvidenceRequest.number == int(number))
    return db.session.scalars(of).unique().one_or_none()


def to_call(place: Place, role: Role) -> list[User]:
    """The people of a role who can be called, by name."""
    return list(db.session.scalars(select(User).where(User.id.in_(_in_use(_holding(place, role)))).order_by(User.name)))
