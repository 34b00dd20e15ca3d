"""By when what waits is due, and what waits beside the unit's answers: home, case, report and reminder say the same day."""

from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, actor, sign_in
from verifier.casework.due_dates import answers_due, concluded_due, day_due
from verifier.casework.events.table import Duty
from verifier.casework.to_do import waiting_for
from verifier.checks.data.vouchers.request_actions import request_evidence
from verifier.core.clocks import day_in, sooner
from verifier.core.findings import FindingState
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.calendars import add_working_days
from verifier.rulepacks.load import load
from verifier.web.pages.filters import day

FAR = timedelta(days=300)


def case_at(cast: Cast, stage: Stage, pack: str = make.PACK) -> Engagement:
    """A case whose year ends long after every clock of its pack, as many days as the clock has after today."""
    case = make.engagement(cast, stage)
    case.unit_year.year.verified_due += FAR
    case.unit_year.year.surrender_due += FAR
    case.pack_id, case.pack_sha256 = pack, load(pack).sha256
    db.session.commit()
    return case


def raised(case: Engagement, cast: Cast, *states: FindingState) -> None:
    """A finding at each state, as if raised while the case was checked."""
    stage, case.stage = case.stage, Stage.CHECKING
    for state in states:
        one = finding(case, cast)
        if state is not FindingState.DRAFT:
            one.sent_at, one.state = utcnow(), state
    case.stage = stage
    db.session.commit()


def fifth(case: Engagement) -> date:
    return add_working_days(day_in(case.unit_year.year.time_zone, case.stage_since), 5)


@pytest.mark.parametrize(("clock", "expected"), [(None, 30), (date(2022, 4, 29), 29), (date(2022, 5, 1), 30)])
def test_a_clock_counts_where_it_runs_out_before_the_year(clock: date | None, expected: int) -> None:
    assert sooner(date(2022, 4, 30), clock).day == expected


@pytest.mark.parametrize(
    ("stage", "answered", "pack", "runs"),
    [
        (Stage.ANSWERING, False, "beijing/2021", True),
        (Stage.ANSWERING, False, "eu-ets/2018", False),
        (Stage.CHECKING, False, "beijing/2021", False),
        (Stage.CHECKING, True, "beijing/2021", True),
        (Stage.REVIEWING, True, "beijing/2021", False),
    ],
)
def test_the_packs_clock_runs_while_the_unit_answers_and_once_it_has(
    cast: Cast, stage: Stage, answered: bool, pack: str, runs: bool
) -> None:
    case = case_at(cast, stage, pack)
    if answered:
        raised(case, cast, FindingState.ANSWERED)
    assert day_due(case) == (fifth(case) if runs else case.unit_year.year.verified_due)
    assert (answers_due(case) or concluded_due(case)) == (fifth(case) if runs else None)


def test_home_case_and_report_tell_the_unit_the_day_its_answers_are_due(client: FlaskClient, cast: Cast) -> None:
    case = case_at(cast, Stage.ANSWERING)
    due, browser = fifth(case), sign_in(client, cast.contact)
    left = (due - day_in(case.unit_year.year.time_zone, utcnow())).days
    assert f"Due in {left} day" in browser.get("/").text
    page = unescape(browser.get(f"/cases/{case.id}").text)
    assert f"Your responses are due by {day(due)} (inclusive)." in page
    assert f"The statement is due by {day(case.unit_year.year.verified_due)} (inclusive)." in page
    assert "Your action is required: respond to the findings" in page
    assert day(due) in browser.get(f"/reports/{case.unit_year_id}").text
    assert f"The unit's responses are due by {day(due)} (inclusive)" in unescape(sign_in(client, cast.lead).get(f"/cases/{case.id}").text)


@pytest.mark.parametrize(
    ("states", "waits"),
    [
        ([FindingState.SENT], set()),
        ([FindingState.SENT, FindingState.ANSWERED], {Duty.JUDGE}),
        ([FindingState.SENT, FindingState.DRAFT], {Duty.SEND}),
        ([FindingState.SENT, FindingState.ANSWERED, FindingState.DRAFT], {Duty.JUDGE, Duty.SEND}),
    ],
)
def test_answers_and_drafts_wait_for_the_lead_while_the_unit_still_answers(
    cast: Cast, states: list[FindingState], waits: set[Duty]
) -> None:
    case = case_at(cast, Stage.ANSWERING)
    raised(case, cast, *states)
    assert {each.what for each in waiting_for(cast.lead)} == waits
    assert not waiting_for(cast.verifier)


@pytest.mark.parametrize(("days", "said"), [(0, "1 requested, due today"), (3, "1 requested, due in 3 days")])
def test_evidence_asked_for_is_on_the_page_of_the_case_with_its_day(client: FlaskClient, cast: Cast, days: int, said: str) -> None:
    case = case_at(cast, Stage.CHECKING)
    due = day_in(case.unit_year.year.time_zone, utcnow()) + timedelta(days=days)
    request_evidence(case, [], "The boiler house", "The invoices", "", due, actor=actor(cast.verifier), now=utcnow())
    db.session.commit()
    page = sign_in(client, cast.contact).get(f"/cases/{case.id}").text
    assert said in page
    assert f"1 evidence request is open; due by {day(due)} (inclusive)." in page
    assert "requested, due" not in sign_in(client, cast.responsible).get(f"/cases/{case.id}").text


def test_the_unit_reads_which_version_is_verified_and_which_is_released(client: FlaskClient, cast: Cast) -> None:
    case = case_at(cast, Stage.ANSWERING)
    browser = sign_in(client, cast.contact)
    assert "Version 1 is under verification" in browser.get(f"/cases/{case.id}").text
    make.report(cast, case.unit_year, make.PARK)
    db.session.commit()
    page = browser.get(f"/cases/{case.id}").text
    assert "Version 2 released" in page
    assert "The verifiers are working on version 1 until they adopt version 2." in page
    assert "Reported in version 1, tCO₂" in page
