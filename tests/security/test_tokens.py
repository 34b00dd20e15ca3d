"""No other site makes a signed-in browser do anything: every form wants the token of its own session."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.house.routes import World
from tests.people import Cast
from tests.security.attacker import Browsers, address, best_placed, browser, gets, posts, read
from verifier.audit.models import TrailRow
from verifier.db import db

pytestmark = pytest.mark.hold

KEPT_OPEN = "This page has expired"


@pytest.fixture
def guarded(world: World) -> Iterator[World]:
    """The same installation, its forms asking for tokens as in real life."""
    world.app.config["WTF_CSRF_ENABLED"] = True
    yield world
    world.app.config["WTF_CSRF_ENABLED"] = False


def token_of(client: FlaskClient, page: str = "/account") -> str:
    """The token that a page of this browser's session carries."""
    return next(value for form in read(client.get(page).text).forms for name, value in form.fields if name == "csrf_token")


def rows() -> int:
    """How long the trails are together."""
    return db.session.scalar(select(func.count()).select_from(TrailRow)) or 0


@pytest.mark.parametrize("which", ["missing", "empty", "made up", "of another session", "stale"])
def test_no_form_is_taken_without_the_token_of_its_session(guarded: World, which: str) -> None:
    stranger = browser(guarded, "verifier" if which == "of another session" else "nobody")
    browsers, taken, before = Browsers(guarded), [], rows()
    foreign = token_of(stranger, "/account" if which == "of another session" else "/sign-in")
    for rule in posts(guarded):
        client = browsers.of(best_placed("POST", rule))
        if which == "stale":
            guarded.app.config["WTF_CSRF_TIME_LIMIT"] = -1
        sent = {
            "missing": {},
            "empty": {"csrf_token": ""},
            "made up": {"csrf_token": "IjEi.aaaa.bbbb"},
            "stale": {"csrf_token": foreign},
            "of another session": {"csrf_token": foreign},
        }[which]
        answer = client.post(address(rule, guarded.values), data=sent)
        if answer.status_code != 400 or KEPT_OPEN not in answer.text:
            taken.append((rule.rule, answer.status_code))
    guarded.app.config["WTF_CSRF_TIME_LIMIT"] = 3600
    db.session.rollback()
    assert taken == []
    assert rows() == before


def test_a_token_in_the_address_or_a_cookie_is_no_token(guarded: World) -> None:
    client = browser(guarded, "contributor")
    token = token_of(client)
    client.set_cookie("csrf_token", token)
    assert client.post(f"/account?csrf_token={token}", data={"name": "X"}).status_code == 400


def test_every_page_with_a_form_that_does_something_carries_the_token(guarded: World) -> None:
    browsers, bare = Browsers(guarded), []
    for rule in gets(guarded):
        here = address(rule, guarded.values)
        answer = browsers.best("GET", rule).get(here)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            actions = [form for form in read(answer.text).forms if form.method == "post" and here != "/components"]
            bare += [(here, form.action) for form in actions if not dict(form.fields).get("csrf_token")]
            assert not [form for form in read(answer.text).forms if form.method == "get" and ("csrf_token" in dict(form.fields))], here
        answer.close()
    assert bare == []


def test_nothing_that_changes_a_case_is_done_by_a_get_a_head_or_an_options(guarded: World) -> None:
    """Looking leaves at most a row that says somebody looked."""
    client, changing = browser(guarded, "lead"), select(func.count()).select_from(TrailRow).where(TrailRow.effect != "look")
    before = db.session.scalar(changing)
    db.session.rollback()
    for rule in gets(guarded):
        for method in ("GET", "HEAD", "OPTIONS"):
            client.open(address(rule, guarded.values), method=method).close()
    for rule in posts(guarded):
        for method in ("PUT", "DELETE", "PATCH", "TRACE"):
            assert client.open(address(rule, guarded.values), method=method).status_code == 405
    assert db.session.scalar(changing) == before
    assert Cast().lead.is_active
