"""Refuses an action whose audit trail is damaged, so that no checkpoint vouches for what is left of it.

Constant work for each trail and transaction: the last row must be the one the head names, the last checkpoint must lie on the trail, and
a trail may begin only where nothing says that it began before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import scoped_session
from structlog import get_logger

from verifier.audit import cases, written_rows
from verifier.audit.checkpoints import Checkpoints
from verifier.audit.models import INSTALLATION_TRAIL, RecordedRow, TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.audit.trail_index import Step, Torn
from verifier.core.errors import Refusal
from verifier.db import db

log = get_logger()
CHECKED = "trails_checked"
_store: list[Callable[[], Checkpoints]] = []


@dataclass(frozen=True, slots=True)
class LockedHead:
    """The head of a trail, and number and hash of the last row that is there."""

    trail: str
    rows: int
    hash: str
    last_number: int | None
    last_hash: str | None


def watch(session: scoped_session[Any], store: Callable[[], Checkpoints]) -> None:
    """Register where the checkpoints of the running installation are; what was checked holds for one transaction."""
    _store[:] = [store]
    for ended in ("after_commit", "after_rollback"):
        event.listen(session, ended, lambda ending: ending.info.pop(CHECKED, None))


def refuse_damaged(head: LockedHead, case: UUID | None) -> None:
    """Refuse to append to a trail that was erased, cut or replaced; once in each transaction."""
    checked: set[str] = db.session.info.setdefault(CHECKED, set())
    if head.trail in checked or not _store:
        return
    store = _store[0]()
    if not (_continues(head, store) if head.rows else _begins(head.trail, case, store)):
        log.error("trail_damaged", trail=head.trail, rows=head.rows)
        raise Refusal("audit.trail.damaged")
    checked.add(head.trail)


def _begins(trail: str, case: UUID | None, store: Checkpoints) -> bool:
    """Whether a trail without rows is a new one."""
    left = select(TrailRow.number).where(TrailRow.trail == trail).limit(1)
    recorded = select(RecordedRow.times).where(RecordedRow.table_name == cases.table(), RecordedRow.trail == trail).limit(1)
    if db.session.scalar(left) is not None or db.session.scalar(recorded) is not None or store.last_head(trail) is not None:
        return False
    try:
        if store.index.steps().get(trail) is Step.SIGNED:
            return False
    except Torn:
        return False
    known = case is not None and not written_rows.inserted(cases.table(), str(case)) and cases.exists(case)
    return not known or not _recording()


def _recording() -> bool:
    """Whether every row is recorded since the marker in the installation's trail, and so the opening of every case."""
    marks = select(TrailRow.number).where(TrailRow.trail == INSTALLATION_TRAIL, TrailRow.action == str(TrailAction.AUDIT_ROWS_BEGUN))
    return db.session.scalar(marks.limit(1)) is not None


def _continues(head: LockedHead, store: Checkpoints) -> bool:
    """Whether the last row is the head's, and the last checkpoint lies on the trail."""
    if (head.last_number, head.last_hash) != (head.rows, head.hash):
        return False
    signed = store.last_head(head.trail)
    if signed is None:
        return store.may_begin(head.trail)
    if not signed.genuine or signed.rows > head.rows:
        return False
    there = select(TrailRow.hash).where(TrailRow.trail == head.trail, TrailRow.number == signed.rows)
    return signed.hash == (head.hash if signed.rows == head.rows else db.session.scalar(there))
