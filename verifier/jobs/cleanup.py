"""Deletes completed jobs after the retention period of their kind."""

from datetime import timedelta

import structlog
from sqlalchemy import delete

from verifier.db import db, utcnow
from verifier.jobs.models import Job
from verifier.jobs.task_registry import TASKS, task
from verifier.jobs.worker import JobRun

log = structlog.get_logger()

GIVEN_UP_KEPT = timedelta(days=365)


@task("jobs.sweep", every=timedelta(hours=1), keep=timedelta(days=2))
def sweep(_work: JobRun) -> None:
    """Delete completed jobs past retention, and jobs that failed more than a year ago."""
    now, removed = utcnow(), 0
    for kind, known in TASKS.items():
        done = delete(Job).where(Job.kind == kind, Job.done_at < now - known.keep)
        removed += db.session.execute(done).rowcount  # type: ignore[attr-defined]
    removed += db.session.execute(delete(Job).where(Job.gave_up_at < now - GIVEN_UP_KEPT)).rowcount  # type: ignore[attr-defined]
    log.info("swept", jobs=removed)
