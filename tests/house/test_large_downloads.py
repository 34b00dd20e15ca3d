"""Large spreadsheets: made by a job, shown with progress, downloaded by the one who asked, and removed afterwards."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests import make
from tests.findings.builders import finding
from tests.people import Cast, sign_in
from verifier.accounts.models import Appointment
from verifier.audit.models import TrailRow
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.queries import store
from verifier.jobs import cleanup, worker
from verifier.jobs.models import Job
from verifier.maintenance.sweep import orphans
from verifier.web.downloads import large, sizes

CASES = 12


@pytest.fixture
def case(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Engagement:
    """A dozen cases, where ten rows are many."""
    monkeypatch.setattr(sizes, "LARGE", 10)
    made = make.engagement(cast, Stage.CHECKING)
    make.more_cases(made, CASES)
    return made


def asked(client: FlaskClient, address: str = "/cases?export=xlsx") -> str:
    """The page that an address leads to."""
    answer = client.get(address)
    assert answer.status_code == 303
    return answer.location


def job() -> Job:
    return db.session.scalars(select(Job).where(Job.kind == large.KIND)).one()


def rows_of(data: bytes) -> list[list]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def test_a_large_list_is_made_by_a_job_and_is_the_same_as_a_small_one(
    app: Flask, client: FlaskClient, cast: Cast, case: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, cast.manager)
    with monkeypatch.context() as patched:
        patched.setattr(sizes, "LARGE", 1_000)
        small = client.get("/cases?export=xlsx").data
    page = asked(client)
    assert "Waiting in the queue" in client.get(page).text
    assert client.get(f"{page}/state.json").json["ended"] is False
    assert client.get(f"{page}/file.xlsx").status_code == 404
    worker.empty(app)
    assert client.get(f"{page}/state.json").json["ended"] is True
    link = re.search(r'href="([^"]+file\.xlsx)"', client.get(page).text)
    answer = client.get(link[1])
    assert rows_of(answer.data) == rows_of(small)
    assert len(rows_of(answer.data)) > CASES
    assert "Cases.xlsx" in answer.headers["Content-Disposition"]


def test_a_small_list_is_answered_at_once(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.manager)
    assert client.get("/cases?export=xlsx&q=nothing-of-that-name").mimetype.endswith("sheet")


def test_a_large_list_is_written_in_the_language_of_the_page_it_was_asked_on(
    app: Flask, client: FlaskClient, cast: Cast, case: Engagement
) -> None:
    sign_in(client, cast.manager)
    page = client.get("/cases?export=xlsx", headers={"Accept-Language": "zh"}).location
    worker.empty(app)
    assert rows_of(client.get(f"{page}/file.xlsx").data)[0][0] == "核查项目"


def test_nobody_else_is_shown_a_large_list(app: Flask, client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.manager)
    page = asked(client)
    worker.empty(app)
    for person in (cast.assessor, cast.admin, cast.lead):
        other = app.test_client()
        sign_in(other, person)
        assert [other.get(page + part).status_code for part in ("", "/state.json", "/file.xlsx")] == [404] * 3


def test_who_may_no_longer_see_the_list_is_not_given_its_file(app: Flask, client: FlaskClient, cast: Cast, case: Engagement) -> None:
    address = f"/programme/years/{case.unit_year.year_id}/progress?export=xlsx"
    sign_in(client, cast.manager)
    page = asked(client, address)
    worker.empty(app)
    assert client.get(f"{page}/file.xlsx").status_code == 200
    for appointment in db.session.scalars(select(Appointment).where(Appointment.user_id == cast.manager.id)):
        db.session.delete(appointment)
    db.session.commit()
    assert client.get(f"{page}/file.xlsx").status_code == 404


def test_who_may_no_longer_see_the_list_when_it_is_made_gets_none(app: Flask, client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.manager)
    asked(client, f"/programme/years/{case.unit_year.year_id}/progress?export=xlsx")
    cast.manager.disabled_at = utcnow()
    db.session.commit()
    worker.empty(app)
    assert job().arguments.get("refused") is True
    assert "sha256" not in job().arguments


def test_a_large_download_is_recorded_once_in_the_name_of_the_person(
    app: Flask, client: FlaskClient, cast: Cast, case: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "LARGE", 0)
    finding(case, cast)
    db.session.commit()
    sign_in(client, cast.lead)
    of = select(TrailRow).where(TrailRow.action == "case:trail:downloaded")
    asked(client, f"/cases/{case.id}/trail?export=xlsx")
    assert db.session.scalars(of).all() == []
    db.session.rollback()
    worker.empty(app)
    assert [row.actor_name for row in db.session.scalars(of)] == [cast.lead.name]


def test_the_file_is_kept_for_a_day_and_removed_then(app: Flask, client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.manager)
    asked(client)
    worker.empty(app)
    made, later = job(), utcnow() + timedelta(hours=1)
    digest = made.arguments["sha256"]
    assert digest not in {stored.digest for stored in orphans(store(), later)}
    made.done_at = utcnow() - large.KEPT - timedelta(minutes=1)
    db.session.commit()
    cleanup.sweep(None)
    db.session.commit()
    assert digest in {stored.digest for stored in orphans(store(), later)}


def test_what_was_searched_is_not_readable_in_the_queue(client: FlaskClient, cast: Cast, case: Engagement) -> None:
    sign_in(client, cast.manager)
    asked(client, "/cases?export=xlsx&q=unit")
    assert "unit" not in str({name: value for name, value in job().arguments.items() if name != "person"})
