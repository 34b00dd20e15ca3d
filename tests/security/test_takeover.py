"""An open session and the login password replace nothing that signs; whoever must have a second factor reaches nothing without one."""

import email
import email.policy
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.accounts.builders import GOOD, forget, link_in, mails, with_password, with_second_factor, without_factor
from tests.people import Cast, fresh_code, sign_in
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import RecoveryCode, User
from verifier.db import db, utcnow

OTHER = "otter-seldom-brick-9"


def hijacked(client: FlaskClient, cast: Cast) -> tuple[User, str, list[str]]:
    """The attacker's browser has the session of the lead verifier, and knows the login password."""
    user, secret, codes = with_second_factor(cast.lead)
    sign_in(client, user)
    return user, secret, codes


def replace_factor(client: FlaskClient, present: str) -> int:
    """Send the form that sets up another app; the answer's code."""
    page = client.get("/account/second-factor")
    secret = page.text.split("secret=")[1].split("&")[0]
    data = {"code": secondfactor.code(secret, utcnow()), "current": GOOD, "present": present}
    return client.post("/account/second-factor", data=data).status_code


def recipients(folder: Path) -> list[str]:
    """To whom messages were written, oldest first."""
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in sorted(folder.glob("*.eml"))]
    return [str(message["To"]) for message in read]


@pytest.mark.parametrize("present", ["", "000000", "aaaa-bbbb-cccc"], ids=["none", "a wrong code", "a wrong recovery code"])
def test_a_hijacked_session_with_the_password_does_not_replace_the_second_factor(client: FlaskClient, cast: Cast, present: str) -> None:
    user, secret, _codes = hijacked(client, cast)
    assert replace_factor(client, present) == 409
    assert secondfactor.check(db.session.get_one(User, user.id, populate_existing=True), secondfactor.code(secret, utcnow()), utcnow())


@pytest.mark.parametrize("by", ["code", "recovery"])
def test_the_owner_replaces_the_second_factor_with_a_present_code_or_a_recovery_code(client: FlaskClient, cast: Cast, by: str) -> None:
    user, secret, codes = hijacked(client, cast)
    assert replace_factor(client, codes[0] if by == "recovery" else fresh_code(user)) == 200
    assert not secondfactor.check(cast.lead, secondfactor.code(secret, utcnow()), utcnow())


def test_recovery_codes_password_and_address_need_the_present_factor(client: FlaskClient, cast: Cast) -> None:
    user, _secret, _codes = hijacked(client, cast)
    before = user.password_hash
    kept = {row.code_hash for row in db.session.query(RecoveryCode)}
    assert client.post("/account/recovery-codes", data={"current": GOOD}).status_code == 409
    assert client.post("/account/password", data={"current": GOOD, "password": OTHER, "again": OTHER}).status_code == 409
    assert client.post("/account/email", data={"current": GOOD, "email": "thief@example.org"}).status_code == 409
    db.session.expire_all()
    assert (cast.lead.password_hash, {row.code_hash for row in db.session.query(RecoveryCode)}) == (before, kept)


def test_a_reset_link_sets_no_password_without_the_present_factor(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    user, _secret, codes = with_second_factor(cast.lead)
    before = user.password_hash
    forget(client, user.email)
    link = link_in(mails(tmp_path / "instance" / "mail")[-1])
    new = {"password": OTHER, "again": OTHER}
    assert client.post(link, data=new).status_code == 409
    db.session.expire_all()
    assert cast.lead.password_hash == before
    assert client.post(link, data={**new, "present": codes[0]}).status_code == 303
    db.session.expire_all()
    assert cast.lead.password_hash != before


def test_every_change_is_told_to_its_owner_and_a_new_address_to_the_former_one_too(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    user, _secret, _codes = hijacked(client, cast)
    folder = tmp_path / "instance" / "mail"
    before = len(recipients(folder))
    client.post("/account/recovery-codes", data={"current": GOOD, "present": fresh_code(user)})
    assert recipients(folder)[before:] == ["lead@example.org"]
    client.post("/account/password", data={"current": GOOD, "password": OTHER, "again": OTHER, "present": fresh_code(user)})
    assert recipients(folder)[before:] == ["lead@example.org"] * 2
    client.post("/account/email", data={"current": OTHER, "email": "new@example.org", "present": fresh_code(user)})
    assert sorted(recipients(folder)[before + 2 :]) == ["lead@example.org", "new@example.org"]


@pytest.mark.parametrize("person", ["signatory", "colleague", "admin", "manager"])
def test_without_the_factor_their_place_demands_nothing_is_reached_but_setting_it_up(client: FlaskClient, cast: Cast, person: str) -> None:
    user = without_factor(with_password(getattr(cast, person)))
    sign_in(client, user)
    for address in ("/", "/cases", "/account", "/account/password", "/admin/people", "/programme/years", "/organisation/people"):
        assert client.get(address).location.startswith("/account/second-factor"), address
    before = user.name
    assert client.post("/account", data={"name": "Someone", "version": str(user.version)}).location.startswith("/account/second-factor")
    assert db.session.get_one(User, user.id, populate_existing=True).name == before
    assert client.get("/account/second-factor").status_code == 200
    assert client.post("/sign-out").location.startswith("/sign-in")


def test_a_unit_and_an_assessor_work_without_a_second_factor(client: FlaskClient, cast: Cast) -> None:
    for person in (cast.contact, cast.assessor):
        assert sign_in(client, person).get("/account").status_code == 200


@pytest.mark.parametrize("act", ["disable", "enable", "second-factor"])
def test_an_administrator_s_open_session_alone_changes_nobody_s_account(client: FlaskClient, cast: Cast, act: str) -> None:
    sign_in(client, cast.admin)
    for present in ("", "000000"):
        assert client.post(f"/admin/people/{cast.lead.id}/{act}", data={"present": present}).status_code == 409
    data = {"name": "New", "email": "new@example.org", "organisation": str(cast.org("installation").id), "roles": ["administrator"]}
    assert client.post("/admin/people/invite", data=data).status_code == 409
    assert client.post(f"/admin/people/{cast.contact.id}", data={"roles": ["responsible"], "version": "1"}).status_code == 409
    db.session.expire_all()
    assert (cast.lead.is_active, cast.contact.roles) == (True, {"contact"})
