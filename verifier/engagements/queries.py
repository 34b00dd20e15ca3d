"""Queries on cases: body, who may see them, and in which role."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from verifier.accounts.models import Organisation, User
from verifier.accounts.queries import not_taken_up
from verifier.core import independence
from verifier.core.access import AUTHORITY, CASE_ROLES, UNIT, Role
from verifier.core.independence import MissingMember, RoleConflict, TeamPlace, WorkDone
from verifier.core.lifecycle import Stage
from verifier.db import db, once_per_read
from verifier.engagements.models import CaseSnapshot, Engagement, ReportAdoption, TeamMember
from verifier.registry.earlier_engagements import queries as earlier
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports.models import ReportVersion
from verifier.reports.open_cases import OpenCase
from verifier.reports.queries import latest_released
from verifier.rulepacks.load import load

OFFERED = (*(role for role in Role if role in CASE_ROLES), Role.COORDINATOR)
"""The roles on a case, and the keeper of the seal, who is one of the coordinators."""


def roles_on(user: User, engagement: Engagement) -> frozenset[Role]:
    """The person's roles in the case; empty if they may not know of it."""
    own = frozenset(role for member in engagement.team if member.user_id == user.id and (role := member.effective_role))
    of = engagement.unit_year
    return roles_held(user, own, body_id=engagement.body_id, unit_id=of.unit_id, authority_id=of.year.authority_id)


def roles_held(user: User, own: frozenset[Role], *, body_id: UUID, unit_id: UUID, authority_id: UUID) -> frozenset[Role]:
    """A person's roles in a case by value: `own` on its team, and those of their organisation where it is one of the case's."""
    of = {body_id: frozenset({Role.COORDINATOR}), unit_id: UNIT, authority_id: AUTHORITY}
    return own | (user.roles & of.get(user.organisation_id, frozenset()))


def visible_to(user: User) -> Select[Engagement]:
    """The cases a person may know of."""
    on_team = select(TeamMember.engagement_id).where(TeamMember.user_id == user.id, TeamMember.removed_at.is_(None))
    conditions: list[ColumnElement[bool]] = [Engagement.id.in_(on_team)]
    if Role.COORDINATOR in user.roles:
        conditions.append(Engagement.body_id == user.organisation_id)
    if user.roles & UNIT:
        conditions.append(UnitYear.unit_id == user.organisation_id)
    if user.roles & AUTHORITY:
        conditions.append(ProgrammeYear.authority_id == user.organisation_id)
    return (
        select(Engagement)
        .join(UnitYear, Engagement.unit_year_id == UnitYear.id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .join(Organisation, UnitYear.unit_id == Organisation.id)
        .where(or_(*conditions))
    )


def engagement(engagement_id: UUID) -> Engagement | None:
    """One case."""
    return db.session.get(Engagement, engagement_id)


def open_case(unit_year: UnitYear) -> OpenCase | None:
    """The case that verifies a unit's year, by value."""
    case = case_of(unit_year)
    return OpenCase(case.id, case.stage, case.pack_id) if case else None


def years_led(engagement: Engagement, person: User) -> set[int]:
    """The emission years of the same authority in which the person led the verification of the unit, here or outside this system."""
    of = (
        select(ProgrammeYear.emission_year)
        .join(UnitYear, UnitYear.year_id == ProgrammeYear.id)
        .join(Engagement, Engagement.unit_year_id == UnitYear.id)
        .join(TeamMember, TeamMember.engagement_id == Engagement.id)
        .where(
            UnitYear.unit_id == engagement.unit_year.unit_id,
            ProgrammeYear.authority_id == engagement.unit_year.year.authority_id,
            TeamMember.user_id == person.id,
            TeamMember.role == Role.LEAD_VERIFIER,
            TeamMember.removed_at.is_(None),
        )
    )
    return set(db.session.scalars(of)) | earlier.years_led(engagement.unit, engagement.unit_year.year, person)


def adoptions(engagement: Engagement) -> list[ReportAdoption]:
    """The newer report versions the case took up, in order."""
    of = select(ReportAdoption).where(ReportAdoption.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(ReportAdoption.number)))


def previous_reports(unit_year: UnitYear) -> list[ReportVersion]:
    """The report released last for the unit's year before under the same authority and programme; several where it had several places."""
    year = unit_year.year
    of = select(UnitYear).join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id).where(UnitYear.unit_id == unit_year.unit_id)
    of = of.where(ProgrammeYear.emission_year == year.emission_year - 1, ProgrammeYear.authority_id == year.authority_id)
    programme = load(year.pack_id).programme
    earlier = [each for each in db.session.scalars(of.order_by(UnitYear.registered_at)) if load(each.year.pack_id).programme == programme]
    return [version for each in earlier if (version := latest_released(each)) is not None]


@once_per_read
def signed_snapshot(engagement: Engagement) -> CaseSnapshot | None:
    """What a sealed case shows; None for a case that is open, and for one concluded before there were snapshots."""
    if engagement.stage is not Stage.ISSUED:
        return None
    of = select(CaseSnapshot).where(CaseSnapshot.engagement_id == engagement.id)
    return db.session.scalar(of.order_by(CaseSnapshot.taken_at.desc(), CaseSnapshot.id.desc()).limit(1))


def case_of(unit_year: UnitYear) -> Engagement | None:
    """The case of a unit and year, where one is open."""
    return db.session.scalar(select(Engagement).where(Engagement.unit_year_id == unit_year.id))


def openable_by(user: User) -> Select[UnitYear]:
    """The units and years that named the person's body, have a released report and no case yet."""
    released = select(ReportVersion.unit_year_id).where(ReportVersion.released_at.is_not(None))
    with_case = select(Engagement.unit_year_id)
    of = select(UnitYear).join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id).where(UnitYear.body_id == user.organisation_id)
    return of.where(UnitYear.id.in_(released), UnitYear.id.not_in(with_case)).order_by(UnitYear.named_at)


def coordinators(engagement: Engagement) -> list[User]:
    """The coordinators of the body with an active account: those who may apply its seal, and arrange its cases."""
    return [each for each in colleagues(engagement) if Role.COORDINATOR in each.roles]


def colleagues(engagement: Engagement) -> list[User]:
    """The people of the body who may be named."""
    of = select(User).where(User.organisation_id == engagement.body_id, User.disabled_at.is_(None), ~not_taken_up())
    return list(db.session.scalars(of.order_by(User.name)))


def places(engagement: Engagement) -> list[TeamPlace]:
    """Who holds which role, and who held one and had declared for it before leaving."""
    return [
        TeamPlace(member.user_id, member.role, left=member.removed_at is not None)
        for member in engagement.team
        if member.removed_at is None or (member.declared_at is not None and member.barred_by is None)
    ]


def no_keeper(engagement: Engagement, done: Sequence[WorkDone]) -> bool:
    """Whether no coordinator of the body may apply the seal to the case, because of their other roles or work on it."""
    everyone = (each.id for each in coordinators(engagement))
    return not independence.keepers(everyone, places(engagement), load(engagement.pack_id), done=done)


def cannot_be(engagement: Engagement, done: Sequence[WorkDone]) -> list[tuple[User, RoleConflict]]:
    """The people of the body with each role on the case that must not be theirs, and why."""
    pack, held = load(engagement.pack_id), places(engagement)
    found = (
        (person, independence.conflict(person.id, role, held, pack, done=done)) for person in colleagues(engagement) for role in OFFERED
    )
    return [(person, why) for person, why in found if why is not None]


def missing(engagement: Engagement) -> tuple[MissingMember, ...]:
    """Missing members and declarations before the checks may start; excluded persons do not count."""
    fit = [member for member in engagement.members if member.barred_by is None]
    undeclared = sum(member.declared_at is None for member in fit)
    here = [TeamPlace(member.user_id, member.role) for member in fit]
    return independence.missing(here, undeclared, load(engagement.pack_id))
