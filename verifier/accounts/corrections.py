"""Corrections of someone's name and e-mail address by whoever manages them, and closing an organisation."""

from datetime import datetime

from verifier.accounts import requests
from verifier.accounts.actions import plain_email, replace_email, resend_invitation, roles_to_give
from verifier.accounts.models import AccountRequest, Kind, Organisation, User
from verifier.accounts.queries import by_email
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.core.errors import NotPermitted, Refusal
from verifier.core.subject import Subject
from verifier.db import check_version, db


def may_manage(manager: User, person: User) -> bool:
    """Whether someone manages a person: administrators everyone; coordinator, contact and responsible those of their organisation."""
    if manager.id == person.id:
        return False
    if Role.ADMINISTRATOR in manager.roles:
        return True
    return manager.organisation_id == person.organisation_id and roles_to_give(manager) is not None


def may_replace_sign_in(manager: User, person: User) -> bool:
    """Whether someone may change how a person signs in, or end it: who may also give all the roles the person has.

    Otherwise a contact could take over the account of the responsible person through an address of their own.
    """
    return may_manage(manager, person) and (Role.ADMINISTRATOR in manager.roles or person.roles <= (roles_to_give(manager) or frozenset()))


def correct_name(person: User, name: str, manager: User, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Correct a person's name; signatures and trail rows of before keep the one they were made with."""
    if not may_manage(manager, person):
        raise NotPermitted
    check_version(person, seen_version, lambda: Refusal("accounts.account.stale", name=person.name))
    before, person.name = person.name, name.strip()
    subject = Subject("account", str(person.id))
    record(TrailAction.ACCOUNTS_ACCOUNT_EDITED, actor, subject, now=now, before=before, after=person.name, language=person.language)


def correct_email(person: User, email: str, manager: User, *, actor: Actor, now: datetime) -> AccountRequest | None:
    """Correct an e-mail address: at once with a new invitation while the person has no password yet, otherwise as a request that waits."""
    if not may_manage(manager, person):
        raise NotPermitted
    if not may_replace_sign_in(manager, person):
        raise Refusal("accounts.email.by_administrator", name=person.name)
    if person.password_hash is not None:
        return requests.ask_email(person, email, actor=actor, now=now)
    email = plain_email(email)
    if by_email(email) is not None:
        raise Refusal("accounts.email.taken", email=email)
    replace_email(person, email, actor=actor, now=now)
    resend_invitation(person, actor=actor, now=now)
    return None


def close_organisation(organisation: Organisation, *, actor: Actor, now: datetime) -> None:
    """Close an organisation: nobody of it signs in any more, nobody is invited; what it did stays on record."""
    if organisation.kind is Kind.INSTALLATION:
        raise Refusal("accounts.organisation.own")
    if organisation.closed_at is not None:
        raise Refusal("accounts.organisation.closed", name=organisation.name)
    organisation.closed_at = now
    organisation.version += 1
    db.session.flush()
    record(TrailAction.ACCOUNTS_ORGANISATION_CLOSED, actor, Subject("organisation", str(organisation.id)), now=now)


def reopen_organisation(organisation: Organisation, *, actor: Actor, now: datetime) -> None:
    """Open a closed organisation again; accounts that were disabled one by one stay so."""
    if organisation.closed_at is None:
        raise Refusal("accounts.organisation.open", name=organisation.name)
    organisation.closed_at = None
    organisation.version += 1
    db.session.flush()
    record(TrailAction.ACCOUNTS_ORGANISATION_REOPENED, actor, Subject("organisation", str(organisation.id)), now=now)
