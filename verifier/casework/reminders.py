"""Reminder e-mails for open tasks: once at each configured number of days before the due date, and once when overdue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import current_app
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from verifier.accounts import mail
from verifier.accounts.models import User
from verifier.casework import list_rows
from verifier.casework.list_rows import UnitYearRow
from verifier.casework.to_do import Waiting, waiting_for
from verifier.casework.trail_wording import WAITING
from verifier.core.clocks import Lateness, day_in, lateness
from verifier.db import batched, db, reading, utcnow, writing
from verifier.jobs.queries import known_keys
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

LATE = "late"
KEYS = 500
"""Keys looked up by one query."""
AT_ONCE = 5
"""Messages put into the queue by one transaction."""


@task("reminders.find", every=timedelta(hours=1), keep=timedelta(days=2), limit=timedelta(hours=2), in_steps=True)
def find(_work: JobRun) -> None:
    """Enqueue reminders due now; a reminder already sent has the same key and is not repeated."""
    remind_everyone(now=utcnow())


def remind_everyone(*, now: datetime) -> None:
    """Remind every active user of tasks that are near their due date or overdue; read without the write lock, written person by person."""
    people = select(User.id).where(User.disabled_at.is_(None), User.password_hash.is_not(None)).order_by(User.id)
    with reading():
        ids = list(db.session.scalars(people))
    for user_id in ids:
        with reading():
            reminders = list(_due_reminders(db.session.get_one(User, user_id), now))
        for portion in batched(reminders, AT_ONCE):
            with writing():
                user = db.session.get_one(User, user_id)
                for each in portion:
                    mail.post(user, partial(_words, user, each), now=now, key=each.key)
                db.session.commit()


@dataclass(frozen=True, slots=True)
class Reminder:
    """One task of a person that is near its due date or overdue."""

    key: str
    waiting: Waiting
    left: Lateness
    unit_year: UnitYearRow


def _due_reminders(user: User, now: datetime) -> Iterator[Reminder]:
    """The reminders of a person that are due now and not in the queue yet."""
    days: tuple[int, ...] = current_app.extensions["verifier"].settings.remind_days
    found = []
    for each in waiting_for(user):
        left = lateness(each.due, day_in(each.time_zone, now))
        if (at := rung(left, days)) is not None:
            found.append((f"reminder:{user.id}:{each.what}:{each.case or each.unit_year}:{left.due}:{at}", each, left))
    for batch in batched(found, KEYS):
        sent = known_keys("mail.send", [key for key, _each, _left in batch])
        due = [(key, each, left) for key, each, left in batch if key not in sent]
        about = list_rows.unit_years([each.unit_year for _key, each, _left in due])
        yield from (Reminder(key, each, left, about[each.unit_year][0]) for key, each, left in due)


def rung(left: Lateness, days: tuple[int, ...]) -> str | None:
    """The applicable reminder: the smallest configured number of days that covers the days left, or `late`; None if not yet due."""
    if left.is_late:
        return LATE
    return next((str(each) for each in sorted(days) if left.left <= each), None)


def _words(user: User, each: Reminder) -> mail.Words:
    unit, what = each.unit_year.unit, WAITING[each.waiting.what]
    name = unit.name_zh if unit.name_zh and str(get_locale() or "").startswith("zh") else unit.name
    text = _(
        "Hello %(name)s,\n\n%(task)s: %(unit)s, %(year)s.\nDue by %(due)s (inclusive). %(left)s\n\n%(link)s\n\n"
        "One reminder is sent for each due date; the current status is shown in Verifier.\n",
        name=user.name,
        task=what,
        unit=name,
        year=each.unit_year.year.emission_year,
        due=format_date(each.left.due, "long"),
        left=_left(each.left),
        link=_address(each.waiting),
    )
    return f"{what}: {name}", text


def _left(left: Lateness) -> str:
    if left.is_late:
        return ngettext("It is %(num)s day overdue.", "It is %(num)s days overdue.", left.late)
    if left.left == 0:
        return _("It is due today.")
    return ngettext("%(num)s day left.", "%(num)s days left.", left.left)


def _address(each: Waiting) -> str:
    path = current_app.url_map.bind("").build(each.endpoint, each.address)
    return f"{current_app.extensions['verifier'].settings.public_url}{path}"
