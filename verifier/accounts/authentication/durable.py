"""Writes that survive a rollback (failure counts, used codes): executed now, and again in a new transaction after a rollback.

A request is retried after a write collision: what it did durably in its first try counts once, and is not held against the second.
"""

from typing import Any

from flask import has_request_context, request
from sqlalchemy import CursorResult, Executable, event
from sqlalchemy.orm import Session

from verifier.db import db

DONE = "verifier.done_durably"


def execute(statement: Executable) -> CursorResult[Any]:
    """Execute in this transaction, and again in a separate one if it is rolled back."""
    db.session.info.setdefault("lasting", []).append(statement)
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return done


def done_by_this_request(key: str) -> bool:
    """Whether this request has done this before, in a try that collided."""
    return has_request_context() and key in request.environ.get(DONE, ())


def note_done(key: str) -> None:
    """Remember for the further tries of this request that this is done."""
    if has_request_context():
        request.environ.setdefault(DONE, set()).add(key)


@event.listens_for(db.session, "after_commit")
def _forget(done: Session) -> None:
    done.info.pop("lasting", None)


@event.listens_for(db.session, "after_rollback")
def _again(undone: Session) -> None:
    statements = undone.info.pop("lasting", [])
    if statements:
        with db.engine.begin() as own:
            for statement in statements:
                own.execute(statement)
