"""Regular task: new signing keys whose notice period is over may be used."""

from datetime import timedelta

import structlog

from verifier.db import utcnow
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.statement.signing import key_approval

log = structlog.get_logger()


@task("statement.keys_due", every=timedelta(hours=1), keep=timedelta(days=2))
def put_due_keys_in_use(_work: JobRun) -> None:
    """Put keys in use that are due; done twice it finds nothing."""
    log.info("keys due", done=key_approval.do_due(now=utcnow()))
