"""Sessions: created with a new token, listed, and ended."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, select, update

from verifier.accounts.authentication import crypto
from verifier.accounts.authentication.throttle import Visitor
from verifier.accounts.models import SignedInSession, User
from verifier.db import db


def begin(user: User, visitor: Visitor, *, second_factor: bool, now: datetime) -> str:
    """The token of a new session; nothing of an earlier one is carried over."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignedInSession(
            user_id=user.id,
            token_hash=crypto.random_mark(token),
            created_at=now,
            last_seen_at=now,
            address=visitor.address,
            browser=visitor.browser[:200],
            second_factor_at=now if second_factor else None,
        )
    )
    db.session.flush()
    return token


def open_ones(user: User, *, now: datetime) -> Select[SignedInSession]:
    """The person's sessions that still hold, the latest first."""
    settings = current_app.extensions["verifier"].settings
    return (
        select(SignedInSession)
        .where(
            SignedInSession.user_id == user.id,
            SignedInSession.ended_at.is_(None),
            SignedInSession.last_seen_at >= now - timedelta(minutes=settings.idle_minutes),
            SignedInSession.created_at >= now - timedelta(hours=settings.session_hours),
        )
        .order_by(SignedInSession.last_seen_at.desc(), SignedInSession.id)
    )


def end(user: User, session_id: UUID, *, now: datetime) -> bool:
    """End one session of the person; False when it is not theirs or already ended."""
    one = update(SignedInSession).where(
        SignedInSession.id == session_id, SignedInSession.user_id == user.id, SignedInSession.ended_at.is_(None)
    )
    return bool(db.session.execute(one.values(ended_at=now)).rowcount)  # type: ignore[attr-defined]


def end_all(user: User, *, now: datetime, but: UUID | None = None) -> int:
    """End every session of the person, except perhaps the one they are in; returns how many."""
    every = update(SignedInSession).where(SignedInSession.user_id == user.id, SignedInSession.ended_at.is_(None))
    if but is not None:
        every = every.where(SignedInSession.id != but)
    return int(db.session.execute(every.values(ended_at=now)).rowcount)  # type: ignore[attr-defined]
