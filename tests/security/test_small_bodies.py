"""A body of two people loses a phone: both get on, and neither the finder of the phone nor one of the two alone gets round."""

from datetime import timedelta

from flask.testing import FlaskClient

from tests.accounts.builders import GOOD, try_password, with_password
from tests.people import Cast, actor, fresh_code, sign_in
from tests.security.test_factor_removal import second_administrator
from tests.security.test_key_approval import made, settled
from tests.statement.builders import approved
from verifier.accounts import requests
from verifier.accounts.authentication import secondfactor
from verifier.core.approval import NOTICE_PERIOD
from verifier.db import db, utcnow
from verifier.statement import queries
from verifier.statement.signing import key_approval


def new_app(client: FlaskClient) -> int:
    """The person who is signed in sets up an authenticator app, as the redirect asks."""
    secret = client.get("/account/second-factor").text.split("secret=")[1].split("&")[0]
    data = {"code": secondfactor.code(secret, utcnow()), "current": GOOD}
    return client.post("/account/second-factor", data=data).status_code


def test_a_lost_factor_is_replaced_and_the_colleague_approves_the_new_key(client: FlaskClient, cast: Cast) -> None:
    settled(cast.coordinator, cast.signatory)
    with_password(cast.signatory)
    second = second_administrator(cast)
    requests.ask_factor_removal(cast.signatory, actor=actor(cast.admin), now=utcnow())
    row = requests.waiting(cast.signatory)[0]
    db.session.commit()
    sign_in(client, second)
    assert client.post(f"/admin/requests/{row.id}/confirm", data={"present": fresh_code(second)}).status_code == 303
    client.post("/sign-out")
    assert try_password(client, cast.signatory.email, GOOD).location.startswith("/account/second-factor")
    assert client.get("/cases").location.startswith("/account/second-factor")
    assert new_app(client) == 200
    key = made(cast.signatory)
    db.session.commit()
    assert client.post(f"/organisation/keys/waiting/{key.id}", data={"present": fresh_code(cast.signatory)}).status_code == 409
    sign_in(client, cast.coordinator)
    assert client.post(f"/organisation/keys/waiting/{key.id}", data={"present": fresh_code(cast.coordinator)}).status_code == 303
    assert queries.key_of(cast.signatory.id) is not None


def test_while_the_colleague_has_no_factor_an_administrator_approves(client: FlaskClient, cast: Cast) -> None:
    settled(cast.coordinator, cast.signatory)
    approved(cast)
    key = made(cast.coordinator)
    assert key_approval.approvers(key, utcnow()) == [cast.signatory]
    requests.ask_factor_removal(cast.signatory, actor=actor(cast.admin), now=utcnow() - NOTICE_PERIOD - timedelta(minutes=1))
    assert requests.do_due(now=utcnow()) == 1
    db.session.commit()
    assert key_approval.approvers(key, utcnow()) == []
    sign_in(client, cast.admin)
    assert client.post(f"/organisation/keys/waiting/{key.id}", data={"present": fresh_code(cast.admin)}).status_code == 303
    assert queries.key_of(cast.coordinator.id) is not None
