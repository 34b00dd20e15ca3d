"""Queries of people and organisations."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import QueryableAttribute

from verifier.accounts.models import Appointment, ColleagueInvitation, Organisation, Status, User
from verifier.core.access import Role
from verifier.db import db


def by_email(email: str) -> User | None:
    """The person an address (in its plain form) belongs to."""
    return db.session.scalar(select(User).where(User.email == email))


def user(user_id: UUID) -> User | None:
    """One person."""
    return db.session.get(User, user_id)


def active_in_role(role: Role) -> list[User]:
    """Everyone with a role in their organisation who may sign in."""
    of = select(User).where(User.disabled_at.is_(None), exists().where(Appointment.user_id == User.id, Appointment.role == role))
    return [user for user in db.session.scalars(of).unique() if user.is_active]


def active_in(organisation_id: UUID) -> list[User]:
    """Everyone of an organisation who may sign in, by name."""
    of = select(User).where(User.organisation_id == organisation_id, User.disabled_at.is_(None)).order_by(User.name)
    return [user for user in db.session.scalars(of).unique() if user.is_active]


def organisation(organisation_id: UUID) -> Organisation | None:
    """One organisation."""
    return db.session.get(Organisation, organisation_id)


def organisation_like(name: str, credit_code: str | None) -> list[Organisation]:
    """The organisations that already have this name or this credit code."""
    same = Organisation.name == name
    return list(db.session.scalars(select(Organisation).where(or_(same, Organisation.credit_code == credit_code) if credit_code else same)))


def all_organisations() -> list[Organisation]:
    """Every organisation, by name."""
    return list(db.session.scalars(select(Organisation).order_by(Organisation.name)))


def organisations(search: str = "", kind: str = "") -> Select[Organisation]:
    """Organisations by name."""
    rows = select(Organisation).order_by(Organisation.name)
    if search:
        rows = rows.where(_any_like(search, Organisation.name, Organisation.name_zh, Organisation.credit_code))
    return rows.where(Organisation.kind == kind) if kind else rows


def not_taken_up() -> ColumnElement[bool]:
    """An account made by a colleague's invitation that nobody has taken up: to its organisation it is an invitation, not yet a person."""
    invited = exists().where(ColleagueInvitation.organisation_id == User.organisation_id, ColleagueInvitation.email == User.email)
    return User.password_hash.is_(None) & invited


def invitations(organisation_id: UUID) -> list[ColleagueInvitation]:
    """The invitations of an organisation's people that were not taken up, the latest first."""
    joined = exists().where(
        User.organisation_id == organisation_id, User.email == ColleagueInvitation.email, User.password_hash.is_not(None)
    )
    sent = select(ColleagueInvitation).where(ColleagueInvitation.organisation_id == organisation_id, ~joined)
    return list(db.session.scalars(sent.order_by(ColleagueInvitation.invited_at.desc(), ColleagueInvitation.id)))


def invitation(organisation_id: UUID, email: str) -> ColleagueInvitation | None:
    """The invitation of one address into an organisation."""
    of = (ColleagueInvitation.organisation_id == organisation_id) & (ColleagueInvitation.email == email)
    return db.session.scalar(select(ColleagueInvitation).where(of))


def people(search: str = "", kind: str = "", role: str = "", status: str = "", organisation_id: UUID | None = None) -> Select[User]:
    """People by name, with what they are and whether they may sign in."""
    rows = select(User).join(Organisation, User.organisation_id == Organisation.id).order_by(func.lower(User.name), User.id)
    if search:
        rows = rows.where(_any_like(search, User.name, User.email, Organisation.name, Organisation.name_zh))
    if kind:
        rows = rows.where(Organisation.kind == kind)
    if role:
        rows = rows.where(exists().where(Appointment.user_id == User.id, Appointment.role == role))
    if organisation_id is not None:
        rows = rows.where(User.organisation_id == organisation_id, ~not_taken_up())
    if status == Status.DISABLED:
        rows = rows.where(User.disabled_at.is_not(None))
    elif status in (Status.ACTIVE, Status.INVITED):
        has_password = User.password_hash.is_not(None) if status == Status.ACTIVE else User.password_hash.is_(None)
        rows = rows.where(User.disabled_at.is_(None), has_password)
    return rows


def members(organisation_ids: list[UUID]) -> dict[UUID, int]:
    """How many people each organisation has."""
    counted = select(User.organisation_id, func.count()).where(User.organisation_id.in_(organisation_ids)).group_by(User.organisation_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _any_like(search: str, *columns: QueryableAttribute[Any]) -> ColumnElement[bool]:
    like = "%" + search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(*(column.ilike(like, escape="\\") for column in columns))
