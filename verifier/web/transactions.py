"""Serialises writes per case with a PostgreSQL advisory lock; retries the whole request on a database conflict."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from random import uniform
from time import sleep
from uuid import UUID

import structlog
from flask import Flask, Response, request, session
from flask.globals import request_ctx
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict

from verifier.db import db, writes_wanted
from verifier.engagements.models import Engagement
from verifier.web.body_limits import LimitedRequest

log = structlog.get_logger()
TRIES = 5
PAUSE = 0.05
"""Seconds before the second try at most; doubled before each further one."""
COLLISIONS = frozenset({"40001", "40P01", "55P03", "23505"})
"""PostgreSQL: serialization failure, deadlock, lock not available, unique violation."""


def collided(error: BaseException) -> bool:
    """Whether the error is a conflict with a concurrent transaction, so that the request can be retried."""
    if isinstance(error, StaleDataError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error, IntegrityError) and "UNIQUE constraint failed" in str(error.orig):
        return True
    return getattr(error.orig, "sqlstate", None) in COLLISIONS or "database is locked" in str(error.orig)


class VerifierApp(Flask):
    """Flask that retries a request after a database conflict."""

    request_class = LimitedRequest

    def full_dispatch_request(self) -> Response:
        """The response of the first attempt without a conflict; after the last, the error page."""
        before = deepcopy(dict(session))
        for further in range(TRIES):
            try:
                return super().full_dispatch_request()
            except (DBAPIError, StaleDataError) as error:
                if not collided(error):
                    raise
                log.info("collision", endpoint=request.endpoint, kind=type(error).__name__, further=further)
            _begin_again(before)
            sleep(uniform(0, PAUSE * 2**further))  # noqa: S311 - spreads those who met
        return self.finalize_request(self.handle_http_exception(Conflict()))


def _begin_again(before: dict[str, object]) -> None:
    """Undo the request's changes to its transaction, cookie session and files before a retry."""
    db.session.rollback()
    session.clear()
    session.update(deepcopy(before))
    request_ctx.flashes = None
    for file in request.files.values():
        file.stream.seek(0)


def lock_case() -> None:
    """Before anything is read, take an advisory lock on what the URL names until the transaction ends; SQLite has a single writer."""
    if not writes_wanted.get() or db.engine.dialect.name != "postgresql":
        return
    about = _about(request.view_args or {})
    if about is not None:
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:about, 0))"), {"about": str(about)})


@contextmanager
def released() -> Iterator[None]:
    """Release the lock for slow work before anything was written; rows read before are reloaded after."""
    db.session.rollback()
    yield
    lock_case()


def _about(named: dict[str, object]) -> UUID | None:
    """A case is locked by its unit and year, so that the unit's own actions wait as well; else the first row named."""
    if "engagement_id" in named:
        return db.session.scalar(select(Engagement.unit_year_id).where(Engagement.id == named["engagement_id"]))
    return next((value for value in named.values() if isinstance(value, UUID)), None)
