"""Signing in and out through the pages."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.accounts.builders import GOOD, try_password, who, with_password, with_second_factor, without_factor
from tests.people import Cast, actor
from verifier.accounts import actions
from verifier.accounts.authentication import passwords, secondfactor
from verifier.accounts.models import SignedInSession
from verifier.audit.models import TrailRow
from verifier.core.actor import INSTALLATION
from verifier.db import db, utcnow


def test_a_person_signs_in_with_mail_and_password_and_out_again(client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    assert try_password(client, " Contact@Example.org ").status_code == 303
    assert who(client) == "Contact"
    client.post("/sign-out")
    assert who(client) is None


def test_a_signed_out_cookie_is_worth_nothing_afterwards(client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    try_password(client, "contact@example.org")
    kept = client.get_cookie("verifier").value  # type: ignore[union-attr]
    client.post("/sign-out")
    client.set_cookie("verifier", kept)
    assert who(client) is None


def test_with_a_second_factor_the_password_alone_opens_nothing(client: FlaskClient, cast: Cast) -> None:
    _user, secret, _codes = with_second_factor(cast.lead)
    assert try_password(client, "lead@example.org").location == "/sign-in/code?next=/"
    assert who(client) is None
    client.post("/sign-in/code", data={"code": "000000"})
    assert who(client) is None
    client.post("/sign-in/code", data={"code": secondfactor.code(secret, utcnow())})
    assert who(client) == "Lead"


def test_the_second_step_is_lost_when_the_password_changes_or_the_account_is_disabled(client: FlaskClient, cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    for action in (actions.disable, actions.enable):
        try_password(client, "lead@example.org")
        action(user, actor=INSTALLATION, now=utcnow())
        db.session.commit()
    try_password(client, "lead@example.org")
    actions.set_password(user, "otter-seldom-brick-9", actor=INSTALLATION, now=utcnow())
    db.session.commit()
    answer = client.post("/sign-in/code", data={"code": secondfactor.code(secret, utcnow())})
    assert answer.location.startswith("/sign-in?")
    assert who(client) is None


def test_whoever_works_for_a_body_is_led_to_set_up_a_second_factor(client: FlaskClient, cast: Cast) -> None:
    without_factor(with_password(cast.signatory))
    assert try_password(client, "signatory@example.org").location.startswith("/account/second-factor")


def test_nothing_of_an_earlier_session_survives_signing_in(client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    with client.session_transaction() as planted:
        planted.update({"_user_id": "chosen-by-someone-else", "planted": "yes", "language": "zh"})
    try_password(client, "contact@example.org")
    with client.session_transaction() as session:
        assert session["_user_id"] != "chosen-by-someone-else"
        assert "planted" not in session
        assert session["language"] == "zh"
    first = db.session.scalar(select(SignedInSession.token_hash))
    try_password(client, "contact@example.org")
    rows = db.session.scalars(select(SignedInSession).order_by(SignedInSession.id).execution_options(populate_existing=True)).all()
    assert len({row.token_hash for row in rows}) == 2
    assert [row.ended_at is not None for row in rows if row.token_hash == first] == [True]


@pytest.mark.parametrize(
    ("change", "minutes", "holds"),
    [("last_seen_at", 59, True), ("last_seen_at", 61, False), ("created_at", 12 * 60 - 1, True), ("created_at", 12 * 60 + 1, False)],
)
def test_a_session_ends_when_idle_for_an_hour_and_after_twelve_in_any_case(
    client: FlaskClient, cast: Cast, change: str, minutes: int, holds: bool
) -> None:
    with_password(cast.contact)
    try_password(client, "contact@example.org")
    db.session.execute(update(SignedInSession).values({change: utcnow() - timedelta(minutes=minutes)}))
    db.session.commit()
    assert (who(client) == "Contact") is holds


def test_disabling_an_account_ends_its_sessions_at_once_and_it_cannot_sign_in(app: Flask, client: FlaskClient, cast: Cast) -> None:
    user = with_password(cast.contact)
    try_password(client, "contact@example.org")
    assert who(client) == "Contact"
    actions.disable(user, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert who(client) is None
    try_password(client, "contact@example.org")
    assert who(client) is None
    actions.enable(user, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert who(client) is None, "an ended session does not come back"


def test_ending_a_session_elsewhere_signs_that_browser_out_and_not_this_one(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    here, there = app.test_client(), app.test_client()
    try_password(there, "contact@example.org")
    try_password(here, "contact@example.org")
    theirs = db.session.scalars(select(SignedInSession).order_by(SignedInSession.id)).first()
    assert theirs is not None
    assert here.get("/account/sessions").text.count("/account/sessions/end") == 1
    here.post(f"/account/sessions/{theirs.id}/end")
    assert who(there) is None
    assert who(here) == "Contact"


def test_another_persons_session_cannot_be_ended(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    with_password(cast.responsible)
    here, there = app.test_client(), app.test_client()
    try_password(there, "responsible@example.org")
    try_password(here, "contact@example.org")
    theirs = db.session.scalars(select(SignedInSession).where(SignedInSession.user_id == cast.responsible.id)).one()
    assert here.post(f"/account/sessions/{theirs.id}/end").status_code == 404
    assert who(there) == "Responsible"


def test_every_wrong_answer_looks_the_same_and_costs_a_hash(client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(cast.contact)
    disabled = with_password(cast.responsible)
    actions.disable(disabled, actor=INSTALLATION, now=utcnow())
    db.session.commit()
    real, hashes = passwords._hasher.verify, []
    monkeypatch.setattr(type(passwords._hasher), "verify", lambda _self, kept, typed: hashes.append(kept) or real(kept, typed))
    pages = []
    for address, password in [
        ("contact@example.org", "wrong"),
        ("nobody@example.org", "wrong"),
        ("manager@example.org", "wrong"),
        ("responsible@example.org", GOOD),
    ]:
        answer = try_password(client, address, password)
        pages.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert len(set(pages)) == 1
    assert len(hashes) == 4


def test_forgetting_a_password_says_the_same_whether_there_is_an_account(client: FlaskClient, cast: Cast) -> None:
    answers = [
        client.post("/forgotten", data={"email": each}).text.replace(each, "…") for each in ("contact@example.org", "nobody@example.org")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/cases?q=1", "/cases?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("evil.example", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(client: FlaskClient, cast: Cast, asked: str, led_to: str) -> None:
    with_password(cast.contact)
    answer = client.post("/sign-in", query_string={"next": asked}, data={"email": "contact@example.org", "password": GOOD})
    assert answer.location == led_to


def test_signing_in_needs_a_token_against_forged_forms(app: Flask, client: FlaskClient, cast: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with_password(cast.contact)
    assert try_password(client, "contact@example.org").status_code == 400
    assert who(client) is None


def test_the_trail_tells_of_signing_in_and_holds_no_secret(client: FlaskClient, cast: Cast) -> None:
    user, secret, codes = with_second_factor(cast.lead)
    try_password(client, "lead@example.org", "a wrong password")
    try_password(client, "nobody@example.org", "a wrong password")
    try_password(client, "lead@example.org")
    code = secondfactor.code(secret, utcnow())
    client.post("/sign-in/code", data={"code": code})
    rows = db.session.scalars(select(TrailRow).where(TrailRow.action.startswith("accounts:session:")).order_by(TrailRow.number)).all()
    assert [(row.action, row.subject_id) for row in rows] == [
        ("accounts:session:refused", str(user.id)),
        ("accounts:session:refused", "unknown"),
        ("accounts:session:begun", str(user.id)),
    ]
    everything = " ".join(f"{row.subject_id} {row.actor_name} {row.detail}" for row in db.session.scalars(select(TrailRow)))
    for secret_thing in (GOOD, "a wrong password", secret, code, *codes, "nobody@example.org"):
        assert secret_thing not in everything
