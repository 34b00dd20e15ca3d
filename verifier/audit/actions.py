"""Appends audit trail rows: each row's hash covers the previous row's hash; written in the transaction of the action."""

from collections.abc import Mapping
from datetime import datetime
from json import loads
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from verifier.audit import trail_guard, written_rows
from verifier.audit.models import INSTALLATION_TRAIL, Effect, TrailHead, TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.core import chain
from verifier.core.actor import Actor
from verifier.core.subject import Subject
from verifier.db import db, uuid7


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
) -> TrailRow:
    """Append a row; `detail` must be serialisable to canonical JSON and contain no secret.

    The row carries the hashes of the domain rows written since the last one of this transaction: write first, then record.
    """
    db.session.flush()
    head = locked_head(trail_of(case))
    trail_guard.refuse_damaged(head, case)
    written = written_rows.pending()
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
    db.session.add(row)
    if head.rows == 0:
        db.session.info.setdefault("born", set()).add(head.trail)
    head.rows, head.hash = row.number, row.hash
    if effect is Effect.CHANGE:
        head.last_change = row.number
    db.session.flush()
    written_rows.keep(written, row.trail, row.number)
    db.session.info.setdefault("heads", {})[head.trail] = (head.rows, head.hash, now)
    return row


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


def locked_head(trail: str) -> TrailHead:
    """The head row of a trail, created if missing, locked until the transaction ends."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(TrailHead).values(trail=trail, rows=0, hash=chain.GENESIS, last_change=0)
    db.session.execute(first.on_conflict_do_nothing(index_elements=["trail"]))
    locked = select(TrailHead).where(TrailHead.trail == trail).with_for_update().execution_options(populate_existing=True)
    return db.session.execute(locked).scalar_one()
