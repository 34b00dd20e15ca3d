"""People with accounts in use, and the messages they are sent about events."""

import re
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select, update

from tests import make
from tests.accounts.builders import mails
from tests.people import Cast
from verifier.accounts.models import User
from verifier.casework.events import digest
from verifier.casework.events.models import Notice
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.jobs import worker
from verifier.jobs.models import Job

EVERYONE = (
    *("coordinator", "lead", "verifier", "expert", "reviewer", "signatory", "colleague"),
    *("contact", "contributor", "responsible", "manager"),
)


def enable(*people: User) -> None:
    """Give people a password, without which nobody is mailed."""
    for person in people:
        person.password_hash = "set"
        person.language = person.language or "en"
    db.session.commit()


def enable_everyone(cast: Cast) -> None:
    """Give everyone concerned with the case a password."""
    enable(*(getattr(cast, key) for key in EVERYONE))


def quiet_case(cast: Cast) -> Engagement:
    """A case under way, of whose report nobody is to be told any more."""
    case = make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    db.session.execute(delete(Notice))
    db.session.commit()
    return case


def digests(app: Flask, *, later: timedelta = timedelta(minutes=3), now: datetime | None = None) -> dict[str, str]:
    """The messages sent once so much time has passed, by the name of who is addressed; each is sent only one."""
    db.session.commit()
    folder = app.extensions["verifier"].settings.mail_folder
    before = len(mails(folder))
    digest.send_due(now=(now or utcnow()) + later)
    delivered(app)
    found = mails(folder)[before:]
    told = {re.sub(r"^Hello |^您好，|[,：]$", "", text.splitlines()[0]): text for text in found}
    assert len(told) == len(found), "somebody was sent two messages"
    return told


def delivered(app: Flask) -> None:
    """Run every job of mail that waits."""
    waiting = select(Job.id).where(Job.kind == "mail.send", Job.done_at.is_(None), Job.gave_up_at.is_(None))
    db.session.execute(update(Job).where(Job.id.in_(waiting)).values(run_at=utcnow()))
    db.session.commit()
    jobs = list(db.session.scalars(waiting))
    db.session.rollback()
    for job in jobs:
        with app.app_context():
            worker.run_next(only=job)
    db.session.expire_all()
