"""Work without a page at many cases: how long the reminders hold the write lock, and how long the application takes to start."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

from sqlalchemy import func, select, update

from bench.pages import house
from bench.stopwatch import Figure
from tests import make
from verifier.accounts.models import User
from verifier.app import create_app
from verifier.casework.reminders import remind_everyone
from verifier.config import Settings
from verifier.db import db, longest_write, reading, utcnow, write_transaction
from verifier.engagements.models import Engagement
from verifier.jobs.models import Job
from verifier.maintenance import commands as maintenance

CASES, MANY = 1_000, 10_000
HELD, TIMES = 1, 2
LATER = timedelta(days=800)
"""Every task is overdue by then."""


def measured() -> Iterator[Figure]:
    """Reminders at 1,000 cases; starting at 10,000 beside starting with few."""
    with house() as (app, _client, case):
        key, settings = case.id, app.extensions["verifier"].settings
        db.session.remove()  # a transaction left open here would keep the start from writing
        few = _started(settings)
        write_transaction.set(True)
        make.more_cases(db.session.get_one(Engagement, key), CASES)
        db.session.connection().execute(update(User).values(password_hash="set"))  # who cannot sign in is not reminded
        db.session.commit()
        db.session.remove()
        longest_write.set(0)
        start = perf_counter()
        remind_everyone(now=utcnow() + LATER)
        took = perf_counter() - start
        with reading():
            sent = db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == "mail.send"))
        note = f"{took:.1f} s in all, {sent} messages"
        yield Figure(f"reminders at {CASES:,} cases: longest hold of the write lock", longest_write.get(), "s", HELD, note=note)
        write_transaction.set(True)
        make.more_cases(db.session.get_one(Engagement, key), MANY)
        db.session.commit()
        db.session.remove()
        many = _started(settings)
        yield Figure(f"starting with {MANY:,} cases beside few", many / few, "×", TIMES, note=f"{many:.1f} s / {few:.1f} s")


def _started(settings: Settings) -> float:
    """Seconds until the same installation is ready to serve; the better of two starts."""
    taken = []
    for _ in range(2):
        start = perf_counter()
        maintenance.at_start(create_app(settings))
        taken.append(perf_counter() - start)
    return min(taken)
