"""The transaction of a request: begun, locked, retried and committed here.

Serialises writes per case with a PostgreSQL advisory lock (SQLite has one writer anyway); retries the whole request on deadlock,
serialisation failure or a key that another request has just written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from random import uniform
from time import sleep
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import structlog
from flask import Flask, Response, g, request, session
from flask.globals import request_ctx
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict

from verifier.audit.actions import postponed
from verifier.db import Outdated, db, note_lock, reading, write_transaction
from verifier.engagements.models import Engagement
from verifier.web import idempotency, permit, signed_in
from verifier.web.body_limits import LimitedRequest

log = structlog.get_logger()
T = TypeVar("T")
R = TypeVar("R")
TRIES = 5
PAUSE = 0.05
"""Seconds before the second try at most; doubled before each further one."""
PREPARED = "verifier.prepared"
"""Results of slow work, in the request's environment: a retry finds them."""
COLLISIONS = frozenset({"40001", "40P01", "55P03", "23505"})
"""PostgreSQL: serialization failure, deadlock, lock not available, unique violation."""


def collided(error: BaseException) -> bool:
    """Whether a concurrent transaction caused the error, so that the same request may succeed when it is retried."""
    if isinstance(error, StaleDataError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error, IntegrityError) and "UNIQUE constraint failed" in str(error.orig):
        return True
    return getattr(error.orig, "sqlstate", None) in COLLISIONS or "database is locked" in str(error.orig)


class _Prepared(Exception):
    """Slow work that rests on rows is done: the request begins anew, so that everything it checked is checked again."""


class VerifierApp(Flask):
    """Flask that retries a request whose transaction collided with another."""

    request_class = LimitedRequest

    def full_dispatch_request(self) -> Response:
        """The answer of the first try without a collision; after the last one, the page that says that someone else was faster."""
        if request.endpoint == "static":
            return super().full_dispatch_request()
        before = deepcopy(dict(session))
        for further in range(TRIES):
            try:
                return self._dispatch_prepared(before)
            except (DBAPIError, StaleDataError, Outdated) as error:
                if isinstance(error, Outdated):
                    request.environ.pop(PREPARED, None)
                elif not collided(error):
                    _reset(before)
                    raise
                log.info("collision", endpoint=request.endpoint, kind=type(error).__name__, further=further)
            _reset(before)
            sleep(uniform(0, PAUSE * 2**further))  # noqa: S311 - jitter, nothing secret
        return self.finalize_request(self.handle_http_exception(Conflict()))

    def _dispatch_prepared(self, before: dict[str, object]) -> Response:
        """The answer, after the request has begun anew once for each piece of work that it prepared."""
        while True:
            try:
                return super().full_dispatch_request()
            except _Prepared:
                _reset(before)


def _reset(before: dict[str, object]) -> None:
    """Undo what the request did to its transaction, its session cookie and its files."""
    db.session.rollback()
    session.clear()
    session.update(deepcopy(before))
    request_ctx.flashes = None
    for file in request.files.values():
        file.stream.seek(0)


def begin() -> Any:
    """Before every request: say whether it writes, lock its case, load the person, and replay a form that was done before."""
    for left_over in ("refusal", "is_invalid", "roles", "engagement", "time_zone"):
        g.pop(left_over, None)
    if request.endpoint == "static":
        return None
    idempotency.read_body()
    write_transaction.set(permit.will_write())
    lock_case()
    if signed_in.load():
        lock_case()
    return idempotency.replay()


def finish(response: Response) -> Response:
    """After every request: commit its one transaction; every error handler has rolled back before.

    Where the request only read, what it notes in the trail is written now, in a transaction that begins when the file is prepared.
    """
    if request.endpoint != "static":
        idempotency.remember(response)
        rows = postponed()
        if rows:
            db.session.rollback()
            write_transaction.set(True)
            lock_case()
            for row in rows:
                row()
        db.session.commit()
    return response


def install(app: Flask) -> None:
    """Register both ends."""
    app.before_request(begin)
    app.after_request(finish)
    for begun_anew in (_Prepared, Outdated):
        app.register_error_handler(begun_anew, _passed_on)


def _passed_on(error: Exception) -> NoReturn:
    """No page is shown for it: the request begins anew."""
    raise error


def lock_case() -> None:
    """Take the advisory lock of what the address names, until the transaction ends and before anything is read, where it writes."""
    if not write_transaction.get() or db.engine.dialect.name != "postgresql":
        return
    about = _about(request.view_args or {})
    if about is not None:
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:about, 0))"), {"about": str(about)})
        note_lock(db.session.connection())


@contextmanager
def released() -> Iterator[None]:
    """Slow work before anything was written, outside the transaction and its lock; rows read before are read anew afterwards."""
    db.session.rollback()
    yield
    lock_case()


def prepared(name: str, work: Callable[[], T]) -> T:
    """The result of slow work that reads and writes no row, done outside the transaction and its lock; a retry of the request uses it."""
    done: dict[str, Any] = request.environ.setdefault(PREPARED, {})
    if name not in done:
        with released():
            done[name] = work()
    result: T = done[name]
    return result


def prepared_from_rows(name: str, gather: Callable[[], T], work: Callable[[T], R]) -> R:
    """The result of slow work on what `gather` reads, before anything is written: neither holds the write lock, and `work` no transaction.

    The request then begins anew. Whoever writes the result raises `Outdated` where rows that it rests on were changed meanwhile: it is
    then prepared anew, as often as a request is retried.
    """
    done: dict[str, Any] = request.environ.setdefault(PREPARED, {})
    if name not in done:
        db.session.rollback()
        with reading():
            given = gather()
        done[name] = work(given)
        raise _Prepared
    result: R = done[name]
    return result


def _about(named: dict[str, object]) -> UUID | None:
    """The id to lock: of a case its unit and year, so that the unit's own actions on it wait as well; else the first in the address."""
    if "engagement_id" in named:
        return db.session.scalar(select(Engagement.unit_year_id).where(Engagement.id == named["engagement_id"]))
    return next((value for value in named.values() if isinstance(value, UUID)), None)
