"""A unit's people hand in, look through and release a report on pages."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests import make
from tests.people import Cast, sign_in
from tests.reports.builders import small
from verifier.audit.queries import trail
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.registry.models import UnitYear
from verifier.reports.models import ReportVersion


@pytest.fixture
def year(cast: Cast) -> UnitYear:
    made = make.unit_year(cast)
    db.session.commit()
    return made


def upload(client: FlaskClient, year: UnitYear, data: bytes, note: str = "") -> tuple[int, str]:
    form = {"workbook": (BytesIO(data), "report.xlsx"), "note": note}
    answer = client.post(f"/reports/{year.id}/hand-in", data=form, content_type="multipart/form-data", follow_redirects=True)
    return answer.status_code, answer.text


def released(cast: Cast, year: UnitYear) -> str:
    make.report(cast, year)
    db.session.commit()
    return f"/reports/{year.id}/versions/1"


def test_a_contact_hands_in_and_sees_the_version(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    status, page = upload(sign_in(client, cast.contact), year, small())
    assert status == 200
    assert "Version 1" in page
    assert "No data alerts" in page


def test_every_place_that_cannot_be_read_is_listed_and_nothing_is_kept(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    status, page = upload(sign_in(client, cast.contact), year, small(sheets={"totals": None, "factors": None}))
    assert status == 409
    assert page.count("is missing. Add it") == 2
    assert db.session.scalar(select(func.count()).select_from(ReportVersion)) == 0


def test_the_words_beside_a_refused_correction_are_kept(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    released(cast, year)
    status, page = upload(sign_in(client, cast.contact), year, small(sheets={"totals": None}), "The coke bill came late.")
    assert status == 409
    assert "The coke bill came late." in page


def test_the_responsible_person_releases_and_the_contact_may_not(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    make.report(cast, year, released=False)
    db.session.commit()
    address = f"/reports/{year.id}/versions/1/release"
    before = sign_in(client, cast.responsible).get(f"/reports/{year.id}/versions/1").text
    assert "the report must bear: the seal of the unit, the signature of its legal representative." in before
    assert sign_in(client, cast.contact).post(address).status_code == 403
    assert sign_in(client, cast.responsible).post(address).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(ReportVersion)).one().released_by == cast.responsible.id


def test_sources_are_filtered_on_the_page(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    page = sign_in(client, cast.contact).get(released(cast, year) + "?flag=factor_of_thousand").text
    sources = page.split('id="sources"')[1]
    assert "E-095" in sources
    assert "E-027" not in sources


def test_what_looks_wrong_is_searched_filtered_paged_and_taken_away(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    address = released(cast, year) + "/flags"
    sign_in(client, cast.contact)
    whole = client.get(address).text
    assert 'rel="next"' in whole
    off = client.get(address + "?flag=factor_of_thousand").text
    assert "E-095" in off
    assert "E-027" not in off.split("<table")[1]
    assert "E-027" not in client.get(address + "?q=e-095").text.split("<table")[1]
    assert "Change or clear the filter." in client.get(address + "?q=nowhere").text
    assert client.get(address + "?export=xlsx").data.startswith(b"PK")
    assert f'href="{address}"' in client.get(address.removesuffix("/flags")).text


def test_sources_are_taken_away_as_a_workbook(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    answer = sign_in(client, cast.contact).get(released(cast, year) + "?export=xlsx")
    assert answer.data.startswith(b"PK")


def test_the_workbook_comes_back_as_it_was_and_the_trail_says_who_took_it(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    answer = sign_in(client, cast.contact).get(released(cast, year) + "/workbook")
    assert answer.data == make.PARK_WITH_ERRORS.read_bytes()
    row = db.session.scalars(trail(None)).first()
    assert (row.action, row.effect, row.actor_name) == ("report:version:downloaded", "look", cast.contact.name)


def test_a_version_that_is_not_there_is_not_found(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    assert sign_in(client, cast.contact).get(f"/reports/{year.id}/versions/7").status_code == 404


@pytest.mark.parametrize(
    ("person", "expected"), [("contact", 200), ("manager", 200), ("coordinator", 200), ("other_contact", 404), ("admin", 404)]
)
def test_another_units_year_is_not_there(cast: Cast, client: FlaskClient, year: UnitYear, person: str, expected: int) -> None:
    assert sign_in(client, getattr(cast, person)).get(f"/reports/{year.id}").status_code == expected


def test_home_lists_the_units_years_with_whose_turn_it_is(cast: Cast, client: FlaskClient, year: UnitYear) -> None:
    page = sign_in(client, cast.contact).get("/reports").text
    assert "2021" in page
    assert "No report yet" in page
    assert "days left" in page


def test_a_unit_names_its_body_on_its_page(cast: Cast, client: FlaskClient) -> None:
    of = make.unit_year(cast, body=None)
    db.session.commit()
    answer = sign_in(client, cast.contact).post(f"/reports/{of.id}/body", data={"body": str(cast.org("body").id)})
    assert answer.status_code == 303
    db.session.expire_all()
    assert of.body == cast.org("body")


def test_once_a_case_is_open_the_body_stays(cast: Cast, client: FlaskClient) -> None:
    case = make.engagement(cast, Stage.CHECKING)
    db.session.commit()
    other = str(cast.org("other_body").id)
    assert sign_in(client, cast.contact).post(f"/reports/{case.unit_year_id}/body", data={"body": other}).status_code == 409
    db.session.expire_all()
    assert case.unit_year.body == cast.org("body")


@pytest.mark.parametrize(("stage", "expected"), [(Stage.ANSWERING, 200), (Stage.REVIEWING, 409)])
def test_a_corrected_version_is_taken_until_the_review_and_recorded_in_the_case(
    cast: Cast, client: FlaskClient, stage: Stage, expected: int
) -> None:
    case = make.engagement(cast, stage)
    db.session.commit()
    assert upload(sign_in(client, cast.contact), case.unit_year, small())[0] == expected
    actions = [row.action for row in db.session.scalars(trail(case.id))]
    assert actions == (["report:version:handed_in"] if expected == 200 else [])
