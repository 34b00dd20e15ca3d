"""An invitation tells nobody who has an account: pages and lists are the same for an address known elsewhere and an unknown one."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests import make
from tests.accounts.builders import GOOD, link_in, mails, with_password
from tests.people import Cast, sign_in
from verifier.accounts.models import ColleagueInvitation, User
from verifier.core.lifecycle import Stage
from verifier.db import db, utcnow

KNOWN, UNKNOWN = "contact@example.org", "nobody-so-far@example.org"


def invited(client: FlaskClient, email: str) -> tuple[int, str]:
    """The answer to an invitation, and the list afterwards, without the address and what differs on every page."""
    answer = client.post("/organisation/people/invite", data={"name": "Someone", "email": email})
    page = client.get("/organisation/people").text
    return answer.status_code, re.sub(r'value="[^"]*"|\d\d:\d\d', "", page).replace(email, "*")


def test_inviting_an_address_that_has_an_account_elsewhere_looks_like_any_other(app: Flask, cast: Cast) -> None:
    with_password(cast.contact)
    case = make.engagement(cast, stage=Stage.ARRANGING).id
    said, teams = set(), set()
    for email in (KNOWN, UNKNOWN):
        client = sign_in(app.test_client(), cast.coordinator)
        said.add(invited(client, email))
        teams.add("Someone" in client.get(f"/cases/{case}/team").text)
        assert client.post("/organisation/people/invite", data={"name": "Someone", "email": email}).status_code == 409
        db.session.query(ColleagueInvitation).delete()
        db.session.commit()
        db.session.execute(update(User).where(User.email == UNKNOWN).values(disabled_at=utcnow()))
        db.session.commit()
    assert len(said) == 1
    assert teams == {False}


def test_the_owner_of_the_account_is_told_and_it_stays_as_it_is(app: Flask, client: FlaskClient, cast: Cast) -> None:
    user = with_password(cast.contact)
    before = (user.organisation_id, user.roles, user.password_hash)
    invited(sign_in(client, cast.coordinator), KNOWN)
    assert "already belongs to an account" in mails(app.extensions["verifier"].settings.mail_folder)[-1]
    db.session.expire_all()
    assert (user.organisation_id, user.roles, user.password_hash) == before


def test_who_takes_an_invitation_up_is_one_of_the_people(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.coordinator)
    assert "Invitations not taken up yet" in invited(client, UNKNOWN)[1]
    link = link_in(mails(app.extensions["verifier"].settings.mail_folder)[-1])
    app.test_client().post(link, data={"password": GOOD, "again": GOOD})
    page = client.get("/organisation/people").text
    assert UNKNOWN in page
    assert "Invitations not taken up yet" not in page
