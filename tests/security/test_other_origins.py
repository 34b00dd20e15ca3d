"""A form sent by a page of another site is refused, also with a token; `/forgotten` does the same work for every address."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from tests.accounts.builders import with_password
from tests.people import Cast, sign_in
from verifier.accounts.models import AccountLink
from verifier.db import db
from verifier.jobs.models import Job

HTTPS = "https://localhost"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 303),
        ("http://localhost", 303),
        ("http://localhost:5000", 303),
        ("http://evil.example", 400),
        ("https://localhost", 400),
        ("http://localhost.evil.example", 400),
        ("null", 400),
        ("", 400),
    ],
)
def test_the_origin_of_a_form_must_be_ours(client: FlaskClient, cast: Cast, origin: str | None, status: int) -> None:
    sign_in(client, cast.contact)
    headers = {} if origin is None else {"Origin": origin}
    assert client.post("/account/sessions/end", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("referrer", "status"), [(None, 400), ("https://localhost/account", 303), ("https://evil.example/", 400), ("http://localhost/", 400)]
)
def test_over_https_a_form_without_an_origin_says_its_page(client: FlaskClient, cast: Cast, referrer: str | None, status: int) -> None:
    sign_in(client, cast.contact)
    headers = {} if referrer is None else {"Referer": referrer}
    assert client.post("/account/sessions/end", headers=headers, base_url=HTTPS).status_code == status


def test_reading_a_page_asks_for_no_origin(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.contact)
    assert client.get("/account", headers={"Origin": "https://evil.example"}).status_code == 200


def test_asking_for_a_link_runs_the_same_statements_for_every_address(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    ran: list[list[str]] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        ran[-1].append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    for name in ("contact", "nobody-here"):
        ran.append([])
        app.test_client().post("/forgotten", data={"email": f"{name}@example.org"})
    event.remove(db.engine, "before_cursor_execute", note)
    assert ran[0] == ran[1]
    assert not any("user_account" in statement for statement in ran[0])
    assert db.session.scalars(select(AccountLink)).all() == []
    assert [job.kind for job in db.session.scalars(select(Job))] == ["accounts.forgotten"] * 2
