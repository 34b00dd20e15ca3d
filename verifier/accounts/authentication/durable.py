"""What must outlive a refusal: a failure counted, a code used up. Written now, and once more when the transaction is rolled back."""

from typing import Any

from sqlalchemy import CursorResult, Executable, event
from sqlalchemy.orm import Session

from verifier.db import db


def execute(statement: Executable) -> CursorResult[Any]:
    """Execute in this transaction; should that be rolled back, execute again in one of its own."""
    db.session.info.setdefault("lasting", []).append(statement)
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return done


@event.listens_for(db.session, "after_commit")
def _kept(done: Session) -> None:
    done.info.pop("lasting", None)


@event.listens_for(db.session, "after_rollback")
def _again(undone: Session) -> None:
    statements = undone.info.pop("lasting", [])
    if statements:
        with db.engine.begin() as own:
            for statement in statements:
                own.execute(statement)
