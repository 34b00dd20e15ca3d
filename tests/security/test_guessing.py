"""Codes cannot be guessed from many addresses or over many pauses; a right one is accepted whatever keyboard, clock or database do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update
from sqlalchemy.orm.exc import StaleDataError

from tests.accounts.builders import GOOD, HOME, forget, link_in, mails, try_password, who, with_password, with_second_factor
from tests.people import Cast, sign_in
from verifier.accounts.authentication import known_browsers, secondfactor, signing_in, throttle
from verifier.accounts.authentication.signing_in import Origin, SignInResult
from verifier.accounts.models import ThrottleCount, User
from verifier.core.typed_digits import plain_digits, whole_number
from verifier.db import db, utcnow
from verifier.maintenance.diagnostics import stored_data

NEW = "otter-seldom-brick-9"


@contextmanager
def one_collision() -> Iterator[None]:
    """The next commit fails as if another request had written the same row."""
    left = [StaleDataError("written meanwhile")]

    def fail(_session: object) -> None:
        if left:
            raise left.pop()

    event.listen(db.session, "before_commit", fail)
    try:
        yield
        assert not left
    finally:
        event.remove(db.session, "before_commit", fail)


def test_wrong_codes_from_any_number_of_addresses_count_on_the_account(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    for number in range(throttle.DAILY):
        assert signing_in.with_code(user, "000000", Origin(f"198.51.100.{number}", "bot", None), now=now).outcome is SignInResult.WRONG
    fresh = Origin("203.0.113.9", "bot", None)
    assert signing_in.with_code(user, secondfactor.code(secret, now), fresh, now=now).outcome is SignInResult.WAIT


@pytest.mark.parametrize("known", [False, True], ids=["unknown browser", "known browser"])
def test_a_pause_does_not_begin_the_count_of_wrong_codes_anew(cast: Cast, known: bool) -> None:
    user, _secret, _codes = with_second_factor(cast.lead)
    origin = Origin(HOME.address, "Firefox", known_browsers.remembered(None, user.id)) if known else HOME
    begun, wrong = utcnow(), 0
    for quarter in range(4 * 23):
        now = begun + (throttle.PAUSE + timedelta(seconds=1)) * quarter
        while signing_in.with_code(user, "000000", origin, now=now).outcome is SignInResult.WRONG:
            wrong += 1
    assert wrong == throttle.DAILY


def test_wrong_codes_at_an_open_session_are_counted_for_the_day(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    begun = utcnow()
    for quarter in range(20):
        for _try in range(5):
            secondfactor.check(user, "000000", begun + throttle.PAUSE * 1.1 * quarter)
    later = begun + throttle.PAUSE * 1.1 * 20
    assert not secondfactor.check(user, secondfactor.code(secret, later), later)
    tomorrow = begun + timedelta(days=1, minutes=1)
    assert secondfactor.check(user, secondfactor.code(secret, tomorrow), tomorrow)


def test_signing_in_does_not_forgive_the_wrong_codes_of_strangers(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    for number in range(throttle.DAILY - 1):
        signing_in.with_code(user, "000000", Origin(f"198.51.100.{number}", "bot", None), now=now)
    assert signing_in.with_code(user, secondfactor.code(secret, now), HOME, now=now).outcome is SignInResult.SIGNED_IN
    assert signing_in.with_code(user, "000000", Origin("203.0.113.1", "bot", None), now=now).outcome is SignInResult.WRONG
    assert signing_in.with_code(user, "000000", Origin("203.0.113.2", "bot", None), now=now).outcome is SignInResult.WAIT


def test_a_reset_link_makes_no_browser_a_known_one(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    forget(client, "contact@example.org")
    (message,) = mails(app.extensions["verifier"].settings.mail_folder)
    assert client.post(link_in(message), data={"password": NEW, "again": NEW}).status_code == 303
    assert client.get_cookie("verifier-browser") is None


def test_a_new_password_clears_the_wrong_ones_counted_here(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    for _try in range(6):
        stopped = try_password(client, "contact@example.org", "wrong")
    assert stopped.status_code == 429
    forget(client, "contact@example.org")
    (message,) = mails(app.extensions["verifier"].settings.mail_folder)
    client.post(link_in(message), data={"password": NEW, "again": NEW})
    try_password(client, "contact@example.org", NEW)
    assert who(client) == "Contact"


def test_a_right_code_on_a_request_that_is_retried_is_not_called_used(client: FlaskClient, cast: Cast) -> None:
    _user, secret, _codes = with_second_factor(cast.lead)
    try_password(client, "lead@example.org")
    with one_collision():
        answer = client.post("/sign-in/code", data={"code": secondfactor.code(secret, utcnow())})
    assert answer.status_code == 303
    assert who(client) == "Lead"


def test_a_recovery_code_on_a_request_that_is_retried_is_not_called_used(client: FlaskClient, cast: Cast) -> None:
    user, _secret, codes = with_second_factor(cast.lead)
    try_password(client, "lead@example.org")
    with one_collision():
        assert client.post("/sign-in/code", data={"code": codes[0]}).status_code == 303
    assert secondfactor.recovery_codes_left(user) == 9


def test_a_wrong_code_on_a_request_that_is_retried_counts_once(client: FlaskClient, cast: Cast) -> None:
    with_second_factor(cast.lead)
    try_password(client, "lead@example.org")
    with one_collision():
        client.post("/sign-in/code", data={"code": "000000"})
    db.session.expire_all()
    assert {row.failures for row in db.session.query(ThrottleCount) if row.bucket.startswith("code")} == {1}


def test_a_clock_that_was_ahead_does_not_lock_anyone_out_of_codes_and_no_code_is_good_twice(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    ahead = now + timedelta(days=1)
    assert secondfactor.check(user, secondfactor.code(secret, now), now)
    assert secondfactor.check(user, secondfactor.code(secret, ahead), ahead)
    assert not secondfactor.check(user, secondfactor.code(secret, now), now)
    soon = now + timedelta(seconds=30)
    assert secondfactor.check(user, secondfactor.code(secret, soon), soon)
    assert not secondfactor.check(user, secondfactor.code(secret, soon), soon)


def test_wrong_codes_counted_by_a_clock_that_was_ahead_stop_nobody(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    for _try in range(5):
        secondfactor.check(user, "000000", now + timedelta(days=1))
    assert secondfactor.check(user, secondfactor.code(secret, now), now)


def test_the_doctor_names_a_clock_that_was_set_back(cast: Cast) -> None:
    user, _secret, _codes = with_second_factor(cast.lead)
    assert not list(stored_data.clock())
    tomorrow = int((utcnow() + timedelta(days=1)).timestamp()) // secondfactor.STEP
    db.session.execute(update(User).where(User.id == user.id).values(totp_last_step=tomorrow))
    assert [problem.code for problem in stored_data.clock()] == ["clock.set_back"]


@pytest.mark.parametrize(("typed", "number"), [("12", 12), ("１２", 12), ("٣", 3), (" 7 ", 7), ("²", None), ("①", None), ("1_0", None)])
def test_digits_are_read_one_way(typed: str, number: int | None) -> None:
    assert whole_number(typed) == number


def test_a_code_typed_in_full_width_digits_is_the_code(client: FlaskClient, cast: Cast) -> None:
    _user, secret, _codes = with_second_factor(cast.lead)
    try_password(client, "lead@example.org")
    code = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in secondfactor.code(secret, utcnow()))
    assert plain_digits(code).isascii()
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303
    assert who(client) == "Lead"


@pytest.mark.parametrize("typed", ["12345²", "①②③④⑤⑥", "²", "½½½½½½", "𝟏²𝟑𝟒𝟓𝟔"])
def test_characters_that_are_no_digits_are_refused_with_words(client: FlaskClient, cast: Cast, typed: str) -> None:
    with_second_factor(cast.lead)
    try_password(client, "lead@example.org")
    answer = client.post("/sign-in/code", data={"code": typed})
    assert (answer.status_code, "The code is incorrect" in answer.text) == (200, True)


@pytest.mark.parametrize("typed", ["²", "9" * 5000, "1_0", "−1"])
def test_a_page_number_or_a_version_that_is_none_is_no_error_of_ours(client: FlaskClient, cast: Cast, typed: str) -> None:
    sign_in(client, cast.admin)
    assert client.get("/admin/people", query_string={"page": typed}).status_code == 200
    assert client.post("/account", data={"name": "Admin", "language": "", "version": typed}).status_code == 409
    assert client.get("/cases", query_string={"year": typed}).status_code == 200


def test_a_good_password_is_still_asked_for(client: FlaskClient, cast: Cast) -> None:
    with_second_factor(cast.lead)
    assert try_password(client, "lead@example.org", GOOD + "x").status_code == 200
    assert client.post("/sign-in/code", data={"code": "１２３４５６"}).status_code == 303
    assert who(client) is None
