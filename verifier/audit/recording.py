"""Begins the recording of domain rows in an installation, and records what was written without an action of its own.

From the marker in the installation's trail on, every row of a recorded table must have a recorded hash.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from verifier.audit import recorded_rows, written_rows
from verifier.audit.actions import locked_head, record
from verifier.audit.models import INSTALLATION_TRAIL, Effect, RecordedRow, TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import INSTALLATION
from verifier.core.subject import Subject
from verifier.db import db, reading, utcnow

PORTION = 500
"""Rows recorded by one trail row when recording begins."""
MARK = {"table_name": "", "row_key": ""}
"""Key of the index line that says that recording has begun."""
SUBJECT = Subject("installation", "")


def begin(*, now: datetime) -> bool:
    """Record every row that is there, then the marker; False where recording began before. Rows are taken as they are found."""
    locked_head(INSTALLATION_TRAIL)
    began = begun_at()
    if began is None:
        for table in recorded_rows.tables():
            keys = recorded_rows.all_keys(table)
            for first in range(0, len(keys), PORTION):
                _record_portion(table, keys[first : first + PORTION], now)
        record(TrailAction.AUDIT_ROWS_BEGUN, INSTALLATION, SUBJECT, now=now, effect=Effect.LOOK)
        began = begun_at()
    elif db.session.get(RecordedRow, ("", "")) is not None:
        return False
    insert = (postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite).insert(RecordedRow.__table__)
    mark = insert.values(**MARK, times=1, sha256=None, trail=INSTALLATION_TRAIL, number=began)
    db.session.connection().execute(mark.on_conflict_do_nothing(index_elements=list(MARK)))
    return True


def is_marked() -> bool:
    """Whether the index says that recording has begun; read without a lock, before a start takes one to begin it."""
    with reading():
        return db.session.get(RecordedRow, ("", "")) is not None


def begun_at() -> int | None:
    """Number of the marker in the installation's trail."""
    marks = select(TrailRow.number).where(TrailRow.trail == INSTALLATION_TRAIL, TrailRow.action == str(TrailAction.AUDIT_ROWS_BEGUN))
    return db.session.scalar(marks.order_by(TrailRow.number).limit(1))


def watch(session: scoped_session[Any]) -> None:
    """Register the listener that records what is left when a transaction commits; before the one that announces trails."""
    event.listen(session, "before_commit", _record_left)


def _record_left(session: Session) -> None:
    """Rows written after the last trail row of a transaction, or in one without any, are recorded by the installation.

    Before recording has begun, only those that an action has recorded already.
    """
    session.flush()
    if not session.info.get(written_rows.WRITTEN):
        return
    if db.session.get(RecordedRow, ("", "")) is None:
        written_rows.leave_unknown()
    if written_rows.pending():
        record(TrailAction.AUDIT_ROWS_RECORDED, INSTALLATION, SUBJECT, now=utcnow(), effect=Effect.LOOK)


def _record_portion(table: str, keys: Sequence[tuple[Any, ...]], now: datetime) -> None:
    written_rows.to_be_recorded(table, keys)
    if written_rows.pending():
        record(TrailAction.AUDIT_ROWS_RECORDED, INSTALLATION, SUBJECT, now=now, effect=Effect.LOOK, table=table)
