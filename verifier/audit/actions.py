"""Appends audit trail rows: each row's hash covers the previous row's hash; written in the transaction of the action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from json import loads
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from verifier.audit import before_after, trail_guard, written_rows
from verifier.audit.models import INSTALLATION_TRAIL, Effect, TrailHead, TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.audit.trail_guard import LockedHead
from verifier.core import chain
from verifier.core.actor import Actor
from verifier.core.subject import Subject
from verifier.db import db, uuid7, write_transaction

POSTPONED = "postponed_rows"
CHANGED_CASES = "changed_cases"
"""Name in the session's `info`: the cases that this transaction changed, each with the number of its first such row."""
RECORDED = "recorded_acts"


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act as it was recorded, for those that must be told of it in the same transaction."""

    action: TrailAction
    actor_id: UUID | None
    subject: Subject
    case: UUID | None
    row: str
    """Trail and number of its row."""
    detail: Mapping[str, object]
    now: datetime


def trail_of(case: UUID | None) -> str:
    """Name of the trail of a case, or of the installation's trail."""
    return INSTALLATION_TRAIL if case is None else str(case)


def record(
    action: TrailAction,
    actor: Actor,
    subject: Subject,
    *,
    now: datetime,
    case: UUID | None = None,
    effect: Effect = Effect.CHANGE,
    **detail: object,
) -> None:
    """Append a row; `detail` must be serialisable to canonical JSON and contain no secret.

    The row carries the hashes of the domain rows written since the last one of this transaction: write first, then record. Where it
    changes a case, `detail` also states the values that changed, before and after. In a
    transaction that only reads, a `LOOK` is postponed until what `postponed` returns is called: a file is prepared without the lock.
    """
    if effect is Effect.LOOK and not write_transaction.get() and not db.session.info.get(written_rows.WRITTEN):
        again = partial(record, action, actor, subject, now=now, case=case, effect=effect, **detail)
        db.session.info.setdefault(POSTPONED, []).append(again)
        return
    db.session.flush()
    head = locked_head(trail_of(case))
    trail_guard.refuse_damaged(head, case)
    written, edited = written_rows.pending(), before_after.taken()
    if case is not None and effect is Effect.CHANGE:
        db.session.info.setdefault(CHANGED_CASES, {}).setdefault(case, head.rows + 1)
        if edited:
            detail = {**detail, "changed": edited[: before_after.MOST], "changed_in_all": len(edited)}
    row = TrailRow(
        id=uuid7(),
        trail=head.trail,
        number=head.rows + 1,
        recorded_at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        action=str(action),
        subject_kind=subject.kind,
        subject_id=subject.id,
        effect=effect,
        detail=loads(chain.canonical_json(detail)),
        rows=written or None,
        previous=head.hash,
    )
    row.hash = chain.row_hash(row.previous, hashed(row))
    _append(row)
    if head.rows == 0:
        db.session.info.setdefault("born", set()).add(head.trail)
    written_rows.keep(written, row.trail, row.number)
    db.session.info.setdefault("heads", {})[head.trail] = (row.number, row.hash, now)
    if effect is not Effect.LOOK:
        act = RecordedAct(action, actor.id, subject, case, f"{head.trail}:{row.number}", detail, now)
        db.session.info.setdefault(RECORDED, []).append(act)


def recorded_acts() -> list[RecordedAct]:
    """The acts recorded by this transaction since this was asked last, in order."""
    found: list[RecordedAct] = db.session.info.pop(RECORDED, [])
    return found


def changed_cases() -> dict[UUID, int]:
    """The cases changed by this transaction since this was asked last, each with the number of the first row that changed it."""
    found: dict[UUID, int] = db.session.info.pop(CHANGED_CASES, {})
    return found


def postponed() -> list[Callable[[], None]]:
    """The rows postponed by this transaction, each to be recorded by a call in one that writes; asked for once."""
    found: list[Callable[[], None]] = db.session.info.pop(POSTPONED, [])
    return found


@event.listens_for(db.session, "after_rollback")
def _forget(undone: Session) -> None:
    undone.info.pop(POSTPONED, None)
    undone.info.pop(CHANGED_CASES, None)
    undone.info.pop(RECORDED, None)


def _append(row: TrailRow) -> None:
    """Insert the row and move the head on, past the session: nothing else changes these two tables."""
    connection = db.session.connection()
    connection.execute(insert(TrailRow), {name: getattr(row, name) for name in _COLUMNS})
    moved = {"rows": row.number, "hash": row.hash, **({"last_change": row.number} if row.effect is Effect.CHANGE else {})}
    connection.execute(update(TrailHead).where(TrailHead.trail == row.trail).values(**moved))


def hashed(row: TrailRow) -> Mapping[str, object]:
    """The hashed content of a row: every column except the hashes; the domain rows it recorded only where there are any."""
    content = {
        "trail": row.trail,
        "number": row.number,
        "at": row.recorded_at,
        "actor": row.actor_id,
        "name": row.actor_name,
        "deed": row.action,
        "subject": [row.subject_kind, row.subject_id],
        "effect": str(row.effect),
        "detail": row.detail,
    }
    return content if row.rows is None else {**content, "rows": row.rows}


def locked_head(trail: str) -> LockedHead:
    """The head of a trail with its last row, created if missing, locked until the transaction ends."""
    found = _select_head(trail)
    if found is None:
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(TrailHead.__table__).values(trail=trail, rows=0, hash=chain.GENESIS, last_change=0)
        db.session.connection().execute(first.on_conflict_do_nothing(index_elements=["trail"]))
        found = _select_head(trail)
    assert found is not None
    return found


def _select_head(trail: str) -> LockedHead | None:
    row = db.session.connection().execute(_HEAD, {"trail": trail}).first()
    return LockedHead(*tuple[Any, ...](row)) if row is not None else None


_COLUMNS = tuple(column.key for column in TrailRow.__table__.columns)
_LAST = select(TrailRow.number, TrailRow.hash).where(TrailRow.trail == bindparam("trail")).order_by(TrailRow.number.desc()).limit(1)
_HEAD = (
    select(
        *(TrailHead.__table__.c[name] for name in ("trail", "rows", "hash")),
        _LAST.with_only_columns(TrailRow.number).scalar_subquery(),
        _LAST.with_only_columns(TrailRow.hash).scalar_subquery(),
    )
    .where(TrailHead.trail == bindparam("trail"))
    .with_for_update(of=TrailHead)
)
"""One statement for the head and the last row, built once."""
