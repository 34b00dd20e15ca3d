"""Deletes ended sessions, used links and old throttle counts; does requested changes of accounts that are due."""

from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import Delete, delete, or_

from verifier.accounts import requests
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import AccountLink, SignedInSession, ThrottleCount, UsedCode
from verifier.db import db, utcnow
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

log = structlog.get_logger()

KEPT = timedelta(days=30)
"""How long an ended session or link stays, so that what happened can be looked into."""
COUNTS_KEPT = timedelta(days=2)
"""Longer than any window or pause of the throttle."""


@task("accounts.sweep", every=timedelta(hours=1), keep=timedelta(days=2))
def sweep(_work: JobRun) -> None:
    """Delete what has been over for long enough; done twice it finds nothing."""
    removed = {name: db.session.execute(action).rowcount for name, action in _over(utcnow()).items()}  # type: ignore[attr-defined]
    log.info("swept", **removed)


@task("accounts.due", every=timedelta(hours=1), keep=timedelta(days=2))
def do_due_requests(_work: JobRun) -> None:
    """Do the requested changes of accounts whose notice period is over; done twice it finds nothing."""
    log.info("requests due", done=requests.do_due(now=utcnow()))


def _over(now: datetime) -> dict[str, Delete]:
    settings = current_app.extensions["verifier"].settings
    session_over = now - KEPT - timedelta(hours=settings.session_hours)
    steps_over = int((now - KEPT).timestamp()) // secondfactor.STEP
    return {
        "codes": delete(UsedCode).where(UsedCode.step < steps_over),
        "sessions": delete(SignedInSession).where(or_(SignedInSession.ended_at < now - KEPT, SignedInSession.created_at < session_over)),
        "links": delete(AccountLink).where(or_(AccountLink.used_at < now - KEPT, AccountLink.expires_at < now - KEPT)),
        "counts": delete(ThrottleCount).where(
            ThrottleCount.since < now - COUNTS_KEPT, or_(ThrottleCount.blocked_until.is_(None), ThrottleCount.blocked_until < now)
        ),
    }
