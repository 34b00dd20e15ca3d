"""Background job: calculates what the pages of a case show of its report, before somebody asks for them."""

from datetime import timedelta
from uuid import UUID

from verifier.checks.boundary import queries as boundary
from verifier.checks.data.analysis import queries as analysis
from verifier.checks.data.flags import queries as flags
from verifier.checks.data.versions import queries as versions
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.reports.derived_values import KIND


@task(KIND, tries=3, limit=timedelta(minutes=30), keep=timedelta(days=2), in_steps=True)
def keep_derived_values(_work: JobRun, *, case: str) -> None:
    """Keep what follows from the report of a case, its references and the rules; nothing in the database changes."""
    engagement = db.session.get_one(Engagement, UUID(case))
    boundary.rows_of(engagement)
    flags.keyed_of(engagement)
    analysis.summary_of(engagement)
    for step in versions.steps(engagement):
        versions.compared(step)
