"""Who is signed in on this request."""

from datetime import timedelta
from hashlib import sha256

from flask import current_app, g, session
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as DbSession
from werkzeug.local import LocalProxy

from verifier.accounts.models import SignedInSession, User
from verifier.core.actor import INSTALLATION, Actor
from verifier.core.errors import NotYours
from verifier.db import db, utcnow, writes_wanted
from verifier.web.operations.outages import outage_of

SEEN_EVERY = timedelta(seconds=60)


class Nobody:
    """A visitor who is not signed in."""

    is_authenticated = False
    name = ""
    language = None
    roles: frozenset[str] = frozenset()


def signed_in_user() -> User | None:
    """The person behind this request, or None."""
    return getattr(g, "user", None)


def this_user() -> User:
    """The person behind this request; a view that calls it names a permission that needs one."""
    user = signed_in_user()
    if user is None:
        raise NotYours
    return user


def current_actor() -> Actor:
    """Who acts, as actions and the trail know them."""
    user = signed_in_user()
    return Actor(user.id, user.name) if user else INSTALLATION


current_user: LocalProxy[User | Nobody] = LocalProxy(lambda: signed_in_user() or Nobody())


def token_hash(token: str) -> str:
    """What the database keeps of a session's token."""
    return sha256(token.encode()).hexdigest()


def load() -> bool:
    """Find the session of this request; an ended, idle, over-long or disabled one is nobody's. Says whether it began a new transaction."""
    g.user = g.signed_in = None
    token = session.get("token")
    if not token:
        return False
    row = db.session.scalar(select(SignedInSession).where(SignedInSession.token_hash == token_hash(token)))
    settings, now = current_app.extensions["verifier"].settings, utcnow()
    if (
        row is None
        or row.ended_at is not None
        or not row.user.is_active
        or now - row.last_seen_at > timedelta(minutes=settings.idle_minutes)
        or now - row.created_at > timedelta(hours=settings.session_hours)
    ):
        session.pop("token", None)
        return False
    g.user, g.signed_in = row.user, row
    if now - row.last_seen_at <= SEEN_EVERY:
        return False
    _note_seen(row)
    return True


def _note_seen(row: SignedInSession) -> None:
    """Written in a transaction of its own, so that a page that only reads stays a reader, and is shown where nothing can be written."""
    row_id = row.id
    db.session.rollback()
    wanted = writes_wanted.set(True)
    try:
        with DbSession(db.engine) as own, own.begin():
            own.execute(update(SignedInSession).where(SignedInSession.id == row_id).values(last_seen_at=utcnow()))
    except DBAPIError as error:
        if outage_of(error) is None:
            raise
    finally:
        writes_wanted.reset(wanted)
    row = db.session.get_one(SignedInSession, row_id)
    g.user, g.signed_in = row.user, row
