"""A large workbook is taken in behind the page: answered at once, kept or refused whole later, and read by nobody else's time."""

from io import BytesIO
from random import Random
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests import make
from tests.people import Cast, sign_in
from tests.reports.builders import Table, small
from verifier.db import db
from verifier.jobs import worker
from verifier.jobs.models import Job
from verifier.reports import report_intake
from verifier.reports.models import ReportVersion


@pytest.fixture
def year(cast: Cast) -> UUID:
    made = make.unit_year(cast)
    db.session.commit()
    return made.id


def large(**sheets: Table | None) -> bytes:
    """More than a page waits for: a sheet of its own that does not compress."""
    chance = Random(1)
    data = small(sheets={"notes": [[chance.randbytes(500).hex()] for _ in range(2_400)], **sheets})
    assert len(data) > report_intake.LARGE
    return data


def send(client: FlaskClient, year: UUID, data: bytes) -> str:
    answer = posted(client, year, data)
    assert answer.status_code == 303
    return answer.headers["Location"]


def posted(client: FlaskClient, year: UUID, data: bytes) -> TestResponse:
    """The form as bytes: the test client leaves the file open that it would put a large one in."""
    form = {"workbook": FileStorage(BytesIO(data), filename="report.xlsx"), "note": "corrected"}
    boundary, body = encode_multipart(form)
    return client.post(f"/reports/{year}/hand-in", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def versions() -> int:
    return db.session.scalar(select(func.count()).select_from(ReportVersion)) or 0


def test_it_waits_then_is_kept_once(app: Flask, cast: Cast, client: FlaskClient, year: UUID) -> None:
    where = send(sign_in(client, cast.contact), year, large())
    assert versions() == 0
    page = client.get(where)
    assert page.status_code == 200
    assert "Refresh" in page.text
    assert "Waiting in the queue" in page.text
    before = client.get(f"{where}/state.json").json
    db.session.remove()
    worker.empty(app)
    assert versions() == 1
    after = client.get(f"{where}/state.json").json
    assert (before["ended"], after["ended"]) == (False, True)
    assert before["mark"] != after["mark"]
    assert client.get(where).headers["Location"].endswith("/versions/1")
    job = db.session.scalars(select(Job).where(Job.kind == report_intake.KIND)).one()
    assert (job.progress_words, job.progress_done, job.progress_total) == (report_intake.KEEPING, 28, 28)
    kept = db.session.scalars(select(ReportVersion)).one()
    assert (kept.note, kept.handed_in_by) == ("corrected", cast.contact.id)


def test_what_cannot_be_read_lists_every_place_and_keeps_nothing(app: Flask, cast: Cast, client: FlaskClient, year: UUID) -> None:
    where = send(sign_in(client, cast.contact), year, large(totals=None, factors=None))
    db.session.remove()
    worker.empty(app)
    page = client.get(where).text
    assert page.count("is missing. Add it") == 2
    assert "Select the workbook again" in page
    assert versions() == 0


def test_a_workbook_that_was_handed_in_is_refused_at_once(app: Flask, cast: Cast, client: FlaskClient, year: UUID) -> None:
    data = large()
    send(sign_in(client, cast.contact), year, data)
    db.session.remove()
    worker.empty(app)
    assert posted(client, year, data).status_code == 409


def test_another_units_people_do_not_know_of_it(app: Flask, cast: Cast, client: FlaskClient, year: UUID) -> None:
    where = send(sign_in(client, cast.contact), year, large())
    assert sign_in(app.test_client(), cast.verifier).get(where).status_code in (403, 404)
    assert client.get(where[:-4] + "0000").status_code == 404
