"""A passkey's answer is good once, here, for its owner, for the purpose and in the session it was asked for."""

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.accounts.builders import GOOD, mails, try_password, who, with_password, with_second_factor, without_factor
from tests.accounts.softkey import SoftKey
from tests.people import Cast, sign_in
from tests.security.test_guessing import one_collision
from verifier.accounts.authentication import challenges, secondfactor
from verifier.accounts.authentication.challenges import Scope
from verifier.accounts.authentication.present_factor import PasskeyAnswer
from verifier.accounts.models import ChallengePurpose, Passkey, PasskeyChallenge, User
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.statement.signing import keys

Client = FlaskClient


def challenge(client: Client, purpose: str, about: str = "") -> dict[str, Any]:
    """Options for a ceremony of someone signed in."""
    answer = client.post("/account/passkeys/challenge", data={"purpose": purpose, "about": about})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text)
    return found


def added(client: Client, key: SoftKey, **shown: str) -> int:
    """Add a passkey on the page; the status of the answer."""
    made = key.made(challenge(client, "register"))
    return client.post("/account/passkeys", data={"name": "Tablet", "current": GOOD, "made": made, **shown}).status_code


@pytest.fixture
def key(client: Client, cast: Cast) -> SoftKey:
    """A passkey of the lead, who has no authenticator app; nobody is signed in."""
    without_factor(with_password(cast.lead))
    try_password(client, "lead@example.org")
    key = SoftKey()
    assert added(client, key) == 200, "the recovery codes are shown"
    client.post("/sign-out")
    return key


def second_step(client: Client, key: SoftKey, *, person: str = "lead", **how: Any) -> str | None:
    """Sign in with password and passkey; who is signed in then."""
    try_password(client, f"{person}@example.org")
    options = json.loads(client.post("/sign-in/passkey").text)
    client.post("/sign-in/code", data={"code": "", "passkey": key.answer(options, **how)})
    return who(client)


def test_a_passkey_is_the_second_step(client: Client, key: SoftKey) -> None:
    try_password(client, "lead@example.org")
    assert who(client) is None
    assert second_step(client, key) == "Lead"


def test_an_answer_is_good_once(client: Client, app: Flask, key: SoftKey) -> None:
    try_password(client, "lead@example.org")
    answer = key.answer(json.loads(client.post("/sign-in/passkey").text))
    assert client.post("/sign-in/code", data={"passkey": answer}).status_code == 303
    client.post("/sign-out")
    try_password(client, "lead@example.org")
    client.post("/sign-in/code", data={"passkey": answer})
    assert who(client) is None


def test_a_challenge_of_another_session_is_not_answered_here(app: Flask, client: Client, key: SoftKey) -> None:
    other = app.test_client()
    try_password(other, "lead@example.org")
    stolen = key.answer(json.loads(other.post("/sign-in/passkey").text))
    try_password(client, "lead@example.org")
    client.post("/sign-in/code", data={"passkey": stolen})
    assert who(client) is None


def test_an_old_challenge_is_not_answered(client: Client, key: SoftKey) -> None:
    try_password(client, "lead@example.org")
    answer = key.answer(json.loads(client.post("/sign-in/passkey").text))
    db.session.execute(update(PasskeyChallenge).values(expires_at=utcnow() - timedelta(seconds=1)))
    db.session.commit()
    client.post("/sign-in/code", data={"passkey": answer})
    assert who(client) is None


@pytest.mark.parametrize(
    "change",
    [{"origin": "https://localhost"}, {"origin": "http://evil.example"}, {"host": "evil.example"}],
    ids=["other scheme", "other origin", "other host"],
)
def test_an_answer_given_to_another_site_is_worth_nothing(client: Client, key: SoftKey, change: dict[str, str]) -> None:
    for name, value in change.items():
        setattr(key, name, value)
    assert second_step(client, key) is None


def test_a_cloned_passkey_is_found_by_its_counter(client: Client, key: SoftKey) -> None:
    assert second_step(client, key, count=7) == "Lead"
    client.post("/sign-out")
    assert second_step(client, key, count=7) is None
    assert second_step(client, key, count=6) is None
    assert second_step(client, key, count=8) == "Lead"


def test_an_answer_without_user_verification_is_refused(client: Client, key: SoftKey) -> None:
    assert second_step(client, key, verified=False) is None


def test_the_passkey_of_another_person_is_worth_nothing(client: Client, cast: Cast, key: SoftKey) -> None:
    with_second_factor(cast.signatory)
    other = SoftKey()
    assert second_step(client, other) is None
    assert second_step(client, key, person="signatory") is None


@pytest.mark.parametrize("purpose", ["register", "present", "sign"])
def test_a_challenge_for_one_purpose_is_not_answered_for_another(client: Client, cast: Cast, key: SoftKey, purpose: str) -> None:
    second_step(client, key)
    answer = key.answer(challenge(client, purpose, about="case"))
    kept = db.session.scalars(select(Passkey.id)).one()
    client.post(f"/account/passkeys/{kept}/remove", data={"passkey": answer})
    assert len(db.session.scalars(select(Passkey.id)).all()) == 1
    client.post("/sign-out")
    try_password(client, "lead@example.org")
    client.post("/sign-in/code", data={"passkey": key.answer({"challenge": json.loads(answer)["id"]})})
    assert who(client) is None


@pytest.mark.parametrize("sent", ["", "{}", "null", "[" * 5000, '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key","response":{}}'])
def test_nonsense_instead_of_an_answer_is_no_error_of_ours(client: Client, key: SoftKey, sent: str) -> None:
    try_password(client, "lead@example.org")
    assert client.post("/sign-in/code", data={"passkey": sent}).status_code in (200, 429)
    assert who(client) is None


def test_wrong_answers_are_counted_like_wrong_codes(client: Client, key: SoftKey) -> None:
    try_password(client, "lead@example.org")
    statuses = [client.post("/sign-in/code", data={"passkey": "{}"}).status_code for _try in range(11)]
    assert statuses == [200] * 10 + [429]


def test_a_right_answer_on_a_request_that_is_retried_is_not_called_used(client: Client, key: SoftKey) -> None:
    try_password(client, "lead@example.org")
    answer = key.answer(json.loads(client.post("/sign-in/passkey").text))
    with one_collision():
        assert client.post("/sign-in/code", data={"passkey": answer}).status_code == 303
    assert who(client) == "Lead"


def test_adding_a_passkey_needs_the_password_and_the_present_factor(client: Client, cast: Cast) -> None:
    user, secret, codes = with_second_factor(cast.lead)
    sign_in(client, user)
    assert added(client, SoftKey(), code="000000") == 409
    assert added(client, SoftKey(), code=secondfactor.code(secret, utcnow()), current="wrong") == 200
    assert added(client, SoftKey(), code=codes[0]) == 303
    assert [each.name for each in db.session.scalars(select(Passkey))] == ["Tablet"]


def test_a_passkey_that_was_added_or_removed_is_told_by_mail_and_ends_other_sessions(app: Flask, client: Client, cast: Cast) -> None:
    user, secret, codes = with_second_factor(cast.lead)
    elsewhere = sign_in(app.test_client(), user)
    sign_in(client, user)
    folder = app.extensions["verifier"].settings.mail_folder
    added(client, SoftKey(), code=codes[0])
    assert who(elsewhere) is None
    assert "was added" in mails(folder)[-1]
    kept = db.session.scalars(select(Passkey.id)).one()
    assert client.post(f"/account/passkeys/{kept}/remove", data={"code": "000000"}).status_code == 409
    assert client.post(f"/account/passkeys/{kept}/remove", data={"code": secondfactor.code(secret, utcnow())}).status_code == 303
    assert "was removed" in mails(folder)[-1]
    assert db.session.scalars(select(Passkey)).all() == []


def test_the_last_factor_of_someone_who_needs_one_is_not_removed(client: Client, key: SoftKey) -> None:
    second_step(client, key)
    kept = db.session.scalars(select(Passkey.id)).one()
    answer = key.answer(challenge(client, "present"))
    refused = client.post(f"/account/passkeys/{kept}/remove", data={"passkey": answer})
    assert (refused.status_code, "your only second factor" in refused.text) == (409, True)
    assert db.session.get(Passkey, kept) is not None


def test_a_present_passkey_confirms_a_change_of_the_account(client: Client, key: SoftKey) -> None:
    second_step(client, key)
    assert added(client, SoftKey(), passkey=key.answer(challenge(client, "present"))) == 303
    assert added(client, SoftKey(), passkey=key.answer(challenge(client, "sign"))) == 409
    assert len(db.session.scalars(select(Passkey.id)).all()) == 2


def test_a_signature_takes_a_passkey_s_answer_for_its_own_case_and_no_recovery_code(cast: Cast, client: Client, key: SoftKey) -> None:
    second_step(client, key)
    scope = {case: Scope(ChallengePurpose.SIGN, "session", case) for case in ("this case", "another case")}
    now = utcnow()
    for case, good in (("another case", False), ("this case", True)):
        options = {"challenge": challenges.issue(cast.lead, scope[case], now=now)}
        factor = PasskeyAnswer(key.answer(options), scope["this case"])
        with nullcontext() if good else pytest.raises(Refusal, match=r"statement\.passkey\.wrong"):
            keys.prove_second_factor(cast.lead, factor, now)
    (code, *_rest) = secondfactor.renew_recovery_codes(cast.lead)
    with pytest.raises(Refusal, match=r"statement\.code\.wrong"):
        keys.prove_second_factor(cast.lead, code, now)


def test_someone_elses_passkey_is_not_there(client: Client, cast: Cast, key: SoftKey) -> None:
    kept = db.session.scalars(select(Passkey.id)).one()
    sign_in(client, cast.admin)
    assert client.get(f"/account/passkeys/{kept}/remove").status_code == 404
    assert client.post(f"/account/passkeys/{kept}/remove", data={"code": "1"}).status_code == 404


def test_one_passkey_is_kept_once(client: Client, cast: Cast, key: SoftKey) -> None:
    user, _secret, codes = with_second_factor(cast.signatory)
    sign_in(client, user)
    assert added(client, key, code=codes[0]) == 409
    assert db.session.scalars(select(User.email).join(Passkey, Passkey.user_id == User.id)).all() == ["lead@example.org"]


def test_without_a_host_name_there_are_no_passkeys_but_the_page_says_why(app: Flask, client: Client, cast: Cast) -> None:
    here = app.extensions["verifier"]
    here.settings = replace(here.settings, public_url="https://192.0.2.7")
    sign_in(client, cast.lead)
    assert "host name" in client.get("/account/passkeys", base_url="http://localhost").text
    assert client.post("/account/passkeys/challenge", data={"purpose": "register"}).status_code == 303
