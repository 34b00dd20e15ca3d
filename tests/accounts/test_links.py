"""Invitations and new passwords: links that work once and expire."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.accounts.builders import GOOD, forget, link_in, mails, try_password, who, with_password
from tests.people import Cast, actor
from verifier.accounts import actions
from verifier.accounts.authentication import links
from verifier.accounts.models import AccountLink
from verifier.core.actor import INSTALLATION
from verifier.db import db, utcnow

NEW = {"password": "otter-seldom-brick-9", "again": "otter-seldom-brick-9"}


@pytest.fixture
def folder(app: Flask) -> Path:
    """Where messages are written."""
    return Path(app.extensions["verifier"].settings.mail_folder)


def test_someone_invited_sets_a_password_with_the_link_and_signs_in(client: FlaskClient, cast: Cast, folder: Path) -> None:
    actions.invite(cast.org("unit"), "New@Example.org", "Newcomer", actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    path = link_in(mails(folder)[-1])
    assert "Newcomer" in client.get(path).text
    assert client.post(path, data=NEW).status_code == 303
    try_password(client, "new@example.org", NEW["password"])
    assert who(client) == "Newcomer"


def test_a_link_works_once_but_looking_at_it_does_not_use_it_up(client: FlaskClient, cast: Cast) -> None:
    token = links.issue(cast.contact, links.Purpose.RESET, now=utcnow())
    db.session.commit()
    assert [client.get(f"/link/{token}").status_code for _look in range(2)] == [200, 200]
    assert client.post(f"/link/{token}", data=NEW).status_code == 303
    assert client.get(f"/link/{token}").status_code == 410
    other = {"password": "walnut-tepid-flag-33", "again": "walnut-tepid-flag-33"}
    assert client.post(f"/link/{token}", data=other).status_code == 410
    try_password(client, "contact@example.org", other["password"])
    assert who(client) is None


def test_a_link_is_not_used_up_by_a_password_that_is_refused(client: FlaskClient, cast: Cast) -> None:
    token = links.issue(cast.contact, links.Purpose.RESET, now=utcnow())
    db.session.commit()
    assert client.post(f"/link/{token}", data={"password": "password1234", "again": "password1234"}).status_code == 409
    g.pop("refusal")
    assert client.post(f"/link/{token}", data=NEW).status_code == 303


@pytest.mark.parametrize(
    ("purpose", "age", "status"),
    [
        (links.Purpose.RESET, timedelta(minutes=59), 200),
        (links.Purpose.RESET, timedelta(minutes=61), 410),
        (links.Purpose.INVITATION, timedelta(days=6, hours=23), 200),
        (links.Purpose.INVITATION, timedelta(days=7, minutes=1), 410),
    ],
)
def test_a_reset_lasts_an_hour_and_an_invitation_a_week(
    client: FlaskClient, cast: Cast, purpose: links.Purpose, age: timedelta, status: int
) -> None:
    token = links.issue(cast.contact, purpose, now=utcnow() - age)
    db.session.commit()
    assert client.get(f"/link/{token}").status_code == status
    assert client.post(f"/link/{token}", data=NEW).status_code == (303 if status == 200 else 410)


def test_a_new_password_ends_every_session_and_every_other_link(app: Flask, cast: Cast) -> None:
    user, elsewhere = with_password(cast.contact), app.test_client()
    try_password(elsewhere, "contact@example.org")
    tokens = [links.issue(user, links.Purpose.RESET, now=utcnow()) for _link in range(2)]
    db.session.commit()
    app.test_client().post(f"/link/{tokens[0]}", data=NEW)
    assert who(elsewhere) is None
    assert app.test_client().get(f"/link/{tokens[1]}").status_code == 410


def test_the_database_keeps_no_link_that_could_be_followed(cast: Cast) -> None:
    token = links.issue(cast.contact, links.Purpose.RESET, now=utcnow())
    assert token not in str([row.token_hash for row in db.session.scalars(select(AccountLink))])


def test_a_link_of_a_disabled_account_is_no_longer_good(client: FlaskClient, cast: Cast) -> None:
    token = links.issue(cast.contact, links.Purpose.RESET, now=utcnow())
    actions.disable(cast.contact, actor=INSTALLATION, now=utcnow())
    db.session.execute(update(AccountLink).values(used_at=None))
    db.session.commit()
    assert client.get(f"/link/{token}").status_code == 410


def test_mail_goes_out_only_when_the_action_is_committed(cast: Cast, folder: Path) -> None:
    before = len(mails(folder))
    actions.invite(cast.org("unit"), "new@example.org", "Newcomer", actor=INSTALLATION, now=utcnow())
    assert len(mails(folder)) == before
    db.session.rollback()
    db.session.commit()
    assert len(mails(folder)) == before
    actions.invite(cast.org("unit"), "new@example.org", "Newcomer", actor=INSTALLATION, now=utcnow())
    db.session.commit()
    assert len(mails(folder)) == before + 1


def test_who_forgot_the_password_is_sent_at_most_three_links_an_hour(client: FlaskClient, cast: Cast, folder: Path) -> None:
    with_password(cast.contact)
    pages = [forget(client, "contact@example.org").text for _ask in range(5)]
    assert len(mails(folder)) == 3
    assert "instance/mail" in pages[0]
    forget(client, "nobody@example.org")
    assert len(mails(folder)) == 3
    assert client.post(link_in(mails(folder)[0]), data=NEW).status_code == 303


def test_a_second_invitation_ends_the_first_and_none_is_sent_to_who_has_a_password(client: FlaskClient, cast: Cast) -> None:
    user, first = actions.invite(cast.org("unit"), "new@example.org", "Newcomer", actor=INSTALLATION, now=utcnow())
    second = actions.resend_invitation(user, actor=INSTALLATION, now=utcnow())
    db.session.commit()
    assert client.get(f"/link/{first}").status_code == 410
    assert client.post(f"/link/{second}", data={"password": GOOD, "again": GOOD}).status_code == 303
    with pytest.raises(Exception, match="taken_up"):
        actions.resend_invitation(user, actor=INSTALLATION, now=utcnow())
