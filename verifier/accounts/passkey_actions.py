"""Adding and removing passkeys: other sessions end, the owner is told by mail, the trail records it."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from verifier.accounts import mail
from verifier.accounts.authentication import passkeys, proof, secondfactor, sessions
from verifier.accounts.authentication.challenges import Scope
from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.models import Passkey, User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db

MOST = 20
"""Passkeys of one person."""


def add(user: User, name: str, response: str, scope: Scope, *, factor: Factor, actor: Actor, now: datetime, here: UUID) -> list[str]:
    """Add a passkey; who had no second factor before gets recovery codes, shown once."""
    first = not secondfactor.is_set(user)
    proof.prove_present(user, factor, now=now)
    if len(user.passkeys) >= MOST:
        raise Refusal("accounts.passkey.many", most=MOST)
    passkeys.register(user, name, response, scope, now=now)
    db.session.expire(user, ["passkeys"])
    codes = secondfactor.renew_recovery_codes(user) if first else []
    ended = sessions.end_all(user, now=now, but=here)
    record(TrailAction.ACCOUNTS_PASSKEY_ADDED, actor, _subject(user), now=now, name=name, sessions_ended=ended)
    mail.post(user, lambda: _added(user, name), now=now)
    return codes


def remove(user: User, key: Passkey, *, factor: Factor, actor: Actor, now: datetime, here: UUID) -> None:
    """Remove one of the person's passkeys; the last factor of someone who needs one stays."""
    proof.prove_present(user, factor, now=now)
    if secondfactor.required(user) and not secondfactor.has_app(user) and len(user.passkeys) == 1:
        raise Refusal("accounts.passkey.last")
    name = key.name
    db.session.delete(key)
    db.session.flush()
    db.session.expire(user, ["passkeys"])
    ended = sessions.end_all(user, now=now, but=here)
    record(TrailAction.ACCOUNTS_PASSKEY_REMOVED, actor, _subject(user), now=now, name=name, sessions_ended=ended)
    mail.post(user, lambda: _removed(user, name), now=now)


def _added(user: User, name: str) -> mail.Words:
    text = _(
        "Hello %(name)s,\n\nThe passkey “%(passkey)s” was added to your Verifier account.\n\n"
        "If this was not you, change your password now and tell the administrator of your installation.\n",
        name=user.name,
        passkey=name,
    )
    return _("A passkey was added to your Verifier account"), text


def _removed(user: User, name: str) -> mail.Words:
    text = _(
        "Hello %(name)s,\n\nThe passkey “%(passkey)s” was removed from your Verifier account.\n\n"
        "If this was not you, change your password now and tell the administrator of your installation.\n",
        name=user.name,
        passkey=name,
    )
    return _("A passkey was removed from your Verifier account"), text


def _subject(user: User) -> Subject:
    return Subject("account", str(user.id))
