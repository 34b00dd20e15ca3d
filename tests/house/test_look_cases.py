"""What the gate of the look does not meet: a case on its way to its statement, and what these pages say when something is missing."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from tests import make
from tests.browser import DESK, PHONE, TABLET, chromium, complaints, faults, seats, served, sideways, unsaid
from tests.people import Cast, sign_in
from tests.statement.builders import approved, concluded, give_key
from verifier.core.access import Role
from verifier.core.calculation.results import Flag
from verifier.db import db
from verifier.reports.wording import flag_sentence
from verifier.web.pages.labels import label

STATIONS = [
    ("lead", ""),
    ("lead", "/signing"),
    ("lead", "/review"),
    ("lead", "/conclusion"),
    ("lead", "/reopen"),
    ("reviewer", "/review"),
    ("signatory", ""),
    ("contact", ""),
    ("coordinator", "/team"),
]


@pytest.mark.browser
def test_a_case_on_its_way_to_signature_is_fit_to_be_seen(app: Flask, cast: Cast) -> None:
    case = approved(cast)
    give_key(cast.lead)
    db.session.commit()
    found = []
    with served(app) as address, chromium() as browser, seats(browser, app, address, lambda person: getattr(cast, person)) as seat:
        for person, page_of in STATIONS:
            for locale, window in (("en-GB", TABLET), ("zh-CN", DESK)):
                page = seat(person, locale=locale)
                page.set_viewport_size({"width": window[0], "height": window[1]})
                page.goto(f"/cases/{case.id}{page_of}")
                wrong = [*faults(page), *unsaid(page), *sideways(page, DESK, TABLET, PHONE, (320, 700))]
                found += [f"{person} {page_of or 'case'} {locale} {window[0]}: {each}" for each in wrong]
                found += complaints(page)
    assert found == []


def test_a_reviewer_who_chose_nothing_is_told_what_to_choose(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    page = sign_in(client, cast.reviewer).post(f"/cases/{case.id}/review/decide", data={"comments": "Fine."}).text
    assert "Choose whether you approve or send back" in page
    assert "Not a valid choice" not in page
    assert ">Fine.</textarea>" in page.replace("\n", "").replace("\r", "")


@pytest.mark.parametrize(("code", "chinese"), [("total", "合计"), ("stationary", "固定燃烧"), ("unheard_of", "unheard_of")])
def test_a_total_that_is_no_sum_is_named_in_words(app: Flask, code: str, chinese: str) -> None:
    values = (("category", code), ("stated", "52804"), ("sum", "52841"))
    flag = Flag("total_mismatch", None, None, "totals", 4, "flag.total_mismatch", values)
    with app.test_request_context(), force_locale("zh"):
        assert flag_sentence(flag, {"stationary": "固定燃烧"}).startswith(f"{chinese}：")


def test_in_chinese_the_verifier_is_a_person_and_the_app_has_a_name_of_its_own(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context(), force_locale("zh"):
        assert label(Role.VERIFIER) == "核查员"
    landing = client.get("/", headers={"Accept-Language": "zh-CN"}).text
    assert "碳核查</a>" in landing
    assert "核查员</a>" not in landing


def test_every_page_of_a_case_says_in_the_bar_that_one_is_among_the_cases(client: FlaskClient, cast: Cast) -> None:
    case = concluded(cast)
    sign_in(client, cast.lead)
    for page in ("", "/conclusion", "/signing", "/review", "/findings"):
        bar = client.get(f"/cases/{case.id}{page}").text.split("<nav", 1)[1].split("</nav>", 1)[0]
        assert 'href="/cases" aria-current' in bar, page


NOT_AMONG_CASES = [("lead", "/", None), ("contact", "/cases/{theirs}", None), ("admin", "/admin/people/invite", "/admin/people")]


@pytest.mark.parametrize(("person", "page", "current"), NOT_AMONG_CASES)
def test_the_bar_says_where_one_is_and_nothing_where_one_is_nowhere(
    client: FlaskClient, cast: Cast, person: str, page: str, current: str | None
) -> None:
    theirs = make.engagement(cast)
    reader = cast.other_contact if "{theirs}" in page else getattr(cast, person)
    db.session.commit()
    bar = sign_in(client, reader).get(page.format(theirs=theirs.id)).text.split("<nav", 1)[1].split("</nav>", 1)[0]
    assert re.findall(r'href="([^"]*)" aria-current', bar) == ([current] if current else [])
