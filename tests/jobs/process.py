"""A worker in a process of its own, with tasks that leave traces: `python -m tests.jobs.process FOLDER`."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import sleep

from verifier.accounts.models import Organisation
from verifier.app import create_app
from verifier.db import db, utcnow
from verifier.jobs import worker
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun


def trace(folder: str, line: str) -> None:
    """One line in one write, so that processes do not mix theirs."""
    with (Path(folder) / "traces").open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


@task("test.trace")
def leave_trace(work: JobRun, *, folder: str, number: int) -> None:
    trace(folder, f"{number} {os.getpid()}")
    sleep(0.02)


@task("test.hold", tries=3)
def hold(work: JobRun, *, folder: str) -> None:
    """Writes a row of the database, says so, and waits to be killed the first time."""
    db.session.add(Organisation(kind="unit", name=f"made by attempt {work.attempt}", created_at=utcnow()))
    db.session.flush()
    trace(folder, f"begun {work.attempt} {os.getpid()}")
    if work.attempt == 1:
        sleep(60)


if __name__ == "__main__":
    worker.LEASE = timedelta(seconds=5)
    trace(sys.argv[1], "up")
    worker.work(create_app(testing=True), Event(), poll=0.05)
