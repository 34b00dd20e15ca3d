"""What is over is forgotten after a while, and nothing else."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.people import Cast, sign_in
from verifier.accounts.authentication import links, throttle
from verifier.accounts.models import AccountLink, SignedInSession, ThrottleCount
from verifier.db import db, utcnow
from verifier.jobs import worker
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job


def swept(app: Flask, kind: str = "accounts.sweep") -> None:
    enqueue(kind, now=utcnow())
    db.session.commit()
    with app.app_context():
        assert worker.run_next()


@pytest.mark.parametrize(
    ("age", "ended", "stays"),
    [(1, None, True), (29, 29, True), (40, 20, False), (40, None, False), (31, 31, False)],
    ids=["open", "ended of late", "begun long ago", "never ended", "ended long ago"],
)
def test_sessions(app: Flask, cast: Cast, age: int, ended: int | None, stays: bool) -> None:
    sign_in(app.test_client(), cast.contact)
    now = utcnow()
    db.session.execute(
        update(SignedInSession).values(
            created_at=now - timedelta(days=age), ended_at=None if ended is None else now - timedelta(days=ended)
        )
    )
    swept(app)
    assert (db.session.scalar(select(SignedInSession)) is not None) is stays


@pytest.mark.parametrize(("used", "expires", "stays"), [(None, 1, True), (-1, 1, True), (-31, -24, False), (None, -31, False)])
def test_links(app: Flask, cast: Cast, used: int | None, expires: int, stays: bool) -> None:
    now = utcnow()
    links.issue(cast.contact, links.Purpose.RESET, now=now)
    at = None if used is None else now + timedelta(days=used)
    db.session.execute(update(AccountLink).values(used_at=at, expires_at=now + timedelta(days=expires)))
    swept(app)
    assert (db.session.scalar(select(AccountLink)) is not None) is stays


@pytest.mark.parametrize(("hours", "stays"), [(1, True), (47, True), (49, False)])
def test_throttle_counts(app: Flask, hours: int, stays: bool) -> None:
    throttle.count([throttle.Bucket("try", 5)], utcnow() - timedelta(hours=hours))
    db.session.commit()
    swept(app)
    assert (db.session.scalar(select(ThrottleCount)) is not None) is stays


def test_done_jobs_are_kept_as_long_as_their_kind_says(app: Flask) -> None:
    now = utcnow()
    for kind, days in (("mail.send", 300), ("mail.send", 401), ("accounts.sweep", 1), ("accounts.sweep", 3)):
        job = enqueue(kind, key=f"{kind}{days}", now=now)
        job.done_at = now - timedelta(days=days)
    db.session.commit()
    swept(app, "jobs.sweep")
    left = set(db.session.scalars(select(Job.key).where(Job.key.is_not(None))))
    assert left == {"mail.send300", "accounts.sweep1"}
