"""Queries on the queue: due jobs, one job, lists, counts by state."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from verifier.db import db
from verifier.jobs.models import Job, State
from verifier.jobs.task_registry import TASKS

STANDS: dict[State, ColumnElement[bool]] = {
    State.DONE: Job.done_at.is_not(None),
    State.GAVE_UP: Job.gave_up_at.is_not(None),
    State.RUNNING: and_(Job.done_at.is_(None), Job.gave_up_at.is_(None), Job.leased_by.is_not(None)),
    State.WAITING: and_(Job.done_at.is_(None), Job.gave_up_at.is_(None), Job.leased_by.is_(None)),
}


def due(now: datetime) -> ColumnElement[bool]:
    """Jobs available to a worker: due, not finished and without a valid lease."""
    free = or_(Job.leased_until.is_(None), Job.leased_until < now)
    return and_(Job.done_at.is_(None), Job.gave_up_at.is_(None), Job.run_at <= now, free, Job.kind.in_(sorted(TASKS)))


def job(id: UUID) -> Job | None:
    """One job."""
    return db.session.get(Job, id)


def of_key(kind: str, key: str) -> Job | None:
    """The job of a kind with a natural key."""
    return db.session.scalar(select(Job).where(Job.kind == kind, Job.key == key))


def stored_hashes() -> set[str]:
    """Hashes of stored bytes that jobs name: files that wait to be read, and files that can still be downloaded."""
    named = Job.arguments["sha256"].as_string()
    return {digest for digest in db.session.scalars(select(named).where(named.is_not(None))) if digest}


def jobs(search: str = "", state: str = "", kind: str = "") -> Select[Job]:
    """Jobs by what is searched in kind, key and error, the latest first."""
    rows = select(Job).order_by(Job.enqueued_at.desc(), Job.id.desc())
    if search.strip():
        like = f"%{search.strip()}%"
        rows = rows.where(or_(Job.kind.ilike(like), Job.key.ilike(like), Job.last_error.ilike(like)))
    if state in STANDS:
        rows = rows.where(STANDS[State(state)])
    return rows.where(Job.kind == kind) if kind else rows


def counts() -> dict[tuple[str, State], int]:
    """Number of jobs by kind and state."""
    where = case(*((condition, state.value) for state, condition in STANDS.items()))
    rows = db.session.execute(select(Job.kind, where, func.count()).group_by(Job.kind, where))
    return {(kind, State(state)): count for kind, state, count in rows}


def given_up() -> int:
    """Number of failed jobs."""
    return db.session.scalar(select(func.count()).select_from(Job).where(STANDS[State.GAVE_UP])) or 0
