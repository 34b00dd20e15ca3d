"""A stolen, kept, planted or ended session opens nothing, and signing in tells a stranger nothing."""

from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.accounts.builders import GOOD, forget, link_in, mails, try_password, who, with_password, with_second_factor
from tests.conftest import settings_in
from tests.people import Cast, actor, sign_in
from verifier.accounts import actions
from verifier.accounts.authentication import throttle
from verifier.accounts.models import SignedInSession, ThrottleCount
from verifier.app import create_app
from verifier.core.actor import INSTALLATION
from verifier.db import db, utcnow

pytestmark = pytest.mark.hold


def test_the_session_of_a_disabled_account_ends_at_once(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.lead)
    assert who(client) == "Lead"
    actions.disable(cast.lead, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert client.get("/account").location.startswith("/sign-in")
    assert client.post("/account", data={"name": "Still here"}).status_code == 303
    assert cast.lead.name == "Lead"
    actions.enable(cast.lead, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert who(client) is None, "enabling an account brings no old session back"


def test_a_changed_password_ends_every_other_session(app: Flask, client: FlaskClient, cast: Cast) -> None:
    thief = sign_in(app.test_client(), with_password(cast.contact))
    try_password(client, "contact@example.org")
    changed = client.post("/account/password", data={"current": GOOD, "password": "otter-seldom-brick-9", "again": "otter-seldom-brick-9"})
    assert changed.status_code == 303
    assert (who(client), who(thief)) == ("Contact", None)


def test_a_reset_password_ends_every_session_and_every_other_link(app: Flask, client: FlaskClient, cast: Cast) -> None:
    thief = sign_in(app.test_client(), with_password(cast.contact))
    folder = app.extensions["verifier"].settings.mail_folder
    for _time in range(2):
        forget(client, "contact@example.org")
    first, second = (link_in(message) for message in mails(folder))
    assert client.post(first, data={"password": "otter-seldom-brick-9", "again": "otter-seldom-brick-9"}).status_code == 303
    assert who(thief) is None
    assert client.get(second).status_code == 410
    assert client.get(first).status_code == 410


def test_a_role_that_was_taken_away_is_gone_from_the_session_that_is_open(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.manager)
    assert client.get("/programme/years").status_code == 200
    actions.change_roles(cast.manager, [], seen_version=None, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert client.get("/programme/years").status_code == 403


def test_a_session_planted_before_signing_in_is_not_the_one_afterwards(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """Fixation: whoever knows the cookie of before knows nothing of the session of after."""
    with_password(cast.contact)
    client.get("/sign-in")
    client.post("/language", data={"language": "zh"})
    planted = client.get_cookie("verifier").value  # type: ignore[union-attr]
    try_password(client, "contact@example.org")
    assert client.get_cookie("verifier").value != planted  # type: ignore[union-attr]
    attacker = app.test_client()
    attacker.set_cookie("verifier", planted)
    assert (who(client), who(attacker)) == ("Contact", None)


def test_signing_in_as_someone_else_ends_the_session_of_before(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.lead)
    kept = client.get_cookie("verifier").value  # type: ignore[union-attr]
    with_password(cast.contact)
    try_password(client, "contact@example.org")
    other = app.test_client()
    other.set_cookie("verifier", kept)
    assert (who(client), who(other)) == ("Contact", None)


@pytest.mark.parametrize(
    "forged", ["", "x", "eyJ0b2tlbiI6IngifQ", "eyJ0b2tlbiI6IngifQ.aaaa.bbbb", "a" * 3000, "\x00".encode("unicode_escape").decode()]
)
def test_a_cookie_that_we_did_not_sign_is_nobody(client: FlaskClient, forged: str) -> None:
    client.set_cookie("verifier", forged)
    assert client.get("/account").status_code == 303


def test_a_token_read_from_the_database_signs_nobody_in(client: FlaskClient, cast: Cast) -> None:
    """Only a hash is kept: a copy of the database is no key."""
    sign_in(client, cast.lead)
    kept = db.session.scalars(select(SignedInSession.token_hash)).first()
    with client.session_transaction() as session:
        assert session["_user_id"] != kept
        session["_user_id"] = kept
    assert who(client) is None


@pytest.mark.parametrize(("column", "ago"), [("last_seen_at", timedelta(minutes=61)), ("created_at", timedelta(hours=12, minutes=1))])
def test_an_idle_and_an_over_long_session_end(client: FlaskClient, cast: Cast, column: str, ago: timedelta) -> None:
    sign_in(client, cast.lead)
    db.session.execute(update(SignedInSession).values({column: utcnow() - ago}))
    db.session.commit()
    assert who(client) is None


@pytest.mark.parametrize("answered", ["sign-in", "forgotten"])
def test_nothing_in_an_answer_tells_whether_there_is_an_account(app: Flask, cast: Cast, answered: str) -> None:
    with_password(cast.contact)
    actions.disable(with_password(cast.responsible), actor=INSTALLATION, now=utcnow())
    db.session.commit()
    said = set()
    for name in ("contact", "responsible", "lead", "nobody-at-all"):
        client = app.test_client()
        fields = {"email": f"{name}@example.org"} | ({"password": "wrong-wrong-wrong"} if answered == "sign-in" else {})
        answer = client.post(f"/{answered}", data=fields)
        headers = {
            key: value
            for key, value in answer.headers.items()
            if key not in ("Set-Cookie", "Content-Length", "X-Request-ID", "X-Request-Id")
        }
        said.add((answer.status_code, answer.text.replace(f"{name}@", "*@"), str(sorted(headers.items()))))
    assert len({(code, headers) for code, _text, headers in said}) == 1
    assert len({_without_once(text) for _code, text, _headers in said}) == 1


def _without_once(text: str) -> str:
    """The page without what differs each time a form is shown."""
    return "\n".join(line for line in text.splitlines() if 'type="hidden"' not in line)


def test_a_wrong_address_takes_as_long_as_a_wrong_password(app: Flask, cast: Cast) -> None:
    """Within a factor of two, the quickest of several tries: without a hash to compare with, it would be fifty times quicker."""
    with_password(cast.contact)
    took = {}
    for name in ("contact", "nobody-at-all"):
        tries = []
        for _time in range(3):
            client, begun = app.test_client(), perf_counter()
            try_password(client, f"{name}@example.org", "wrong-wrong-wrong")
            tries.append(perf_counter() - begun)
        took[name] = min(tries)
    assert 0.5 < took["contact"] / took["nobody-at-all"] < 2, took


def test_codes_of_the_second_step_cannot_be_guessed_through(client: FlaskClient, cast: Cast) -> None:
    with_second_factor(cast.lead)
    try_password(client, "lead@example.org")
    codes = [client.post("/sign-in/code", data={"code": f"{n:06d}"}).status_code for n in range(7)]
    assert codes[-1] == 429
    assert db.session.scalars(select(ThrottleCount).where(ThrottleCount.bucket.like("code-here:%"))).one().failures >= 5
    assert timedelta(minutes=15) <= throttle.PAUSE


def test_behind_tls_every_cookie_is_bound_to_this_host_and_hidden_from_scripts(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    settings = replace(settings_in(app.extensions["verifier"].settings.instance), behind_tls=True, public_url="https://verifier.example")
    behind = create_app(settings, testing=True)
    behind.config["WTF_CSRF_ENABLED"] = False
    with behind.app_context():
        client = behind.test_client()
        address, fields = "https://verifier.example", {"email": "contact@example.org", "password": GOOD}
        answer = client.post("/sign-in", base_url=address, data=fields, headers={"Origin": address})
        cookies = answer.headers.getlist("Set-Cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-verifier", "__Host-verifier-browser"}
        for cookie in cookies:
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}, cookie
            assert "domain" not in cookie.lower()
            assert len(cookie) < 4096
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        db.session.remove()
        db.engine.dispose()
