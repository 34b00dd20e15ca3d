"""Changes of someone's account that another person asks for: removal of the second factor, and another e-mail address.

Done when a second person confirms, or when the notice period is over and the owner has not stopped it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from verifier.accounts import notices, queries
from verifier.accounts.actions import plain_email, remove_second_factor, replace_email
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import AccountRequest, RequestKind, User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core import approval
from verifier.core.access import Role
from verifier.core.actor import INSTALLATION, Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db


def waiting(user: User) -> list[AccountRequest]:
    """Requests about this account that are neither done nor stopped."""
    of = _open().where(AccountRequest.user_id == user.id)
    return list(db.session.scalars(of.order_by(AccountRequest.asked_at)))


def all_waiting() -> list[AccountRequest]:
    """All requests that wait for a second person or for its time, the first due first."""
    return list(db.session.scalars(_open().order_by(AccountRequest.due_at)))


def request(request_id: UUID) -> AccountRequest | None:
    """One request."""
    return db.session.get(AccountRequest, request_id)


def ask_factor_removal(user: User, *, actor: Actor, now: datetime) -> AccountRequest:
    """Ask for the removal of the second factor of a person who lost it; the owner is told and can stop it."""
    if not secondfactor.is_set(user):
        raise Refusal("accounts.second_factor.missing")
    if actor.id == user.id:
        raise Refusal("accounts.request.oneself")
    return _ask(user, RequestKind.REMOVE_FACTOR, None, actor, now)


def ask_email(user: User, email: str, *, actor: Actor, now: datetime) -> AccountRequest:
    """Ask for another e-mail address of an account that is in use; its present address is told."""
    email = plain_email(email)
    if queries.by_email(email) is not None:
        raise Refusal("accounts.email.taken", email=email)
    return _ask(user, RequestKind.CHANGE_EMAIL, email, actor, now)


def confirm(request: AccountRequest, *, actor: Actor, now: datetime) -> None:
    """A second person confirms: neither who asked nor whom it concerns. The request is done at once."""
    _refuse_over(request)
    if actor.id is None or not approval.is_second(actor.id, asked_by=request.asked_by, concerned=request.user_id):
        raise Refusal("accounts.request.second_person")
    request.confirmed_by = actor.id
    _do(request, actor, now)


def stop(request: AccountRequest, *, actor: Actor, now: datetime) -> None:
    """Stop a request: its owner, or an administrator."""
    _refuse_over(request)
    request.stopped_at, request.stopped_by = now, actor.id
    db.session.flush()
    record(TrailAction.ACCOUNTS_REQUEST_STOPPED, actor, _subject(request.user), now=now, kind=str(request.kind))


def stop_all(user: User, kind: RequestKind, *, actor: Actor, now: datetime) -> None:
    """Stop requests that the owner has made pointless by changing it themselves."""
    for request in waiting(user):
        if request.kind is kind:
            stop(request, actor=actor, now=now)


def do_due(*, now: datetime) -> int:
    """Do every request whose notice period is over; returns how many."""
    due = list(db.session.scalars(_open().where(AccountRequest.due_at <= now).order_by(AccountRequest.due_at)))
    for request in due:
        _do(request, INSTALLATION, now)
    return len(due)


def _ask(user: User, kind: RequestKind, email: str | None, actor: Actor, now: datetime) -> AccountRequest:
    if any(request.kind is kind for request in waiting(user)):
        raise Refusal("accounts.request.waiting", name=user.name)
    request = AccountRequest(user=user, kind=kind, email=email, asked_by=actor.id, asked_at=now, due_at=approval.due_at(now))
    db.session.add(request)
    db.session.flush()
    db.session.refresh(request)
    record(TrailAction.ACCOUNTS_REQUEST_MADE, actor, _subject(user), now=now, kind=str(kind), due=request.due_at.isoformat())
    notices.asked(request, now=now)
    for administrator in queries.active_in_role(Role.ADMINISTRATOR):
        if approval.is_second(administrator.id, asked_by=actor.id, concerned=user.id):
            notices.to_confirm(request, administrator, now=now)
    return request


def _do(request: AccountRequest, actor: Actor, now: datetime) -> None:
    """Do what was asked; what has become impossible meanwhile ends as stopped."""
    user = request.user
    if request.kind is RequestKind.REMOVE_FACTOR and secondfactor.is_set(user):
        remove_second_factor(user, actor=actor, now=now)
    elif request.kind is RequestKind.CHANGE_EMAIL and request.email and queries.by_email(request.email) is None:
        replace_email(user, request.email, actor=actor, now=now)
    else:
        request.stopped_at = now
        return
    request.done_at = now
    db.session.flush()


def _refuse_over(request: AccountRequest) -> None:
    if request.done_at is not None or request.stopped_at is not None:
        raise Refusal("accounts.request.over")


def _open() -> Select[AccountRequest]:
    return select(AccountRequest).where(AccountRequest.done_at.is_(None), AccountRequest.stopped_at.is_(None))


def _subject(user: User) -> Subject:
    return Subject("account", str(user.id))
