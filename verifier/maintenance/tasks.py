"""Periodic job that sweeps leftovers of killed processes."""

from datetime import timedelta

from verifier.db import utcnow
from verifier.evidence.derived_files import clear_unused
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.maintenance.sweep import sweep


@task("evidence.sweep", every=timedelta(hours=6), keep=timedelta(days=2), limit=timedelta(hours=2), in_steps=True)
def sweep_leftovers(_work: JobRun) -> None:
    """Remove what a killed process left lying, and derived values that nobody asks for any more."""
    sweep(now=utcnow())
    clear_unused()
