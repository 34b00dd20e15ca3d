"""Writes that survive a rollback (failure counts, used codes): executed now, and again in a new transaction after a rollback."""

from typing import Any

from sqlalchemy import CursorResult, Executable, event
from sqlalchemy.orm import Session

from verifier.db import db


def execute(statement: Executable) -> CursorResult[Any]:
    """Execute in this transaction, and again in a separate one if it is rolled back."""
    db.session.info.setdefault("lasting", []).append(statement)
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return done


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
