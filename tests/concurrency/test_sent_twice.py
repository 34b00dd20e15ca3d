"""Double click, resend, back button, two tabs: one effect, and the second is told so."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests import make
from tests.checks.site.test_visit import FORM as VISIT
from tests.concurrency.together import at_once, browser, hidden
from tests.findings.builders import finding, jpeg, sent
from tests.people import Cast, actor, fresh_code, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.queries import source_reviews
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.findings.models import Finding
from verifier.reports import actions as reports

pytestmark = pytest.mark.hold

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ONCE = "a-token-of-one-form"
FINDING = {"class_code": "non_conformity", "clause": "4a", "title": "Late", "description": "A bill came in late."}


def actions() -> int:
    """Rows in all trails: an action leaves at least one."""
    return db.session.scalar(select(func.count()).select_from(TrailRow)) or 0


Sent = tuple[str, str, Callable[[], dict[str, object]]]


def a_case(cast: Cast) -> str:
    case = make.engagement(cast, workbook=make.PARK)
    finding(case, cast, title="Sent already")
    sent(case, cast)
    finding(case, cast, title="A draft")
    return str(case.id)


def a_year(cast: Cast) -> str:
    return str(make.unit_year(cast, body=None).year_id)


def unreleased(cast: Cast) -> str:
    of = make.unit_year(cast)
    make.report(cast, of, released=False)
    return str(of.id)


def released(cast: Cast) -> str:
    of = make.unit_year(cast)
    make.report(cast, of)
    return str(of.id)


CREATES: dict[str, tuple[str, Callable[[Cast], str], str, Callable[[str], dict[str, object]]]] = {
    "raise a finding": ("verifier", a_case, "/cases/{}/findings/new?check=data", lambda _id: dict(FINDING)),
    "add something missing": (
        "verifier",
        a_case,
        "/cases/{}/boundary/missing",
        lambda _id: {"kind": "facility", "name": "Boiler", "place": "Yard", "note": ""},
    ),
    "plan a visit": ("lead", a_case, "/cases/{}/visits/new", lambda _id: dict(VISIT)),
    "upload a photo": ("verifier", a_case, "/cases/{}/photos/new", lambda _id: {"caption": "", "photos": (BytesIO(jpeg()), "gate.jpg")}),
    "send the findings": ("lead", a_case, "/cases/{}/findings/send", lambda _id: {}),
    "answer a finding": ("contact", a_case, "/cases/{}/findings/1/answer", lambda _id: {"text": "Paid.", "report_version": ""}),
    "judge a finding": ("lead", a_case, "/cases/{}/findings/2/judge", lambda _id: {"decision": "withdraw", "text": "Mine was wrong"}),
    "hand in a report": (
        "contact",
        released,
        "/reports/{}/hand-in",
        lambda _id: {"note": "", "workbook": (BytesIO(make.PARK.read_bytes()), "park.xlsx")},
    ),
    "release a report": ("responsible", unreleased, "/reports/{}/versions/1/release", lambda _id: {}),
    "open a case": (
        "coordinator",
        released,
        "/cases/new",
        lambda of: {"unit_year": of, "conflict_check": "No shared managers in three years."},
    ),
    "invite a person": (
        "admin",
        lambda cast: str(cast.org("body").id),
        "/admin/people/invite",
        lambda body: {"organisation": body, "email": "new@example.org", "name": "New", "present": fresh_code(Cast().admin)},
    ),
    "add an organisation": ("admin", lambda _cast: "", "/admin/organisations/new", lambda _id: {"kind": "unit", "name": "New works"}),
}
"""Every action that makes something: who, on what, where, with which form."""


@pytest.mark.parametrize("action", CREATES)
def test_a_form_sent_twice_makes_one_thing_and_leads_to_it_both_times(app: Flask, cast: Cast, action: str) -> None:
    who, build, path, values = CREATES[action]
    about = build(cast)
    client = sign_in(app.test_client(), getattr(cast, who))
    answers = [client.post(path.format(about), data={**values(about), "once": ONCE}) for _time in range(2)]
    first, second = [(answer.status_code, answer.location) for answer in answers]
    assert first[0] == 303, answers[0].text
    assert second == first
    done = actions()
    assert "The action was carried out once." in client.get(answers[1].location).text
    client.post(path.format(about), data={**values(about), "once": ONCE})
    assert actions() == done


@pytest.mark.parametrize("action", CREATES)
def test_the_same_from_a_second_tab_makes_nothing_more_and_is_answered(app: Flask, cast: Cast, action: str) -> None:
    who, build, path, values = CREATES[action]
    about = build(cast)
    client = sign_in(app.test_client(), getattr(cast, who))
    assert client.post(path.format(about), data={**values(about), "once": "the-first-tabs-form"}).status_code == 303
    done = actions()
    answer = client.post(path.format(about), data={**values(about), "once": "the-second-tabs-form"}, follow_redirects=True)
    assert actions() == done
    assert answer.status_code in (200, 409)
    assert 'class="errsum"' in answer.text or 'class="notice' in answer.text


def test_a_double_click_at_once_makes_one_thing(house: Flask) -> None:
    cast = Cast()
    case = make.engagement(cast)
    path, here = f"/cases/{case.id}/findings/new?check=data", browser(house, cast.verifier)
    values = {**FINDING, "once": hidden(here.get(path), "once")}
    answers = at_once(*[lambda: here.post(path, data=values) for _click in range(3)])
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
    assert db.session.scalar(select(func.count()).select_from(Finding)) == 1


def test_a_form_sent_again_with_something_else_in_it_is_shown_and_asked_for_once_more(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path, here = f"/cases/{case.id}/findings/new?check=data", sign_in(app.test_client(), cast.verifier)
    here.post(path, data={**FINDING, "once": ONCE})
    answer = here.post(path, data={**FINDING, "title": "Later", "once": ONCE})
    assert (answer.status_code, "already been submitted" in answer.text, 'value="Later"' in answer.text) == (409, True, True)
    assert here.post(path, data={**FINDING, "title": "Later", "once": hidden(answer, "once")}).status_code == 303
    assert sorted(db.session.scalars(select(Finding.title))) == ["Late", "Later"]


def test_a_form_that_was_refused_may_be_sent_again(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    path, here = f"/cases/{case.id}/findings/new?check=data", sign_in(client, cast.verifier)
    assert here.post(path, data={**FINDING, "title": "", "once": ONCE}).status_code == 200
    assert here.post(path, data={**FINDING, "once": ONCE}).status_code == 303


def test_a_token_is_worth_nothing_to_anybody_else(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast)
    path = f"/cases/{case.id}/findings/new?check=data"
    for person, title in ((cast.verifier, "Mine"), (cast.lead, "Theirs")):
        answer = sign_in(app.test_client(), person).post(path, data={**FINDING, "title": title, "once": f"{ONCE}-{title}"})
        assert answer.status_code == 303
    answer = sign_in(app.test_client(), cast.lead).post(path, data={**FINDING, "title": "Mine", "once": f"{ONCE}-Mine"})
    assert "The action was carried out once." not in answer.text


def test_a_source_is_not_decided_on_numbers_that_a_corrected_report_has_replaced(app: Flask, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    key = next(each.source.source_key for each in source_reviews(case) if each.agreeable)
    finding(case, cast)
    sent(case, cast)
    path, verifier = f"/cases/{case.id}/data/{key}", sign_in(app.test_client(), cast.verifier)
    seen = verifier.get(path)
    corrected = reports.submit_report(
        case.unit_year, make.PARK_WITH_ERRORS.read_bytes(), "second.xlsx", "", actor=actor(cast.contact), now=utcnow()
    )
    reports.release(corrected, actor=actor(cast.responsible), now=utcnow())
    contact = sign_in(app.test_client(), cast.contact)
    assert contact.post(f"/cases/{case.id}/findings/1/answer", data={"text": "Corrected.", "report_version": "2"}).status_code == 303
    values = {"version": hidden(seen, "version"), "report": hidden(seen, "report"), "outcome": "agreed", "note": "As on the bill"}
    late = verifier.post(path, data=values)
    assert (late.status_code, "As on the bill" in late.text, "version 2" in late.text) == (409, True, True)
    assert db.session.scalar(select(func.count()).select_from(SourceDecision)) == 0
    assert case.stage is Stage.CHECKING
    assert verifier.post(path, data={**values, "outcome": "cannot_confirm", "report": hidden(late, "report")}).status_code == 303


FREELY = {"base.html": 2, "web/components.html": 1}
"""Forms whose repetition changes nothing: choosing a language, signing out, the page of components."""


def test_every_form_that_is_written_by_hand_can_be_sent_only_once() -> None:
    bare = {}
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        tokens, once = len(re.findall(r'name="csrf_token"', text)), len(re.findall(r"\bonce\(\)", text))
        if tokens > once:
            bare[str(path.relative_to(TEMPLATES))] = tokens - once
    assert bare == FREELY
