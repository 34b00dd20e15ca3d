"""Guessing is slow, and a stranger locks nobody out."""

from datetime import timedelta

from flask.testing import FlaskClient

from tests.accounts.builders import GOOD, HOME, try_password, who, with_password
from tests.people import Cast
from verifier.accounts.authentication import known_browsers, links, signing_in, throttle
from verifier.accounts.authentication.signing_in import Origin, SignInResult
from verifier.accounts.models import ThrottleCount
from verifier.db import db, utcnow

EMAIL = "contact@example.org"


def attempt(password: str, origin: Origin = HOME, *, later: timedelta = timedelta(0), email: str = EMAIL) -> SignInResult:
    """One try through the first step, committed as a request would."""
    now = utcnow() + later
    compared = signing_in.compared(password, signing_in.stored_password(email, origin, now=now))
    answer = signing_in.with_password(email, password, origin, already=compared, now=now)
    db.session.commit()
    return answer.outcome


def counted(email: str, origin: Origin) -> None:
    """A wrong password as it is counted, without the tenth of a second that hashing one takes."""
    throttle.count(throttle.buckets("password", email, origin.visitor(None), utcnow()), utcnow())
    db.session.commit()


def test_five_wrong_passwords_from_an_address_make_it_wait_even_with_the_right_one(cast: Cast) -> None:
    with_password(cast.contact)
    assert [attempt("wrong") for _try in range(5)] == [SignInResult.WRONG] * 5
    assert attempt(GOOD) is SignInResult.WAIT
    assert attempt(GOOD, later=throttle.PAUSE + timedelta(seconds=5)) is SignInResult.SIGNED_IN


def test_a_stranger_does_not_lock_the_owner_out_at_another_address(cast: Cast) -> None:
    with_password(cast.contact)
    for number in range(60):
        counted(EMAIL, Origin(f"198.51.100.{number}", "bot", None))
    assert attempt("wrong", Origin("198.51.100.1", "bot", None)) is SignInResult.WRONG
    assert attempt("wrong", Origin("198.51.100.1", "bot", None)) is SignInResult.WAIT, "an attacked account leaves each address two tries"
    assert attempt(GOOD, HOME) is SignInResult.SIGNED_IN


def test_a_stranger_at_the_same_address_does_not_lock_out_a_browser_that_signed_in_before(cast: Cast) -> None:
    user = with_password(cast.contact)
    for _try in range(8):
        attempt("wrong")
    known = Origin(HOME.address, "Firefox", known_browsers.remembered(None, user.id))
    assert attempt(GOOD) is SignInResult.WAIT
    assert attempt(GOOD, known) is SignInResult.SIGNED_IN


def test_a_known_browser_has_its_own_limit(cast: Cast) -> None:
    user = with_password(cast.contact)
    known = Origin(HOME.address, "Firefox", known_browsers.remembered(None, user.id))
    assert [attempt("wrong", known) for _try in range(10)] == [SignInResult.WRONG] * 10
    assert attempt(GOOD, known) is SignInResult.WAIT


def test_a_browser_cookie_is_good_for_its_own_accounts_only_and_cannot_be_made_up(cast: Cast) -> None:
    cookie = known_browsers.remembered(None, cast.contact.id)
    assert known_browsers.mark_of(cookie, cast.contact.id)
    assert known_browsers.mark_of(cookie, cast.lead.id) is None
    assert known_browsers.mark_of(cookie[:-2], cast.contact.id) is None
    both = known_browsers.remembered(cookie, cast.lead.id)
    mark = known_browsers.mark_of(both, cast.contact.id)
    assert mark == known_browsers.mark_of(both, cast.lead.id) == known_browsers.mark_of(cookie, cast.contact.id)


def test_an_address_that_tries_many_accounts_must_wait(cast: Cast) -> None:
    with_password(cast.contact)
    for number in range(45):
        counted(f"nobody{number}@example.org", HOME)
    for number in range(45, 50):
        assert attempt("wrong", email=f"nobody{number}@example.org") is SignInResult.WRONG
    assert attempt(GOOD) is SignInResult.WAIT


def test_counts_outlive_the_request_and_name_neither_mail_nor_address(cast: Cast) -> None:
    attempt("wrong")
    db.session.remove()
    kept = [row.bucket for row in db.session.query(ThrottleCount)]
    assert len(kept) == 3
    assert not any(EMAIL in bucket or HOME.address in bucket for bucket in kept)


def test_a_link_by_mail_lets_the_owner_in_who_was_stopped(client: FlaskClient, cast: Cast) -> None:
    user = with_password(cast.contact)
    for _try in range(6):
        stopped = try_password(client, EMAIL, "wrong")
    assert stopped.status_code == 429
    token = links.issue(user, links.Purpose.RESET, now=utcnow())
    db.session.commit()
    client.post(f"/link/{token}", data={"password": "otter-seldom-brick-9", "again": "otter-seldom-brick-9"})
    try_password(client, EMAIL, "otter-seldom-brick-9")
    assert who(client) == "Contact"
