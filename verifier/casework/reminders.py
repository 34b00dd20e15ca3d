"""Reminders of open tasks: once at each configured number of working days before the due date, and once when overdue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from verifier.accounts.models import User
from verifier.casework.events import notices
from verifier.casework.events.models import Notice
from verifier.casework.events.table import Event
from verifier.casework.to_do import waiting_for
from verifier.casework.waiting import Waiting
from verifier.core.clocks import Lateness, day_in, lateness
from verifier.db import batched, db, reading, utcnow, writing
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun
from verifier.rulepacks.calendars import working_days_between
from verifier.rulepacks.load import load

LATE = "late"
KEYS = 500
"""Keys looked up by one query."""
AT_ONCE = 20
"""Notices written by one transaction."""


@task("reminders.find", every=timedelta(hours=1), keep=timedelta(days=2), limit=timedelta(hours=2), in_steps=True)
def find(_work: JobRun) -> None:
    """Write reminders that are due now; one that was written is not repeated."""
    remind_everyone(now=utcnow())


def remind_everyone(*, now: datetime) -> None:
    """Remind every active user of tasks that are near their due date or overdue; read without the write lock, written person by person.

    The next digest mails them: one message for a person and a case, which names each task.
    """
    people = select(User.id).where(User.disabled_at.is_(None), User.password_hash.is_not(None)).order_by(User.id)
    with reading():
        ids = list(db.session.scalars(people))
    for user_id in ids:
        with reading():
            rows = _due_reminders(db.session.get_one(User, user_id), now)
        for portion in batched(rows, AT_ONCE):
            with writing():
                notices.write(portion)
                db.session.commit()


def task_key(each: Waiting) -> str:
    """What makes it one task to be reminded of: what, where, about which request, and when it is due."""
    which = each.things[0].label if each.is_of_request else ""
    return f"{each.what}:{each.case or each.unit_year}:{which}:{each.due}"


def rung(left: Lateness, working_days: int, days: tuple[int, ...]) -> str | None:
    """The applicable reminder: the smallest configured number that covers the working days left, or `late`; None if not yet due."""
    if left.is_late:
        return LATE
    return next((str(each) for each in sorted(days) if working_days <= each), None)


def _due_reminders(user: User, now: datetime) -> list[notices.Row]:
    """The notices of a person's tasks that are due now and not written yet."""
    days: tuple[int, ...] = current_app.extensions["verifier"].settings.remind_days
    found: list[tuple[Waiting, str]] = []
    for each in waiting_for(user):
        today = day_in(each.time_zone, now)
        at = rung(lateness(each.due, today), working_days_between(today, each.due, load(each.pack_id).calendar), days)
        if at is not None:
            found.append((each, f"{task_key(each)}:{at}"))
    known = _written(user.id, [occasion for _each, occasion in found])
    return [_row(user, each, occasion, now) for each, occasion in found if occasion not in known]


def _written(user_id: UUID, occasions: Sequence[str]) -> set[str]:
    """Those of the occasions that the person was reminded on."""
    found = set[str]()
    for portion in batched(occasions, KEYS):
        of = select(Notice.occasion).where(Notice.user_id == user_id, Notice.occasion.in_(portion))
        found.update(db.session.scalars(of.where(Notice.event.in_([Event.DUE_SOON, Event.OVERDUE]))))
    return found


def _row(user: User, each: Waiting, occasion: str, now: datetime) -> notices.Row:
    event = Event.OVERDUE if occasion.endswith(f":{LATE}") else Event.DUE_SOON
    about = each.things[0].label if each.is_of_request else ""
    return notices.notice((each.unit_year, each.case), event, user.id, occasion, about=about, now=now)
