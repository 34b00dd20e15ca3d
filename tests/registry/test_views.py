"""A programme manager opens a year, sets its dates and registers its units on pages."""

from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.people import Cast, sign_in
from verifier.db import db
from verifier.registry.models import ProgrammeYear, UnitYear


def boxes(name: str, year: int, month: int, day: int) -> dict[str, str]:
    return {f"{name}-year": str(year), f"{name}-month": str(month), f"{name}-day": str(day)}


def year_input(**changes: str) -> dict[str, str]:
    dates = boxes("report_due", 2022, 3, 31) | boxes("verified_due", 2022, 4, 30) | boxes("surrender_due", 2022, 6, 30)
    return {"pack": make.PACK, "emission_year": "2021", "name": "Pilot 2021", "time_zone": "Asia/Shanghai"} | dates | changes


def test_a_manager_opens_a_year_and_lands_on_it(cast: Cast, client: FlaskClient) -> None:
    answer = sign_in(client, cast.manager).post("/programme/years/new", data=year_input(), follow_redirects=True)
    assert "Pilot 2021" in answer.text
    assert db.session.scalars(select(ProgrammeYear)).one().report_due.isoformat() == "2022-03-31"


def test_the_form_suggests_the_packs_dates_for_the_year_asked_for(cast: Cast, client: FlaskClient) -> None:
    page = sign_in(client, cast.manager).get("/programme/years/new?pack=beijing/2021&emission_year=2023").text
    assert 'name="report_due-year" ' in page or 'name="report_due-year"' in page
    assert 'value="2024"' in page


def test_what_was_typed_stays_when_a_year_is_refused(cast: Cast, client: FlaskClient) -> None:
    impossible = boxes("report_due", 2022, 5, 1)
    answer = sign_in(client, cast.manager).post("/programme/years/new", data=year_input(name="My name for it", **impossible))
    assert answer.status_code == 409
    assert "My name for it" in answer.text
    assert db.session.scalars(select(ProgrammeYear)).all() == []


def test_an_assessor_reads_years_and_opens_none(cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.assessor)
    assert client.get("/programme/years").status_code == 200
    assert client.get("/programme/years/new").status_code == 403


def test_dates_are_changed_by_the_version_that_was_seen(cast: Cast, client: FlaskClient) -> None:
    year = make.year(cast)
    db.session.commit()
    sign_in(client, cast.manager)
    typed = {key: value for key, value in year_input().items() if "due" in key}
    address = f"/programme/years/{year.id}/dates"
    assert client.post(address, data=typed | {"version": "1"}).status_code == 303
    stale = client.post(address, data=typed | boxes("report_due", 2022, 3, 1) | {"version": "1"})
    assert stale.status_code == 409
    assert 'value="2"' in stale.text
    db.session.expire_all()
    assert year.report_due.isoformat() == "2022-03-31"


def test_a_year_is_opened_under_the_rules_and_the_year_that_the_page_names(cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.manager)
    first = client.get("/programme/years/new").text
    assert "Create programme year" not in first, "the choice comes first, so that no other one stands beside it when the year is opened"
    second = client.get("/programme/years/new?pack=eu-ets/2018&emission_year=2023").text
    assert '<select id="pack"' not in second
    assert 'name="pack" value="eu-ets/2018.3"' in second
    assert 'name="emission_year" value="2023"' in second
    kept = client.post("/programme/years/new", data=year_input(pack="eu-ets/2018.3", emission_year="1850", name="Mine")).text
    assert "Enter a year between 2000 and 2100" in kept
    assert 'id="emission_year"' in kept, "the year can be mended where its error leads"
    assert 'value="Mine"' in kept


def test_a_new_unit_is_registered_and_found(cast: Cast, client: FlaskClient) -> None:
    year = make.year(cast)
    db.session.commit()
    sign_in(client, cast.manager)
    unit = {"unit": "new", "name": "Heat Works", "credit_code": "91110000MA00000X9Z", "sector": "heat"}
    assert client.post(f"/programme/years/{year.id}/units/new", data=unit).status_code == 303
    assert "Heat Works" in client.get(f"/programme/years/{year.id}?q=x9z").text
    assert "No matching units" in client.get(f"/programme/years/{year.id}?q=elsewhere").text
    assert client.get(f"/programme/years/{year.id}?export=xlsx").data.startswith(b"PK")


def test_a_new_unit_needs_a_name_and_a_code(cast: Cast, client: FlaskClient) -> None:
    year = make.year(cast)
    db.session.commit()
    page = sign_in(client, cast.manager).post(f"/programme/years/{year.id}/units/new", data={"unit": "new"}).text
    assert "Enter the name of the new unit" in page
    assert "Enter the credit code" in page
    assert db.session.scalars(select(UnitYear)).all() == []


def test_a_known_unit_is_chosen_from_the_list(cast: Cast, client: FlaskClient) -> None:
    year, unit = make.year(cast), cast.org("other_unit")
    db.session.commit()
    data = {"unit": str(unit.id), "credit_code": "91110000MA00000X1A"}
    assert sign_in(client, cast.manager).post(f"/programme/years/{year.id}/units/new", data=data).status_code == 303
    assert db.session.scalars(select(UnitYear)).one().unit == unit
