"""Who is signed in on this request: Flask-Login's user, found by the token of a session row."""

from datetime import timedelta
from hashlib import sha256

import structlog
from flask import Flask, current_app, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user, logout_user
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as DbSession

from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import SignedInSession, User
from verifier.core.actor import INSTALLATION, Actor
from verifier.core.errors import NotYours
from verifier.db import db, lock_patience, utcnow, writing
from verifier.web.redirects import this_page

SEEN_EVERY = timedelta(seconds=60)
SEEN_PATIENCE = 20
"""Milliseconds; where others write, it is noted by a later request."""

log = structlog.get_logger()


class Nobody(AnonymousUserMixin):
    """A visitor who is not signed in."""

    name = ""
    language = None
    roles: frozenset[str] = frozenset()


login_manager = LoginManager()
login_manager.anonymous_user = Nobody
login_manager.session_protection = None


def install(app: Flask) -> None:
    """Sign-in goes through Flask-Login; templates and imported macros see `current_user`."""
    login_manager.user_loader(user_of)
    login_manager.unauthorized_handler(unauthorised)
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user


def unauthorised() -> ResponseReturnValue:
    """To the sign-in page, and from there back to this one; a program that sends a file in pieces is told so."""
    if "Tus-Resumable" in request.headers:
        return jsonify(signed_in=False), 401
    return redirect(url_for("accounts.sign_in", next=this_page()), 303)


def lacks_factor(user: User) -> bool:
    """Whether the person must have a second factor and has none, as after its removal or a fresh invitation."""
    return secondfactor.required(user) and not secondfactor.is_set(user)


def set_up_factor() -> ResponseReturnValue:
    """To the page where the second factor is set up; nothing of the page that was asked for is done."""
    return redirect(url_for("accounts.second_factor", next=this_page()), 303)


def user_of(token: str) -> User | None:
    """The person whose session has the token; a session that was ended, is idle or too old, or whose person is disabled, is nobody's."""
    be_nobody()
    row = db.session.scalar(select(SignedInSession).where(SignedInSession.token_hash == token_hash(token)))
    settings, now = current_app.extensions["verifier"].settings, utcnow()
    if (
        row is None
        or row.ended_at is not None
        or not row.user.is_active
        or now - row.last_seen_at > timedelta(minutes=settings.idle_minutes)
        or now - row.created_at > timedelta(hours=settings.session_hours)
    ):
        return None
    g.signed_in, row.user.session_token = row, token
    return row.user


def begin(user: User, token: str) -> None:
    """Sign the person in on this browser, with the token of a session row that was just made."""
    user.session_token = token
    login_user(user)


def end() -> None:
    """Forget in the browser's session who was signed in; ending the row is the action's."""
    logout_user()


def be_nobody() -> None:
    """Show the rest of this request as to a visitor, without asking the database; the browser stays signed in."""
    g.signed_in, g._login_user = None, Nobody()


def signed_in_user() -> User | None:
    """The person behind this request, or None."""
    user = current_user._get_current_object()
    return user if isinstance(user, User) else None


def sender() -> User | None:
    """Who was signed in when this request began: signing in or out does not change it."""
    row: SignedInSession | None = getattr(g, "signed_in", None)
    return row.user if row else None


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


def token_hash(token: str) -> str:
    """What the database keeps of a session's token."""
    return sha256(token.encode()).hexdigest()


def load() -> bool:
    """Find whose request this is, and note that they were seen. Says whether that began a new transaction."""
    g.signed_in = None
    g.pop("_login_user", None)
    if signed_in_user() is None:
        if "_user_id" in session:
            logout_user()
        return False
    row: SignedInSession = g.signed_in
    if utcnow() - row.last_seen_at <= SEEN_EVERY:
        return False
    _note_seen(row)
    return True


def _note_seen(row: SignedInSession) -> None:
    """Written in a transaction of its own that waits for nobody: a page only reads, and is shown where nothing can be written now."""
    row_id = row.id
    db.session.rollback()
    patience = lock_patience.set(SEEN_PATIENCE)
    try:
        with writing(), DbSession(db.engine) as own, own.begin():
            own.execute(update(SignedInSession).where(SignedInSession.id == row_id).values(last_seen_at=utcnow()))
    except (DBAPIError, OSError) as error:
        log.info("last_seen_not_noted", kind=type(error).__name__)
    finally:
        lock_patience.reset(patience)
    g.signed_in = db.session.get_one(SignedInSession, row_id)
