"""Who is reminded of what, when, and in which words: once each, every due thing by its number."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import make
from tests.casework.events.told import digests, enable
from tests.people import CASE_ROLES, Cast, actor
from verifier.accounts.models import User
from verifier.casework.events.models import Notice
from verifier.casework.reminders import remind_everyone, rung
from verifier.checks.data.vouchers.request_actions import request_evidence
from verifier.core.clocks import Lateness
from verifier.core.findings import Check
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.findings import actions as findings
from verifier.registry.models import ProgrammeYear
from verifier.rulepacks.load import load

TODAY = utcnow().date()
DUE = date(2025, 10, 13)
"""A Monday; the working days before it are 11 (a swapped Saturday), 10 and 9 October, then 30 and 29 September."""


@pytest.mark.parametrize(
    ("left", "late", "expected"), [(8, 0, None), (7, 0, "7"), (2, 0, "7"), (1, 0, "1"), (0, 0, "1"), (0, 1, "late"), (0, 90, "late")]
)
def test_the_nearest_rung_whose_time_has_come(left: int, late: int, expected: str | None) -> None:
    assert rung(Lateness(TODAY, late, left), left, (7, 1)) == expected


def year_due(day: date) -> None:
    """Let the report and the statement of the year be due on a day."""
    dates = {"report_due": day, "verified_due": day, "surrender_due": day + timedelta(days=60)}
    db.session.execute(update(ProgrammeYear).values(**dates))
    db.session.commit()


def reminded(app: Flask, day: date) -> dict[str, str]:
    """Who is reminded on the morning of a day in the programme's zone, ten o'clock there."""
    morning = datetime.combine(day, time(2), UTC)
    remind_everyone(now=morning)
    return digests(app, now=morning)


def test_the_units_people_are_reminded_once_before_each_date_in_working_days_and_once_when_it_is_late(app: Flask, cast: Cast) -> None:
    make.unit_year(cast)
    year_due(DUE)
    enable(cast.contact)
    september = [date(2025, 9, day) for day in (25, 26, 28, 29, 30)]
    october = [date(2025, 10, day) for day in (9, 10, 11, 12, 13, 14, 20)]
    counts = [len(reminded(app, day)) for day in (*september, *october)]
    assert counts == [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0]


def test_everyone_is_addressed_in_their_language_with_a_link_to_the_page(app: Flask, cast: Cast) -> None:
    of = make.unit_year(cast)
    year_due(DUE)
    cast.contact.language = "zh"
    enable(cast.contact, cast.contributor)
    told = reminded(app, date(2025, 9, 30))
    assert "Upload the report – by" in told["Contributor"]
    assert "4 working days left" in told["Contributor"]
    assert "上传排放报告" in told["Contact"]
    assert "还剩 4 个工作日" in told["Contact"]
    assert all(f"/reports/{of.id}" in text for text in told.values())


def test_the_team_is_reminded_on_a_case_and_who_has_nothing_to_do_is_not(app: Flask, cast: Cast) -> None:
    make.engagement(cast, Stage.CHECKING)
    year_due(DUE)
    enable(*(getattr(cast, key) for key in CASE_ROLES), cast.contact)
    assert set(reminded(app, DUE)) == {"Lead", "Verifier", "Expert"}


def returned(cast: Cast) -> Engagement:
    """A case in which the unit has one returned finding of two to answer, and two requests of one day."""
    case = make.engagement(cast, Stage.CHECKING)
    clause = load(case.pack_id).clauses[0].code
    for number in (1, 2):
        draft = findings.Draft("non_conformity", clause, f"Finding {number}", "Look.")
        findings.raise_finding(case, Subject("source", "E-095"), Check.DATA, draft, actor=actor(cast.lead), now=utcnow())
    sent = findings.send_all(case, actor=actor(cast.lead), now=utcnow())
    findings.answer(sent[1], "Here.", actor=actor(cast.contact), now=utcnow())
    findings.return_(sent[1], "Where?", actor=actor(cast.lead), now=utcnow())
    for asked in ("Invoices.", "Photos."):
        request_evidence(case, [], "Meters", asked, "", DUE, actor=actor(cast.verifier), now=utcnow())
    db.session.commit()
    return case


def test_every_due_thing_is_named_in_one_message(app: Flask, cast: Cast) -> None:
    case = returned(cast)
    year_due(DUE)
    enable(cast.contact)
    text = " ".join(reminded(app, DUE)["Contact"].split())
    assert "A task is due soon: R-1, R-2" in text or "A task is due soon (3)" in text
    first, second = (each.label for each in findings.queries.awaiting_answer(case))
    assert f"Respond to the findings: {second} (returned), {first} – by" in text
    assert text.count("Provide requested evidence: R-") == 2
    assert text.count("due today") == 3


def test_a_thing_that_was_done_in_between_is_not_reminded_of(app: Flask, cast: Cast) -> None:
    of = make.unit_year(cast)
    year_due(DUE)
    enable(cast.contact)
    remind_everyone(now=datetime.combine(DUE, time(2), UTC))
    make.report(cast, of)
    db.session.commit()
    db.session.execute(update(Notice).where(Notice.event != "due_soon").values(settled_at=utcnow()))
    assert "due_soon" in db.session.scalars(select(Notice.event).where(Notice.settled_at.is_(None))).all()
    assert digests(app, now=datetime.combine(DUE, time(2), UTC)) == {}


def test_while_the_unit_answers_the_clock_of_the_pack_runs(app: Flask, cast: Cast) -> None:
    make.engagement(cast, Stage.ANSWERING)
    year_due(TODAY + timedelta(days=90))
    enable(cast.contact)
    here = app.extensions["verifier"]
    here.settings = replace(here.settings, remind_days=(30,))
    assert "Respond to the findings" in reminded(app, TODAY)["Contact"]


def test_nobody_without_an_account_in_use_is_written_to(app: Flask, cast: Cast) -> None:
    make.unit_year(cast)
    year_due(DUE)
    cast.contact.disabled_at = utcnow()
    enable(cast.contact)
    assert reminded(app, DUE) == {}
    assert db.session.scalars(select(User).where(User.password_hash.is_not(None))).one() == cast.contact
