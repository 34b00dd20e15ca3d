"""A worker killed at any write of a digest leaves the notices open or the message in the queue: nothing is sent twice, nothing is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import homes, make
from tests.accounts.builders import mails
from tests.casework.events.told import delivered, digests, enable, quiet_case
from tests.people import Cast, actor
from verifier.casework.events.models import Notice
from verifier.checks.data.vouchers.request_actions import request_evidence
from verifier.core.evidence_requests import NumberKey
from verifier.db import db, utcnow
from verifier.jobs.models import Job

SEND = """
from datetime import timedelta
from verifier.app import create_app
from verifier.casework.events.digest import send_due
from verifier.db import utcnow
with create_app().app_context():
    send_due(now=utcnow() + timedelta(minutes=3))
"""
PLACES = ("update.notice.before", "update.notice.after", "insert.job.after", "update.notice.after:2", "commit.before")


@pytest.mark.hold
@pytest.mark.parametrize("place", PLACES)
def test_a_digest_that_is_killed_is_sent_once_in_the_end(app: Flask, cast: Cast, place: str) -> None:
    enable(cast.contact)
    case = quiet_case(cast)
    request_evidence(case, [NumberKey("E-095")], "", "Invoices.", "", make.some_day(5), actor=actor(cast.lead), now=utcnow())
    db.session.commit()
    db.session.remove()
    folder = app.extensions["verifier"].settings.instance
    environ = {**os.environ, **homes.environ(Path(folder)), "VERIFIER_FAILPOINT": place}
    ran = subprocess.run([sys.executable, "-c", SEND], env=environ, capture_output=True, text=True)
    assert ran.returncode == -9, ran.stderr[-2000:]
    still_open = db.session.scalar(select(func.count()).where(Notice.settled_at.is_(None)))
    queued = db.session.scalar(select(func.count()).where(Job.kind == "mail.send"))
    assert (still_open, queued) in ((1, 0), (0, 1))
    digests(app)
    delivered(app)
    assert len(mails(app.extensions["verifier"].settings.mail_folder)) == 1
