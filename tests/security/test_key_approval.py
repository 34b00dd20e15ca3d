"""A new signing key or seal signs nothing before a second person approved it, or before the notice period is over."""

import email
import email.policy
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.people import Cast, actor, fresh_code, sign_in
from tests.statement.builders import PASSPHRASE, approved, settle_authority, signing_people
from verifier.accounts import actions as accounts
from verifier.accounts.models import User
from verifier.core.access import Role
from verifier.core.approval import NOTICE_PERIOD
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.statement import queries
from verifier.statement.models import SigningKey
from verifier.statement.signing import issuing, key_approval, keys


def made(person: User, *, seal: bool = False, now: datetime | None = None) -> SigningKey:
    """A key that the person made just now."""
    settle_authority()
    at = now or utcnow()
    code = fresh_code(person, at)
    if seal:
        return keys.make_seal(person.organisation, person, PASSPHRASE, code, actor=actor(person), now=at)
    return keys.make_personal_key(person, PASSPHRASE, code, actor=actor(person), now=at)


def settled(*people: User) -> None:
    """The people have had their accounts for a year."""
    for person in people:
        person.created_at = utcnow() - timedelta(days=365)
    db.session.commit()


def approve(key: SigningKey, person: User, now: datetime | None = None) -> None:
    """The person approves, with a code of theirs."""
    at = now or utcnow()
    key_approval.approve(key, person, fresh_code(person, at), actor=actor(person), now=at)


def recipients(folder: Path) -> set[str]:
    """Everyone who was written to."""
    return {str(email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["To"]) for file in folder.glob("*.eml")}


def test_a_replaced_key_signs_nothing_and_the_one_before_stays_in_use(cast: Cast) -> None:
    case = approved(cast)
    signing_people(cast)
    before = queries.key_of(cast.lead.id)
    key = made(cast.lead)
    assert queries.key_of(cast.lead.id) is before
    assert queries.waiting_key_of(cast.lead.id) is key
    at = utcnow() + timedelta(minutes=2)
    statement = issuing.certify(case, cast.lead, PASSPHRASE, fresh_code(cast.lead, at), actor=actor(cast.lead), now=at)
    assert before is not None
    assert statement.signatures[0].key_id == before.id


def test_a_first_key_waits_like_every_other(cast: Cast) -> None:
    case = approved(cast)
    made(cast.lead)
    at = utcnow() + timedelta(minutes=2)
    with pytest.raises(Refusal, match=r"key\.waiting"):
        issuing.certify(case, cast.lead, PASSPHRASE, fresh_code(cast.lead, at), actor=actor(cast.lead), now=at)


def test_another_coordinator_approves_with_a_fresh_code_and_the_former_key_retires(cast: Cast) -> None:
    settled(cast.coordinator)
    signing_people(cast)
    before, key = queries.key_of(cast.lead.id), made(cast.lead)
    assert key.due_at is None
    with pytest.raises(Refusal, match=r"code\.not_accepted"):
        key_approval.approve(key, cast.coordinator, "000000", actor=actor(cast.coordinator), now=utcnow())
    approve(key, cast.coordinator)
    assert before is not None
    assert (queries.key_of(cast.lead.id), before.retired_at is not None) == (key, True)


@pytest.mark.parametrize("who", ["lead", "verifier", "admin", "other_coordinator", "contact"])
def test_nobody_approves_but_a_coordinator_or_signatory_of_the_body_where_there_is_one(cast: Cast, who: str) -> None:
    settled(*(getattr(cast, each) for each in ("coordinator", "lead", "verifier", "admin", "other_coordinator", "contact")))
    key = made(cast.lead)
    person = getattr(cast, who)
    with pytest.raises(Refusal, match="second_person"):
        key_approval.approve(key, person, "000000", actor=actor(person), now=utcnow())


def test_a_maker_never_approves_their_own_key_or_seal(cast: Cast) -> None:
    settled(cast.coordinator)
    with pytest.raises(Refusal, match="second_person"):
        approve(made(cast.coordinator, seal=True), cast.coordinator)


def test_an_accomplice_invited_today_approves_nothing(cast: Cast) -> None:
    accomplice = accounts.create_user(
        cast.org("body"), "new@example.org", "New", roles=[Role.COORDINATOR], actor=actor(cast.admin), now=utcnow()
    )
    accomplice.totp_secret, accomplice.totp_confirmed_at = cast.lead.totp_secret, utcnow()
    key = made(cast.coordinator, seal=True)
    with pytest.raises(Refusal, match="second_person"):
        approve(key, accomplice)
    later = utcnow() + NOTICE_PERIOD
    approve(key, accomplice, later)
    assert queries.seal_of(cast.org("body").id) is key


def test_where_the_body_has_no_approver_everyone_is_told_and_the_key_waits_three_days(cast: Cast, tmp_path: Path) -> None:
    """A body of a coordinator and verifiers: nobody else may approve the coordinator's seal."""
    now = utcnow()
    key = made(cast.coordinator, seal=True, now=now)
    db.session.commit()
    told = recipients(tmp_path / "instance" / "mail")
    assert {"lead@example.org", "verifier@example.org", "coordinator@example.org", "admin@example.org"} <= told
    assert "contact@example.org" not in told
    assert key.due_at == now + NOTICE_PERIOD
    assert key_approval.do_due(now=now + NOTICE_PERIOD - timedelta(seconds=1)) == 0
    assert queries.seal_of(cast.org("body").id) is None
    assert key_approval.do_due(now=now + NOTICE_PERIOD) == 1
    assert queries.seal_of(cast.org("body").id) is key


def test_a_key_that_has_an_approver_never_comes_into_use_by_waiting(cast: Cast) -> None:
    settled(cast.coordinator)
    key = made(cast.lead)
    assert key_approval.do_due(now=utcnow() + timedelta(days=365)) == 0
    assert key.approved_at is None


def test_an_administrator_approves_where_the_body_has_nobody(cast: Cast) -> None:
    key = made(cast.coordinator, seal=True)
    approve(key, cast.admin)
    assert queries.seal_of(cast.org("body").id) is key


@pytest.mark.parametrize("who", ["coordinator", "verifier", "lead"])
def test_anyone_of_the_body_refuses_and_the_key_is_never_used(client: FlaskClient, cast: Cast, who: str) -> None:
    key = made(cast.lead)
    db.session.commit()
    sign_in(client, getattr(cast, who))
    assert client.get("/organisation/keys/waiting").status_code == 200
    assert 'data-confirm="' in client.get(f"/organisation/keys/waiting/{key.id}").text
    assert client.post(f"/organisation/keys/waiting/{key.id}/refuse").status_code == 303
    assert key_approval.do_due(now=utcnow() + timedelta(days=365)) == 0
    assert queries.key_of(cast.lead.id) is None


def test_the_key_of_another_body_is_not_found_and_not_listed(client: FlaskClient, cast: Cast) -> None:
    key = made(cast.lead)
    db.session.commit()
    sign_in(client, cast.other_coordinator)
    assert client.get(f"/organisation/keys/waiting/{key.id}").status_code == 404
    assert client.post(f"/organisation/keys/waiting/{key.id}/refuse").status_code == 404
    assert "Lead" not in client.get("/organisation/keys/waiting").text


def test_two_people_of_a_body_approve_each_other_s_keys_through_the_pages(client: FlaskClient, cast: Cast) -> None:
    settled(cast.coordinator, cast.signatory)
    approved(cast)
    seal, own = made(cast.coordinator, seal=True), made(cast.signatory)
    db.session.commit()
    sign_in(client, cast.signatory)
    assert client.post(f"/organisation/keys/waiting/{seal.id}", data={"present": fresh_code(cast.signatory)}).status_code == 303
    assert client.post(f"/organisation/keys/waiting/{own.id}", data={"present": fresh_code(cast.signatory)}).status_code == 409
    sign_in(client, cast.coordinator)
    assert client.post(f"/organisation/keys/waiting/{own.id}", data={"present": fresh_code(cast.coordinator)}).status_code == 303
    db.session.expire_all()
    assert queries.seal_of(cast.org("body").id) is not None
    assert queries.key_of(cast.signatory.id) is not None
