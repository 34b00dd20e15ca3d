"""The pages of check 2: the register and a source, as the team and others meet them."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests import make
from tests.people import Cast, sign_in
from verifier.audit.models import TrailRow
from verifier.checks.data.models import SourceDecision
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement


@pytest.fixture
def case(app: Flask, cast: Cast) -> Engagement:
    return make.engagement(cast)


def text_of(response: object) -> str:
    return unescape(response.get_data(as_text=True))  # type: ignore[attr-defined]


def expected_of(page: str) -> str:
    return re.search(r'name="expected" value="(\d+)"', page).group(1)  # type: ignore[union-attr]


def outcomes() -> int:
    return db.session.scalar(select(func.count()).select_from(SourceDecision)) or 0


def test_the_register_shows_fifty_sources_a_page_and_the_summary(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data"))
    assert page.count('scope="row"><a href="/cases/') == 50
    assert "52,804" in page
    assert "E-999" in page, "data without a source is said about the report as a whole"


@pytest.mark.parametrize(
    ("filter", "shown", "hidden"),
    [
        ("flag=factor_of_thousand", "E-095", "E-000"),
        ("state=differs_now", "E-047", "E-052"),
        ("state=incomplete", "E-052", "E-047"),
        ("q=E-059", "E-059", "E-060"),
        ("category=stationary_combustion", "G-035", "E-000"),
        ("sort=difference", "E-095", "nothing is hidden"),
    ],
)
def test_a_filter_lets_through_what_it_names(
    client: FlaskClient, cast: Cast, case: Engagement, filter: str, shown: str, hidden: str
) -> None:
    page = text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data?{filter}"))
    assert f'data/{shown}"' in page
    assert f'data/{hidden}"' not in page


def test_nothing_that_matches_is_said_in_words(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    assert "No matching sources" in text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data?q=no-such-thing"))


def test_a_source_shows_the_missing_month_at_its_place(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    page = text_of(sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/G-035"))
    assert "Missing month" in page
    assert page.index("2021-04") < page.index("2021-05") < page.index("2021-06")


def test_a_decision_goes_on_to_the_next_undecided(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    answer = sign_in(client, cast.verifier).post(f"/cases/{case.id}/data/E-000", data={"version": "0", "outcome": "agreed"})
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.id}/data/E-002")
    assert outcomes() == 1


def test_a_refused_outcome_keeps_what_was_typed(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    typed = {"version": "0", "outcome": "differs", "verified": "12", "note": ""}
    answer = sign_in(client, cast.verifier).post(f"/cases/{case.id}/data/E-047", data=typed)
    assert answer.status_code == 409
    assert 'value="12"' in text_of(answer)
    assert outcomes() == 0


def test_all_that_recalculate_exactly_are_agreed_at_once_in_one_row_of_the_trail(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    browser = sign_in(client, cast.verifier)
    expected = expected_of(text_of(browser.get(f"/cases/{case.id}/data")))
    assert browser.post(f"/cases/{case.id}/agree-data", data={"all": "1", "expected": expected}).status_code == 303
    rows = db.session.scalars(select(TrailRow).where(TrailRow.action == "data:sources:agreed")).all()
    assert [len(row.detail["keys"]) for row in rows] == [int(expected)] == [outcomes()]
    assert not {"E-095", "E-047", "E-052", "G-035", "G-053"} & set(rows[0].detail["keys"])


def test_agreeing_to_another_number_than_announced_is_refused(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.verifier).post(f"/cases/{case.id}/agree-data", data={"all": "1", "expected": "3"})
    assert outcomes() == 0


def test_the_spreadsheet_is_recorded_as_a_look(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    answer = sign_in(client, cast.reviewer).get(f"/cases/{case.id}/data.xlsx?flag=any")
    assert answer.data[:2] == b"PK"
    assert db.session.scalar(select(TrailRow.effect).where(TrailRow.action == "data:list:downloaded")) == "look"


@pytest.mark.parametrize(
    ("person", "reading", "deciding"),
    [
        ("lead", 200, 303),
        ("expert", 200, 303),
        ("reviewer", 200, 403),
        ("assessor", 200, 403),
        ("contact", 403, 403),
        ("other_coordinator", 404, 404),
    ],
)
def test_the_team_decides_and_others_read_or_do_not(
    client: FlaskClient, cast: Cast, case: Engagement, person: str, reading: int, deciding: int
) -> None:
    browser, page = sign_in(client, getattr(cast, person)), f"/cases/{case.id}/data/E-000"
    assert browser.get(page).status_code == reading
    assert browser.post(page, data={"version": "0", "outcome": "agreed"}).status_code == deciding


def test_a_source_that_the_report_does_not_list_is_not_found(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    assert sign_in(client, cast.lead).get(f"/cases/{case.id}/data/{quote('E-999')}").status_code == 404


def test_nothing_is_decided_once_the_statement_is_issued(client: FlaskClient, cast: Cast, app: Flask) -> None:
    case = make.engagement(cast, Stage.ISSUED)
    answer = sign_in(client, cast.lead).post(f"/cases/{case.id}/data/E-000", data={"version": "0", "outcome": "agreed"})
    assert answer.status_code == 409
    assert outcomes() == 0
