"""Every view names its permission; fetching what its address names is authorising."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal
from uuid import UUID

from flask import Flask, current_app, g, request

from verifier.accounts.models import User
from verifier.core import access
from verifier.core.access import AUTHORITY, UNIT, Permission, Role
from verifier.core.errors import NotPermitted, NotYours
from verifier.db import db
from verifier.engagements import queries as engagements
from verifier.engagements.models import Engagement
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.rulepacks.load import pinned
from verifier.web import shown_report
from verifier.web.signed_in import lacks_factor, login_manager, set_up_factor, signed_in_user

View = Callable[..., Any]
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class ViewPolicy:
    """What a view says of itself; nothing else in the application repeats it."""

    read: Permission
    write: Permission
    """Asked for by every method but GET, HEAD and OPTIONS."""
    on_report: bool | None = None
    """Whether its forms decide on what the report says: one shown on an older version is refused. None: not stated."""
    files: bool = False
    """Whether its form carries files, so that its body may be large."""
    keeps_record: bool | Literal["export"] = False
    """Whether even a GET leaves a row in the trail: always, or only where the list is downloaded as a file."""
    before_factor: bool = False
    """Whether it is open to a person who must have a second factor and has not set one up yet: setting it up, and signing out."""


def permit(
    permission: Permission,
    *,
    post: Permission | None = None,
    on_report: bool | None = None,
    files: bool = False,
    keeps_record: bool | Literal["export"] = False,
    before_factor: bool = False,
) -> Callable[[View], View]:
    """Guard a view and state its policy.

    Where its address holds `engagement_id`, `unit_year_id` or `year_id`, the view receives the `engagement`, `unit_year` or `year`
    instead, after the person was found to have a role on it (else 404) that carries the permission (else 403): `post` for methods that
    write, where it differs. Every writing view of a case states `on_report`. Who lacks a second factor that their place demands reaches
    only views that say `before_factor`.
    """
    policy = ViewPolicy(permission, post or permission, on_report, files, keeps_record, before_factor)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**kwargs: Any) -> Any:
            needed = policy.read if request.method in READS else policy.write
            user = signed_in_user()
            if user is not None and lacks_factor(user) and not policy.before_factor:
                return set_up_factor()
            if needed is Permission.PUBLIC:
                return view(**kwargs)
            if user is None:
                return login_manager.unauthorized()
            g.roles = _resolve(user, kwargs)
            if needed is not Permission.SIGNED_IN and not access.may(g.roles, needed):
                raise NotPermitted
            g.engagement = kwargs.get("engagement")
            if policy.on_report and request.method not in READS and "refusal" not in g:
                shown_report.refuse_replaced(kwargs["engagement"])
            return view(**kwargs)

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return guard


def reaches(endpoint: str, named: dict[str, Any], user: User) -> bool:
    """Whether a person may read the page of an endpoint, given what its address names."""
    policy = policy_of(current_app.view_functions.get(endpoint))
    if policy is None or lacks_factor(user):
        return False
    try:
        roles = _resolve(user, dict(named))
    except NotYours:
        return False
    return policy.read in (Permission.PUBLIC, Permission.SIGNED_IN) or access.may(roles, policy.read)


def policy_of(view: View | None) -> ViewPolicy | None:
    """What a view says of itself; None for one that says nothing."""
    return getattr(view, "policy", None)


def will_write() -> bool:
    """Whether this request writes: a form does; a file that is noted in the trail is prepared first, without the write lock."""
    return request.method not in READS


def may(permission: Permission) -> bool:
    """Whether the person may do this to what the page is about; for templates."""
    return access.may(getattr(g, "roles", frozenset()), permission)


def roles_on_unit_year(user: User, unit_year: UnitYear) -> frozenset[Role]:
    """What the person is to a unit in a year: of the unit, of its authority, of the body it named, or on its case."""
    roles: set[Role] = set()
    if user.organisation_id == unit_year.unit_id:
        roles |= user.roles & UNIT
    if user.organisation_id == unit_year.year.authority_id:
        roles |= user.roles & AUTHORITY
    if user.organisation_id == unit_year.body_id:
        roles |= user.roles & {Role.COORDINATOR}
    case = engagements.case_of(unit_year)
    if case is not None:
        roles |= engagements.roles_on(user, case) - {Role.INVITED}
    return frozenset(roles)


def _roles_on_year(user: User, year: ProgrammeYear) -> frozenset[Role]:
    return user.roles & AUTHORITY if user.organisation_id == year.authority_id else frozenset()


SCOPES: dict[str, tuple[str, type[Any], Callable[[User, Any], frozenset[Role]]]] = {
    "engagement_id": ("engagement", Engagement, engagements.roles_on),
    "unit_year_id": ("unit_year", UnitYear, roles_on_unit_year),
    "year_id": ("year", ProgrammeYear, _roles_on_year),
}


def _resolve(user: User, kwargs: dict[str, Any]) -> frozenset[Role]:
    """Replace the id in the address by its row; without one, the person's roles in their organisation."""
    for argument, (name, model, roles_of) in SCOPES.items():
        if argument in kwargs:
            key: UUID = kwargs.pop(argument)
            row = db.session.get(model, key)
            roles = roles_of(user, row) if row is not None else frozenset()
            if not roles:
                raise NotYours
            kwargs[name] = row
            g.time_zone = _time_zone(row)
            _check_rules(row)
            return roles
    return user.roles


def _check_rules(row: Engagement | UnitYear | ProgrammeYear) -> None:
    """Refuse a page about a case or year whose rule pack is no longer what it was opened under."""
    owner = (engagements.case_of(row) or row.year) if isinstance(row, UnitYear) else row
    pinned(owner.pack_id, owner.pack_sha256)


def _time_zone(row: Engagement | UnitYear | ProgrammeYear) -> str:
    """The zone of the programme that the page is about."""
    match row:
        case Engagement():
            return row.unit_year.year.time_zone
        case UnitYear():
            return row.year.time_zone
    return row.time_zone


def unguarded(app: Flask) -> list[str]:
    """The endpoints whose view names no permission."""
    return sorted(name for name, view in app.view_functions.items() if name != "static" and policy_of(view) is None)
