"""Challenges for passkeys: stored here, good once and for minutes, for one person, one purpose and one session."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update

from verifier.accounts.authentication import crypto, durable
from verifier.accounts.models import ChallengePurpose, PasskeyChallenge, User
from verifier.db import db

LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a challenge may be answered for: a purpose, in one session, for what is decided there (a case, where one is signed)."""

    purpose: ChallengePurpose
    session: str
    about: str = ""

    @property
    def binding(self) -> str:
        """The session and what is decided, as stored."""
        return crypto.mark("challenge", f"{self.session}\0{self.about}")


def issue(user: User, scope: Scope, *, now: datetime) -> str:
    """A new challenge (base64url); the scope's earlier one ends, so that there is never more than one to answer."""
    challenge = secrets.token_urlsafe(48)
    db.session.execute(delete(PasskeyChallenge).where(_of(user, scope), PasskeyChallenge.used_at.is_(None)))
    db.session.add(
        PasskeyChallenge(user_id=user.id, purpose=scope.purpose, binding=scope.binding, challenge=challenge, expires_at=now + LASTS)
    )
    return challenge


def use(user: User, scope: Scope, challenge: str, *, now: datetime) -> bool:
    """Whether the challenge may be answered in this scope; it is used up by this, whatever becomes of the request."""
    once = update(PasskeyChallenge).where(
        _of(user, scope),
        PasskeyChallenge.challenge == challenge,
        PasskeyChallenge.used_at.is_(None),
        PasskeyChallenge.expires_at.between(now, now + LASTS),
    )
    return durable.execute(once.values(used_at=now).execution_options(synchronize_session=False)).rowcount == 1


def _of(user: User, scope: Scope) -> ColumnElement[bool]:
    same_purpose = (PasskeyChallenge.user_id == user.id) & (PasskeyChallenge.purpose == scope.purpose)
    return same_purpose & (PasskeyChallenge.binding == scope.binding)
