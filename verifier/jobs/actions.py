"""Enqueues jobs in the transaction of the requesting action, and retries failed jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db, uuid7
from verifier.jobs.models import Job, State


def enqueue(
    kind: str, /, *, key: str | None = None, now: datetime, run_at: datetime | None = None, at_once: bool = False, **arguments: Any
) -> Job:
    """Enqueue a job, run after this transaction commits; returns the existing job for a known kind and key.

    `arguments` are plain JSON and hold nothing personal unless the task forgets them and they are sealed. With `at_once` the process
    that commits does it right away instead of leaving it to a worker; what fails there is tried again by a worker like any other.
    """
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    id = uuid7()
    row = insert(Job).values(
        id=id, kind=kind, key=key, arguments=arguments, enqueued_at=now, run_at=run_at or now, attempts=0, progress_done=0
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["kind", "key"]))
    same_job = Job.id == id if key is None else (Job.kind == kind) & (Job.key == key)
    job = db.session.scalars(select(Job).where(same_job)).one()
    if at_once and job.id == id:
        db.session.info.setdefault("at_once", []).append(id)
    return job


def try_again(job: Job, *, actor: Actor, now: datetime) -> None:
    """Requeue a failed job with its attempts reset."""
    if job.state is not State.GAVE_UP:
        raise Refusal("jobs.job.not_given_up")
    job.gave_up_at, job.attempts, job.run_at = None, 0, now
    job.leased_by = job.leased_until = None
    record(TrailAction.JOBS_JOB_RETRIED, actor, Subject("job", str(job.id)), now=now, effect=Effect.LOOK, kind=job.kind)
