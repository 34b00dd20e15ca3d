"""The worker: leases a job, runs it, and completes it in the same transaction, or reschedules it.

A task `in_steps` reads without the write lock and commits small transactions of its own; the job is completed in one more.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine, event, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from verifier.core.errors import Refusal
from verifier.db import db, longest_write, reading, utcnow, write_transaction, writing
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job
from verifier.jobs.queries import due
from verifier.jobs.task_registry import TASKS, Task

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
POLL = 1.0
LONGEST_WAIT = timedelta(hours=6)


class LostLease(RuntimeError):
    """The lease expired and another worker took the job: this run is rolled back."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job, as its task sees it."""

    id: UUID
    kind: str
    attempt: int
    mark: str
    engine: Engine

    def progress(self, done: int, total: int | None = None, words: str | None = None) -> None:
        """Report progress in a separate transaction; call before the task writes, since SQLite has one writer."""
        self.extend(progress_done=done, progress_total=total, progress_words=words)

    def extend(self, **values: Any) -> None:
        """Renew the lease; raises LostLease if the run no longer owns it."""
        with writing(), Session(self.engine) as own, own.begin():
            _mine(own, self, leased_until=utcnow() + LEASE, **values)


def run_next(*, only: UUID | None = None) -> bool:
    """Run one due job; False if there is none. Needs an application context of its own."""
    work_and_more = _claim(only)
    if work_and_more is None:
        return False
    work, task, arguments = work_and_more
    longest_write.set(0)
    try:
        with writing(), _held(work, task.limit):
            with reading() if task.in_steps else nullcontext():
                task.run(work, **arguments)
            _mine(
                db.session,
                work,
                done_at=utcnow(),
                leased_by=None,
                leased_until=None,
                last_error=None,
                **({"arguments": {}} if task.forget else {}),
            )
            db.session.commit()
    except LostLease:
        db.session.rollback()
        log.warning("job_lost", kind=work.kind, job=str(work.id), attempt=work.attempt)
    except Exception as error:
        db.session.rollback()
        _put_back(work, task, error)
    else:
        log.info("job_done", kind=work.kind, job=str(work.id), attempt=work.attempt, write_ms=round(longest_write.get() * 1000))
    return True


def schedule(now: datetime, known: dict[str, int]) -> None:
    """Enqueue periodic jobs, once per period; `known` are the periods already enqueued here."""
    for kind, task in TASKS.items():
        if task.every is None:
            continue
        span = int(now.timestamp() // task.every.total_seconds())
        if known.get(kind) != span:
            enqueue(kind, key=f"span:{span}", now=now)
            db.session.commit()
            known[kind] = span


def work(app: Flask, stop: Event, *, poll: float = POLL) -> None:
    """Run jobs until stopped; waits while the database is unavailable."""
    known = dict[str, int]()
    while not stop.is_set():
        ran, pause = False, poll
        try:
            with app.app_context():
                schedule(utcnow(), known)
            with app.app_context():
                ran = run_next()
        except DBAPIError as error:
            log.error("queue_unreachable", reason=type(error).__name__)
            pause = 5.0
        if not ran:
            stop.wait(pause)


def empty(app: Flask) -> None:
    """Run all jobs that are due now."""
    known = dict[str, int]()
    with app.app_context():
        schedule(utcnow(), known)
    ran = True
    while ran:
        with app.app_context():
            ran = run_next()


def start_thread(app: Flask) -> Callable[[], None]:
    """Run a worker in a thread of this process; the returned function stops it after the current job."""
    stop = Event()
    thread = Thread(target=work, args=(app, stop), name="jobs", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(10)

    return end


def _claim(only: UUID | None) -> tuple[JobRun, Task, dict[str, Any]] | None:
    """Lease one available job; a job that has killed its worker too often is marked as failed."""
    now = utcnow()
    due_jobs = select(Job).where(due(now)).order_by(Job.run_at, Job.id).limit(1)
    if only is not None:
        due_jobs = due_jobs.where(Job.id == only)
    elif not _anything(due_jobs):
        return None
    with writing(), Session(db.engine, expire_on_commit=False) as own:
        while True:
            with own.begin():
                job = own.scalar(due_jobs.with_for_update(skip_locked=True))
                if job is None:
                    return None
                task, mark = TASKS[job.kind], f"{socket.gethostname()}:{os.getpid()}:{uuid4()}"
                if job.attempts < task.tries:
                    job.attempts += 1
                    job.leased_by, job.leased_until = mark, utcnow() + LEASE
                    return JobRun(job.id, job.kind, job.attempts, mark, db.engine), task, dict(job.arguments)
                job.leased_by = job.leased_until = None
                job.gave_up_at, job.last_error = now, "the worker died each time"
            log.error("job_gave_up", kind=job.kind, job=str(job.id), reason=job.last_error)


def _anything(query: Any) -> bool:
    """Checked without the write lock, since usually nothing is due."""
    wants = write_transaction.set(False)
    try:
        with Session(db.engine) as own:
            return own.scalar(query) is not None
    finally:
        write_transaction.reset(wants)


def _mine(session: Any, work: JobRun, **values: Any) -> None:
    """Update the row only while this run owns the lease."""
    row = update(Job).where(Job.id == work.id, Job.leased_by == work.mark, Job.done_at.is_(None))
    if session.execute(row.values(**values).execution_options(synchronize_session=False)).rowcount != 1:
        raise LostLease(work.kind)


def _put_back(work: JobRun, task: Task, error: Exception) -> None:
    """Reschedule with increasing delay; after the last attempt mark the job as failed and log it."""
    now, reason = utcnow(), _reason(error)
    last = work.attempt >= task.tries
    wait = min(timedelta(seconds=5 * 3 ** min(work.attempt - 1, 9)), LONGEST_WAIT)
    after = {"gave_up_at": now} if last else {"run_at": now + wait}
    with writing(), Session(work.engine) as own, own.begin():
        try:
            _mine(own, work, leased_by=None, leased_until=None, last_error=reason, **after)
        except LostLease:
            return
    write = log.error if last else log.warning
    write("job_gave_up" if last else "job_failed", kind=work.kind, job=str(work.id), attempt=work.attempt, reason=reason)


def _reason(error: Exception) -> str:
    """Error class and code; the text may contain personal data and is omitted."""
    if isinstance(error, Refusal):
        return error.message
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


@contextmanager
def _held(work: JobRun, limit: timedelta) -> Iterator[None]:
    """Renew the lease in a thread while the task runs, up to the time limit of its kind."""
    over, ends = Event(), monotonic() + limit.total_seconds()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 3) and monotonic() < ends:
            try:
                work.extend()
            except LostLease:
                return
            except DBAPIError as error:
                log.warning("lease_not_renewed", kind=work.kind, reason=type(error).__name__)

    thread = Thread(target=renew, name=f"lease:{work.kind}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


@event.listens_for(db.session, "after_commit")
def _at_once(done: Any) -> None:
    """Run jobs requested with `at_once` in a new context: the committed session must not be reused."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    for id in done.info.pop("at_once", []):
        try:
            with app.app_context():
                run_next(only=id)
        except DBAPIError as error:
            log.warning("job_left_to_a_worker", job=str(id), reason=type(error).__name__)


@event.listens_for(db.session, "after_rollback")
def _forget(undone: Any) -> None:
    undone.info.pop("at_once", None)
