"""Reads audit trails: pages of rows, the last change, verification."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import undefer

from verifier.audit import cases
from verifier.audit.actions import hashed, trail_of
from verifier.audit.checkpoints import Checkpoints, SignedHead
from verifier.audit.models import TrailHead, TrailRow
from verifier.audit.trail_index import Step, Torn
from verifier.core.chain import Break, ChainRow, Fault, first_break
from verifier.db import db


def last_change(case: UUID) -> int:
    """The number of the last row that changed the case; 0 when none has."""
    return db.session.scalar(select(TrailHead.last_change).where(TrailHead.trail == trail_of(case))) or 0


def changes_after(case: UUID, number: int) -> list[TrailRow]:
    """What changed the case after a given row."""
    rows = select(TrailRow).where(TrailRow.trail == trail_of(case), TrailRow.number > number, TrailRow.effect == "change")
    return list(db.session.scalars(rows.order_by(TrailRow.number)))


def trail(
    case: UUID | None, *, search: str = "", effect: str = "", actions: Collection[str] = (), subjects: bool = True
) -> Select[TrailRow]:
    """The rows of a trail, newest first; `actions` are found by `search` too, whatever they are called where it is shown.

    `subjects` is False for a reader who is not shown what the rows are about: then the search does not look there either.
    """
    rows = select(TrailRow).where(TrailRow.trail == trail_of(case)).order_by(TrailRow.number.desc())
    if search:
        columns = (TrailRow.actor_name, TrailRow.action, *((TrailRow.subject_id,) if subjects else ()))
        rows = rows.where(or_(*(column.icontains(search, autoescape=True) for column in columns), TrailRow.action.in_(actions)))
    return rows.where(TrailRow.effect == effect) if effect else rows


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of verifying one trail, with its first invalid row."""

    trail: str
    rows: int
    broken: Break | None


def verify(checkpoints: Checkpoints) -> Iterator[Verdict]:
    """Recompute every trail and compare it with its head in the database and every signed checkpoint outside."""
    known = {head.trail: head for head in db.session.scalars(select(TrailHead).order_by(TrailHead.trail))}
    stray = set(db.session.scalars(select(TrailRow.trail).distinct())) | set(checkpoints.trails()) | _signed_once(checkpoints)
    without = {str(case) for case in cases.ids()} - known.keys() - stray
    for name in sorted(without):
        yield Verdict(name, 0, Break(1, Fault.ERASED))
    for name in sorted(known.keys() | stray):
        yield _verdict(name, known.get(name), checkpoints)
        db.session.expunge_all()


def verify_one(checkpoints: Checkpoints, case: UUID | None) -> Verdict:
    """Recompute one trail, of a case or of the installation, without expiring objects in the session."""
    name = trail_of(case)
    return _verdict(name, db.session.get(TrailHead, name), checkpoints)


def _signed_once(checkpoints: Checkpoints) -> set[str]:
    """The trails of which the index says that they have a checkpoint; none where the index itself was changed."""
    try:
        return {trail for trail, step in checkpoints.index.steps().items() if step is Step.SIGNED}
    except Torn:
        return set()


def _verdict(name: str, head: TrailHead | None, checkpoints: Checkpoints) -> Verdict:
    rows = [chained(row) for row in db.session.scalars(whole(name))]
    return Verdict(name, len(rows), _break_of(name, rows, head, checkpoints))


def whole(name: str) -> Select[TrailRow]:
    """All rows of a trail in their order, with everything that is hashed."""
    return select(TrailRow).where(TrailRow.trail == name).order_by(TrailRow.number).options(undefer(TrailRow.rows))


def _break_of(name: str, rows: list[ChainRow], head: TrailHead | None, checkpoints: Checkpoints) -> Break | None:
    """The first fault against the newest genuine checkpoint, then the database head, then every older checkpoint."""
    signed = list(checkpoints.signed_heads(name))
    if not rows and name in {str(case) for case in cases.ids()}:
        return Break(1, Fault.ERASED)
    if not signed or not all(outside.genuine for outside in signed):
        return Break(len(rows), Fault.HEAD_UNKNOWN)
    newest = max(signed, key=lambda outside: outside.rows)
    found = first_break(rows[: newest.rows], newest.rows, newest.hash)
    if found is not None and found.fault is Fault.HEAD_UNKNOWN:
        found = _first_departure(rows, signed) or found
    if found is None and head is None:
        found = Break(len(rows), Fault.HEAD_UNKNOWN)
    if found is None and head is not None:
        found = first_break(rows, head.rows, head.hash)
    if found is None:
        wrong = next((outside for outside in signed if rows[outside.rows - 1].hash != outside.hash), None)
        found = Break(wrong.rows, Fault.EDITED) if wrong else None
    return found


def _first_departure(rows: list[ChainRow], signed: list[SignedHead]) -> Break | None:
    """The first row at which a rewritten chain departs from a signed checkpoint."""
    left = [outside.rows for outside in signed if 0 < outside.rows <= len(rows) and rows[outside.rows - 1].hash != outside.hash]
    return Break(min(left), Fault.EDITED) if left else None


def chained(row: TrailRow) -> ChainRow:
    """The row as it is hashed."""
    return ChainRow(row.number, row.previous, row.hash, hashed(row))
