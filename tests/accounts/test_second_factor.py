"""Codes are good once, whatever becomes of the request they came with."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken
from flask import Flask

from tests.accounts.builders import HOME, with_second_factor
from tests.people import Cast
from verifier.accounts import commands
from verifier.accounts.authentication import secondfactor, signing_in, throttle
from verifier.accounts.authentication.signing_in import SignInResult
from verifier.accounts.models import RecoveryCode
from verifier.db import db, utcnow


@pytest.mark.parametrize(
    ("steps_away", "good"),
    [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False), (3, False)],
    ids=lambda value: str(value),
)
def test_a_code_is_good_one_step_either_way(cast: Cast, steps_away: int, good: bool) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    code = secondfactor.code(secret, now + timedelta(seconds=30 * steps_away))
    assert secondfactor.check(user, code, now) is good


def test_a_code_is_good_once_and_so_is_every_one_before_it(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    before, this = secondfactor.code(secret, now - timedelta(seconds=30)), secondfactor.code(secret, now)
    assert secondfactor.check(user, this, now)
    assert not secondfactor.check(user, this, now)
    assert not secondfactor.check(user, before, now)
    assert secondfactor.check(user, secondfactor.code(secret, now + timedelta(seconds=30)), now)


def test_a_code_stays_used_when_the_action_it_was_typed_for_is_refused(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    code = secondfactor.code(secret, now)
    assert secondfactor.check(user, code, now)
    db.session.rollback()
    assert not secondfactor.check(cast.lead, code, now)


def test_wrong_codes_stay_counted_when_their_actions_are_refused_and_then_even_the_right_one_must_wait(cast: Cast) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    now = utcnow()
    for _try in range(5):
        assert not secondfactor.check(user, "000000", now)
        db.session.rollback()
    assert not secondfactor.check(cast.lead, secondfactor.code(secret, now), now)
    later = now + throttle.PAUSE + timedelta(seconds=1)
    assert secondfactor.check(cast.lead, secondfactor.code(secret, later), later)


def test_who_has_no_second_factor_has_no_good_code(cast: Cast) -> None:
    assert not secondfactor.check(cast.contact, "123456", utcnow())


def test_a_recovery_code_signs_in_once(cast: Cast) -> None:
    user, _secret, codes = with_second_factor(cast.lead)
    assert len(set(codes)) == 10
    now = utcnow()
    assert signing_in.with_code(user, codes[3].upper(), HOME, now=now).outcome is SignInResult.SIGNED_IN
    assert signing_in.with_code(user, codes[3], HOME, now=now).outcome is SignInResult.WRONG
    assert signing_in.with_code(user, codes[4], HOME, now=now).outcome is SignInResult.SIGNED_IN
    assert secondfactor.recovery_codes_left(user) == 8


def test_another_persons_recovery_code_is_worth_nothing(cast: Cast) -> None:
    user, _secret, _codes = with_second_factor(cast.lead)
    _other, _their_secret, theirs = with_second_factor(cast.signatory)
    assert signing_in.with_code(user, theirs[0], HOME, now=utcnow()).outcome is SignInResult.WRONG


def test_neither_secret_nor_recovery_codes_can_be_read_from_the_database(app: Flask, cast: Cast) -> None:
    user, secret, codes = with_second_factor(cast.lead)
    assert user.totp_secret is not None
    assert secret not in user.totp_secret
    kept = {row.code_hash for row in db.session.query(RecoveryCode)}
    assert kept.isdisjoint(codes)
    app.extensions["verifier"].settings = replace(app.extensions["verifier"].settings, secret_key="another")
    with pytest.raises(InvalidToken):
        secondfactor.check(user, secondfactor.code(secret, utcnow()), utcnow())


def test_the_command_prints_a_code_that_is_still_good_after_one_was_used(cast: Cast) -> None:
    user, _secret, _codes = with_second_factor(cast.lead)
    for _use in range(2):
        code = commands.current_code("lead@example.org")
        assert code is not None
        assert secondfactor.check(user, code, utcnow())
        db.session.commit()
    assert commands.current_code("contact@example.org") is None


def test_a_code_is_only_six_digits_of_the_right_moment(cast: Cast) -> None:
    secret = secondfactor.new_secret()
    now = datetime.fromisoformat("2022-03-14T01:00:10+00:00")
    assert secondfactor.step_of(secret, f" {secondfactor.code(secret, now)[:3]} {secondfactor.code(secret, now)[3:]}", now) is not None
    assert secondfactor.step_of(secret, "", now) is None
