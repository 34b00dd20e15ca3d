"""Who is reminded of what, when, and in which words: once each."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import make
from tests.accounts.builders import mails
from tests.people import CASE_ROLES, Cast
from verifier.accounts.models import User
from verifier.casework.reminders import remind_everyone, rung
from verifier.core.clocks import Lateness
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.jobs import worker
from verifier.jobs.models import Job
from verifier.registry.models import ProgrammeYear

TODAY = utcnow().date()
MORNING = datetime.combine(TODAY, time(2), UTC)
"""Ten o'clock in the programme's zone, of the day the builders count from."""


@pytest.mark.parametrize(
    ("left", "late", "expected"), [(8, 0, None), (7, 0, "7"), (2, 0, "7"), (1, 0, "1"), (0, 0, "1"), (0, 1, "late"), (0, 90, "late")]
)
def test_the_nearest_rung_whose_time_has_come(left: int, late: int, expected: str | None) -> None:
    assert rung(Lateness(TODAY, late, left), (7, 1)) == expected


def enable(*people: User) -> None:
    for person in people:
        person.password_hash = "set"
    db.session.commit()


def said(app: Flask, days: int = 0) -> list[str]:
    """Every message once so many days have passed."""
    remind_everyone(now=MORNING + timedelta(days=days))
    db.session.execute(update(Job).values(run_at=utcnow()))
    db.session.commit()
    worker.empty(app)
    return mails(app.extensions["verifier"].settings.mail_folder)


def test_the_units_people_are_reminded_of_a_report_once_before_each_date_and_once_when_it_is_late(app: Flask, cast: Cast) -> None:
    make.unit_year(cast)
    enable(cast.contact, cast.coordinator)
    counts = [len(said(app, days)) for days in (0, 2, 3, 4, 8, 9, 10, 11, 12, 60)]
    assert counts == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3]


def test_everyone_is_addressed_in_their_language_with_a_link_to_the_page(app: Flask, cast: Cast) -> None:
    of = make.unit_year(cast)
    cast.contact.language, cast.contributor.language = "zh", "en"
    enable(cast.contact, cast.contributor)
    english, chinese = sorted(said(app, 4), key=lambda text: "您好" in text)
    assert "Upload the report" in english
    assert "6 days left" in english
    assert "上传排放报告" in chinese
    assert "还剩 6 天" in chinese
    assert all(f"/reports/{of.id}" in text for text in (english, chinese))


def test_the_team_is_reminded_on_a_case_and_who_has_nothing_to_do_is_not(app: Flask, cast: Cast) -> None:
    make.engagement(cast, Stage.CHECKING)
    enable(*(getattr(cast, key) for key in CASE_ROLES), cast.contact)
    names = {text.split(",")[0].removeprefix("Hello ") for text in said(app, 35)}
    assert names == {"Lead", "Verifier", "Expert"}


def test_while_the_unit_answers_the_clock_of_the_pack_runs(app: Flask, cast: Cast) -> None:
    make.engagement(cast, Stage.ANSWERING)
    db.session.execute(update(ProgrammeYear).values(verified_due=TODAY + timedelta(days=90), surrender_due=TODAY + timedelta(days=95)))
    enable(cast.contact)
    here = app.extensions["verifier"]
    here.settings = replace(here.settings, remind_days=(30,))
    assert "Respond to the findings" in said(app)[0]


def test_nobody_without_an_account_in_use_is_written_to(app: Flask, cast: Cast) -> None:
    make.unit_year(cast)
    cast.contact.disabled_at = utcnow()
    enable(cast.contact)
    assert said(app, 9) == []
    assert db.session.scalars(select(User).where(User.password_hash.is_not(None))).one() == cast.contact
