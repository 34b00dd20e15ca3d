"""Command-line functions for people: add, list, invite again, send a reset link, disable, ask for the removal of a second factor."""

from collections.abc import Collection
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from sqlalchemy import select

from verifier.accounts import actions, mail, queries, requests
from verifier.accounts.authentication import crypto, links, secondfactor
from verifier.accounts.models import Organisation, Purpose, User
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Role
from verifier.core.actor import INSTALLATION
from verifier.core.errors import Refusal
from verifier.db import db, utcnow


def add_user(email: str, name: str, organisation: str, kind: str, roles: Collection[Role], password: str | None = None) -> str | None:
    """Add a person, and their organisation when there is none of that name; returns the invitation's address, or None with a password.

    Commits: the command line is the one caller.
    """
    now = utcnow()
    home = db.session.scalar(select(Organisation).where(Organisation.name == organisation))
    if home is None:
        home = actions.create_organisation(kind, organisation, actor=INSTALLATION, now=now)
    elif home.kind != kind:
        raise Refusal("accounts.organisation.other_kind", organisation=organisation, kind=home.kind)
    address = None
    if password is None:
        _user, token = actions.invite(home, email, name, roles=roles, actor=INSTALLATION, now=now)
        address = mail.link_address(token)
    else:
        actions.create_user(home, email, name, roles=roles, password=password, actor=INSTALLATION, now=now)
    db.session.commit()
    return address


def ask_factor_removal(email: str) -> datetime:
    """Ask for the removal of a second factor; returns when it takes effect, unless it is confirmed earlier or stopped.

    Commits: the command line is the one caller. It cannot confirm: a second person does, signed in.
    """
    user = _known(email)
    asked = requests.ask_factor_removal(user, actor=INSTALLATION, now=utcnow())
    db.session.commit()
    return asked.due_at


def people_list() -> list[dict[str, Any]]:
    """Everyone: e-mail, name, organisation, kind, roles, whether they may sign in, whether they have a second factor."""
    return [
        {
            "email": user.email,
            "name": user.name,
            "organisation": user.organisation.name,
            "kind": user.organisation.kind,
            "roles": sorted(user.roles),
            "status": "disabled" if not user.is_active else "invited" if user.password_hash is None else "active",
            "second_factor": secondfactor.is_set(user),
        }
        for user in db.session.scalars(queries.people())
    ]


def send_link(email: str) -> str:
    """Send someone a link to set their password: an invitation where they have none yet, else a reset; returns its address.

    A reset keeps the second factor: whoever has the link still needs it. Commits: the command line is the one caller.
    """
    user, now = _known(email), utcnow()
    if user.password_hash is None:
        token = actions.resend_invitation(user, actor=INSTALLATION, now=now)
    else:
        if not user.is_active:
            raise Refusal("accounts.account.disabled", name=user.name)
        token = links.issue(user, Purpose.RESET, now=now)
        mail.send_link(user, Purpose.RESET, token, now=now)
        record(TrailAction.ACCOUNTS_ACCOUNT_LINK_ASKED, INSTALLATION, actions.subject_of(user), now=now, effect=Effect.LOOK)
    db.session.commit()
    return mail.link_address(token)


def disable(email: str) -> None:
    """Disable an account; the last administrator who can sign in stays. Commits: the command line is the one caller."""
    user = _known(email)
    if Role.ADMINISTRATOR in user.roles and [each.id for each in queries.active_in_role(Role.ADMINISTRATOR)] == [user.id]:
        raise Refusal("accounts.administrator.last", name=user.name)
    actions.disable(user, actor=INSTALLATION, now=utcnow())
    db.session.commit()


def _known(email: str) -> User:
    user = queries.by_email(actions.plain_email(email))
    if user is None:
        raise Refusal("accounts.account.unknown", email=email)
    return user


def current_code(email: str) -> str | None:
    """A code the person has not used yet: this step's, else the next one's, waiting where both were used; None without a second factor."""
    while True:
        user = queries.by_email(actions.plain_email(email))
        if user is None or not secondfactor.is_set(user) or user.totp_secret is None:
            return None
        now, last, secret = utcnow(), user.totp_last_step, crypto.opened("totp", user.totp_secret)
        ahead = max(0, last + 1 - int(now.timestamp()) // secondfactor.STEP)
        if last > secondfactor.latest_step(now):
            ahead = 0
        if ahead <= 1:
            return secondfactor.code(secret, now + timedelta(seconds=secondfactor.STEP * ahead))
        db.session.rollback()
        sleep(1)
