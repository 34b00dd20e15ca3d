"""Mails what people are to be told: one message for a person and a case, with what waits since the last; the content stays in Verifier.

A digest is put together without the write lock. One small transaction then settles its notices and puts its message into the queue: after
a kill either both are there or neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete, func, or_, select, update

from verifier.accounts import mail
from verifier.accounts.models import User
from verifier.casework import list_rows
from verifier.casework.events import mail_text
from verifier.casework.events.mail_text import Contact, Digest, News
from verifier.casework.events.models import Notice
from verifier.casework.events.recipients import Place, place_of, still_told, to_call
from verifier.casework.events.table import RULES, Event, Person, Told
from verifier.casework.reminders import task_key
from verifier.casework.to_do import waiting_for
from verifier.casework.waiting import Waiting
from verifier.core.access import UNIT, Role
from verifier.db import db, reading, utcnow, writing
from verifier.jobs.models import Job
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

log = structlog.get_logger()
QUIET, LONGEST = timedelta(minutes=2), timedelta(minutes=10)
"""A digest goes out when nothing has been added for `QUIET`, at the latest `LONGEST` after its first event."""
FAILED_FOR, GIVEN_UP_AFTER = timedelta(hours=1), timedelta(days=7)
"""A message that the queue gave up is queued again after this time, until its events are that old."""
KEPT = timedelta(days=400)


@task("events.digest", every=timedelta(minutes=1), keep=timedelta(hours=1), limit=timedelta(hours=1), in_steps=True)
def mail_due(_work: JobRun) -> None:
    """Send the digests that are due; done twice it finds nothing."""
    send_due(now=utcnow())


@task("events.sweep", every=timedelta(days=1), keep=timedelta(days=2))
def sweep(_work: JobRun) -> None:
    """Delete notices that were settled long ago."""
    remove_old(now=utcnow())


def send_due(*, now: datetime) -> int:
    """Send each due digest in a transaction of its own; returns how many messages were queued. One that fails does not hold up others."""
    with reading():
        groups = _due(now)
    sent, failed = 0, list[Exception]()
    for user_id, unit_year_id in groups:
        try:
            sent += _send(user_id, unit_year_id, now)
        except Exception as error:
            db.session.rollback()
            log.exception("digest_failed", person=str(user_id), unit_year=str(unit_year_id))
            failed.append(error)
    _queue_again(now)
    if failed:
        raise failed[0]
    return sent


def remove_old(*, now: datetime) -> None:
    """Delete notices that were settled long ago."""
    db.session.execute(delete(Notice).where(Notice.settled_at < now - KEPT))


def _due(now: datetime) -> list[tuple[UUID, UUID]]:
    """Person and unit's year of each digest that is due."""
    of = (
        select(Notice.user_id, Notice.unit_year_id)
        .where(Notice.settled_at.is_(None))
        .group_by(Notice.user_id, Notice.unit_year_id)
        .having(
            or_(
                func.max(Notice.occurred_at) <= now - QUIET,
                func.min(Notice.occurred_at) <= now - LONGEST,
                func.count().filter(Notice.at_once.is_(True)) > 0,
            )
        )
        .order_by(func.min(Notice.occurred_at))
    )
    return [(user_id, unit_year_id) for user_id, unit_year_id in db.session.execute(of)]


def _send(user_id: UUID, unit_year_id: UUID, now: datetime) -> int:
    with reading():
        found = _read(user_id, unit_year_id, now)
    with writing():
        settle = update(Notice).where(Notice.id.in_(found.open), Notice.settled_at.is_(None)).values(settled_at=now)
        if db.session.execute(settle).rowcount != len(found.open):  # type: ignore[attr-defined]
            db.session.rollback()
            return 0
        if found.digest is not None:
            user = db.session.get_one(User, user_id)
            message = mail.post(user, partial(mail_text.words, found.digest), now=now)
            db.session.execute(update(Notice).where(Notice.id.in_(found.told)).values(mail_id=message))
        db.session.commit()
    return int(found.digest is not None)


@dataclass(frozen=True, slots=True)
class _Found:
    """What waits for a person and a unit's year: every notice, those that are mailed, and the message; None where nothing is mailed."""

    open: Sequence[UUID]
    told: Sequence[UUID]
    digest: Digest | None


def _read(user_id: UUID, unit_year_id: UUID, now: datetime) -> _Found:
    user, place = db.session.get_one(User, user_id), place_of(unit_year=unit_year_id)
    of = select(Notice).where(Notice.user_id == user_id, Notice.unit_year_id == unit_year_id, Notice.settled_at.is_(None))
    notices = list(db.session.scalars(of.order_by(Notice.occurred_at, Notice.id)))
    open_ids = [each.id for each in notices]
    if place is None or not user.is_active or user.password_hash is None:
        return _Found(open_ids, (), None)
    tasks = [each for each in waiting_for(user) if each.unit_year == unit_year_id]
    fitting = [(each, told) for each in notices if (told := _fits(user, place, each, tasks)) is not None]
    if not fitting:
        return _Found(open_ids, (), None)
    unit_year, case = list_rows.unit_years([unit_year_id])[unit_year_id]
    digest = Digest(
        name=user.name,
        unit_year=unit_year,
        case=case,
        news=_news([each for each, _told in fitting]),
        tasks=tasks,
        call=_contacts(user, place, [told for _each, told in fitting]),
        now=now,
    )
    return _Found(open_ids, [each.id for each, _told in fitting], digest)


def _fits(user: User, place: Place, each: Notice, tasks: Sequence[Waiting]) -> Told | None:
    """As what the person is told of it now; None once they lost access, or a task they are reminded of is done."""
    rule = RULES.get(Event(each.event)) if each.event in set(Event) else None
    if rule is None:
        return None
    if rule.told[0].to is Person.OWNER:
        return rule.told[0] if any(each.occasion.startswith(f"{task_key(one)}:") for one in tasks) else None
    return still_told(user, place, rule, each.about)


def _news(notices: Sequence[Notice]) -> tuple[News, ...]:
    """Events of one kind together, in the order in which they began."""
    kinds: dict[str, list[Notice]] = {}
    for each in notices:
        kinds.setdefault(each.event, []).append(each)
    return tuple(
        News(Event(kind), tuple(dict.fromkeys(each.about for each in found if each.about)), sum(each.count for each in found))
        for kind, found in kinds.items()
    )


def _contacts(user: User, place: Place, told: Sequence[Told]) -> tuple[Contact, ...]:
    """Whom the person calls: as the table says for the last event, else the lead verifier, the contact or the body's coordinators."""
    named = [each.call for each in reversed(told) if each.call is not None]
    of_unit = not user.roles.isdisjoint(UNIT)
    further = (Role.LEAD_VERIFIER, Role.COORDINATOR, Role.PROGRAMME_MANAGER) if of_unit else (Role.CONTACT, Role.COORDINATOR)
    for role in (*named[:1], *further):
        people = [each for each in to_call(place, role) if each.id != user.id]
        if people:
            return tuple(Contact(each.name, role, each.email) for each in people[:3])
    return ()


def _queue_again(now: datetime) -> None:
    """Messages of recent events that the queue gave up, as after a long outage of the mail server, are queued again."""
    recent = select(Notice.mail_id).where(Notice.mail_id.is_not(None), Notice.settled_at > now - GIVEN_UP_AFTER)
    given_up = (Job.id.in_(recent), Job.gave_up_at < now - FAILED_FOR)
    with reading():
        some = db.session.scalar(select(Job.id).where(*given_up).limit(1)) is not None
    if some:
        with writing():
            again = update(Job).where(*given_up).values(gave_up_at=None, attempts=0, run_at=now, leased_by=None, leased_until=None)
            db.session.execute(again.execution_options(synchronize_session=False))
            db.session.commit()
