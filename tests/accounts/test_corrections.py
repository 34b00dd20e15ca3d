"""A wrong name, a mistyped address and a closed organisation are put right by whoever manages them, and nobody takes an account over."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.accounts.builders import GOOD, try_password, who, with_password
from tests.people import Cast, actor, fresh_code, sign_in
from verifier.accounts import actions, corrections, requests
from verifier.accounts.models import AccountLink, User
from verifier.audit.models import TrailRow
from verifier.core.access import Role
from verifier.core.approval import NOTICE_PERIOD
from verifier.core.errors import NotPermitted, Refusal
from verifier.db import db, utcnow


def test_a_coordinator_corrects_a_name_and_the_trail_keeps_both(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.coordinator)
    data = {"name": "Chen Wei", "email": cast.lead.email, "version": str(cast.lead.version)}
    page = f"/organisation/people/{cast.lead.id}"
    assert client.post(page, data=data).status_code == 409, "a coordinator's open session alone corrects nothing"
    assert client.post(page, data={**data, "present": fresh_code(cast.coordinator)}).status_code == 303
    row = db.session.scalars(select(TrailRow).where(TrailRow.action == "accounts:account:edited")).one()
    assert (row.detail["before"], row.detail["after"]) == ("Lead", "Chen Wei")


@pytest.mark.parametrize(
    ("manager", "person", "allowed"),
    [
        ("admin", "responsible", True),
        ("coordinator", "verifier", True),
        ("contact", "responsible", True),
        ("responsible", "contributor", True),
        ("verifier", "lead", False),
        ("other_coordinator", "lead", False),
        ("contributor", "contact", False),
        ("manager", "contact", False),
    ],
)
def test_who_corrects_whose_name(cast: Cast, manager: str, person: str, allowed: bool) -> None:
    by, concerned = getattr(cast, manager), getattr(cast, person)
    if allowed:
        corrections.correct_name(concerned, "Right", by, seen_version=None, actor=actor(by), now=utcnow())
        assert concerned.name == "Right"
        return
    with pytest.raises(NotPermitted):
        corrections.correct_name(concerned, "Right", by, seen_version=None, actor=actor(by), now=utcnow())


def test_the_mistyped_address_of_an_invitation_is_put_right_at_once_and_the_first_link_ends(cast: Cast) -> None:
    person, _token = actions.invite(cast.org("body"), "typo@example.org", "New", actor=actor(cast.coordinator), now=utcnow())
    first = db.session.scalars(select(AccountLink).where(AccountLink.user_id == person.id)).one()
    corrections.correct_email(person, "Right@example.org", cast.coordinator, actor=actor(cast.coordinator), now=utcnow())
    db.session.flush()
    db.session.refresh(first)
    assert (person.email, first.used_at is not None) == ("right@example.org", True)
    assert len(db.session.scalars(select(AccountLink).where(AccountLink.user_id == person.id, AccountLink.used_at.is_(None))).all()) == 1


def test_the_address_of_an_account_in_use_waits_for_the_notice_period(cast: Cast, tmp_path: Path) -> None:
    person, now = with_password(cast.contributor), utcnow()
    asked = corrections.correct_email(person, "thief@example.org", cast.contact, actor=actor(cast.contact), now=now)
    assert asked is not None
    assert person.email == "contributor@example.org"
    assert requests.do_due(now=now + NOTICE_PERIOD) == 1
    assert person.email == "thief@example.org"


def test_a_contact_takes_over_neither_the_responsible_person_nor_their_invitation(cast: Cast) -> None:
    with pytest.raises(Refusal, match="by_administrator"):
        corrections.correct_email(
            with_password(cast.responsible), "thief@example.org", cast.contact, actor=actor(cast.contact), now=utcnow()
        )
    invited, _token = actions.invite(
        cast.org("unit"), "boss@example.org", "Boss", roles=[Role.RESPONSIBLE], actor=actor(cast.admin), now=utcnow()
    )
    with pytest.raises(Refusal, match="by_administrator"):
        corrections.correct_email(invited, "thief@example.org", cast.contact, actor=actor(cast.contact), now=utcnow())


def test_nobody_of_a_closed_organisation_signs_in_and_nobody_is_invited_until_it_is_open_again(client: FlaskClient, cast: Cast) -> None:
    with_password(cast.contact)
    try_password(client, "contact@example.org", GOOD)
    assert who(client) == "Contact"
    unit = cast.org("unit")
    corrections.close_organisation(unit, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert who(client) is None
    try_password(client, "contact@example.org", GOOD)
    assert who(client) is None
    with pytest.raises(Refusal, match=r"organisation\.closed"):
        actions.invite(cast.org("unit"), "new@example.org", "New", actor=actor(cast.admin), now=utcnow())
    corrections.reopen_organisation(cast.org("unit"), actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    try_password(client, "contact@example.org", GOOD)
    assert who(client) == "Contact"


def test_closing_an_organisation_needs_a_fresh_code_and_spares_the_operator_s_own(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    page = f"/admin/organisations/{cast.org('unit').id}/close"
    assert client.post(page).status_code == 409
    assert client.post(page, data={"present": fresh_code(cast.admin)}).status_code == 303
    assert not db.session.get_one(User, cast.contact.id, populate_existing=True).is_active
    own = f"/admin/organisations/{cast.org('installation').id}/close"
    assert client.post(own, data={"present": fresh_code(cast.admin)}).status_code == 409
