"""Reminder e-mails for open tasks: once at each configured number of days before the due date, and once when overdue."""

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from verifier.accounts import mail
from verifier.accounts.models import User
from verifier.casework.to_do import Waiting, waiting_for
from verifier.casework.trail_wording import WAITING
from verifier.core.clocks import Lateness, day_in, lateness
from verifier.db import db, utcnow
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

LATE = "late"


@task("reminders.find", every=timedelta(hours=1), keep=timedelta(days=2), limit=timedelta(hours=2))
def find(_work: JobRun) -> None:
    """Enqueue reminders due now; a reminder already sent has the same key and is not repeated."""
    remind_everyone(now=utcnow())


def remind_everyone(*, now: datetime) -> None:
    """Remind every active user of tasks that are near their due date or overdue."""
    people = select(User).where(User.disabled_at.is_(None), User.password_hash.is_not(None)).order_by(User.id)
    for user in db.session.scalars(people).unique().all():
        for each in waiting_for(user):
            zone = each.unit_year.year.time_zone
            left = lateness(each.due, day_in(zone, now))
            at = rung(left, current_app.extensions["verifier"].settings.remind_days)
            if at is not None:
                _remind(user, each, left, at, now)


def rung(left: Lateness, days: tuple[int, ...]) -> str | None:
    """The applicable reminder: the smallest configured number of days that covers the days left, or `late`; None if not yet due."""
    if left.is_late:
        return LATE
    return next((str(each) for each in sorted(days) if left.left <= each), None)


def _remind(user: User, each: Waiting, left: Lateness, at: str, now: datetime) -> None:
    about = each.case.id if each.case else each.unit_year.id
    mail.post(user, lambda: _words(user, each, left), now=now, key=f"reminder:{user.id}:{each.what}:{about}:{left.due}:{at}")


def _words(user: User, each: Waiting, left: Lateness) -> mail.Words:
    unit = each.unit_year.unit
    name = unit.name_zh if unit.name_zh and str(get_locale() or "").startswith("zh") else unit.name
    text = _(
        "Hello %(name)s,\n\n%(task)s: %(unit)s, %(year)s.\nDue by %(due)s (inclusive). %(left)s\n\n%(link)s\n\n"
        "One reminder is sent for each due date; the current status is shown in Verifier.\n",
        name=user.name,
        task=WAITING[each.what],
        unit=name,
        year=each.unit_year.year.emission_year,
        due=format_date(left.due, "long"),
        left=_left(left),
        link=_address(each),
    )
    return f"{WAITING[each.what]}: {name}", text


def _left(left: Lateness) -> str:
    if left.is_late:
        return ngettext("It is %(num)s day overdue.", "It is %(num)s days overdue.", left.late)
    if left.left == 0:
        return _("It is due today.")
    return ngettext("%(num)s day left.", "%(num)s days left.", left.left)


def _address(each: Waiting) -> str:
    path = current_app.url_map.bind("").build(each.endpoint, each.address)
    return f"{current_app.extensions['verifier'].settings.public_url}{path}"
