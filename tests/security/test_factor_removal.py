"""A second factor is removed by two people, or by one after the notice period, which its owner can stop."""

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from tests.accounts.builders import GOOD, try_password, with_second_factor
from tests.people import Cast, actor, fresh_code, give_factor, sign_in
from verifier.accounts import actions, commands, requests
from verifier.accounts.authentication import secondfactor
from verifier.accounts.models import AccountRequest, User
from verifier.cli.online import main
from verifier.core.access import Role
from verifier.core.actor import INSTALLATION
from verifier.core.approval import NOTICE_PERIOD
from verifier.core.errors import Refusal
from verifier.db import db, utcnow


def second_administrator(cast: Cast) -> User:
    """Another administrator of the installation."""
    person = actions.create_user(
        cast.org("installation"), "second@example.org", "Second", roles=[Role.ADMINISTRATOR], actor=INSTALLATION, now=utcnow()
    )
    give_factor(person)
    db.session.commit()
    return person


def asked_in_page(client: FlaskClient, cast: Cast, of: User) -> AccountRequest:
    """The administrator asks for the removal in their page."""
    sign_in(client, cast.admin)
    assert client.post(f"/admin/people/{of.id}/second-factor", data={"present": fresh_code(cast.admin)}).status_code == 303
    return requests.waiting(of)[0]


def test_one_administrator_alone_removes_nothing_at_once(client: FlaskClient, cast: Cast) -> None:
    row = asked_in_page(client, cast, cast.lead)
    confirmed = client.post(f"/admin/requests/{row.id}/confirm", data={"present": fresh_code(cast.admin)})
    assert confirmed.status_code == 409
    db.session.expire_all()
    assert secondfactor.is_set(cast.lead)


def test_a_second_administrator_confirms_and_it_is_removed_at_once(client: FlaskClient, cast: Cast) -> None:
    row, second = asked_in_page(client, cast, cast.lead), second_administrator(cast)
    sign_in(client, second)
    assert client.post(f"/admin/requests/{row.id}/confirm", data={"present": "000000"}).status_code == 409
    assert client.post(f"/admin/requests/{row.id}/confirm", data={"present": fresh_code(second)}).status_code == 303
    db.session.expire_all()
    assert not secondfactor.is_set(cast.lead)


def test_without_a_second_administrator_it_is_removed_after_three_days_and_not_earlier(cast: Cast) -> None:
    now = utcnow()
    requests.ask_factor_removal(cast.lead, actor=actor(cast.admin), now=now)
    assert requests.do_due(now=now + NOTICE_PERIOD - timedelta(seconds=1)) == 0
    assert secondfactor.is_set(cast.lead)
    assert requests.do_due(now=now + NOTICE_PERIOD) == 1
    assert not secondfactor.is_set(cast.lead)
    assert requests.do_due(now=now + NOTICE_PERIOD) == 0


def test_its_owner_is_told_led_to_it_when_signing_in_with_the_factor_and_stops_it(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    user, secret, _codes = with_second_factor(cast.lead)
    requests.ask_factor_removal(user, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    read = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in (tmp_path / "instance" / "mail").glob("*.eml")
    ]
    assert any("/account/requests" in message.get_content() and message["To"] == user.email for message in read)
    try_password(client, user.email, GOOD)
    led = client.post("/sign-in/code", data={"code": secondfactor.code(secret, utcnow())})
    assert led.location.startswith("/account/requests")
    row = requests.waiting(cast.lead)[0]
    assert f"/account/requests/{row.id}/stop" in client.get("/account/requests").text
    assert "/account/requests" in client.get("/account").text
    assert client.post(f"/account/requests/{row.id}/stop").status_code == 303
    db.session.expire_all()
    assert requests.do_due(now=utcnow() + timedelta(days=30)) == 0
    assert secondfactor.is_set(cast.lead)


def test_nobody_stops_the_request_of_another_person(client: FlaskClient, cast: Cast) -> None:
    row = requests.ask_factor_removal(cast.lead, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert sign_in(client, cast.signatory).post(f"/account/requests/{row.id}/stop").status_code == 404


def test_the_person_concerned_confirms_nothing(cast: Cast) -> None:
    second = second_administrator(cast)
    row = requests.ask_factor_removal(second, actor=actor(cast.admin), now=utcnow())
    with pytest.raises(Refusal, match="second_person"):
        requests.confirm(row, actor=actor(second), now=utcnow())
    with pytest.raises(Refusal, match="oneself"):
        requests.ask_factor_removal(cast.admin, actor=actor(cast.admin), now=utcnow())


def test_setting_up_a_new_app_makes_a_waiting_removal_void(client: FlaskClient, cast: Cast) -> None:
    user, _secret, codes = with_second_factor(cast.lead)
    requests.ask_factor_removal(user, actor=actor(cast.admin), now=utcnow())
    sign_in(client, user)
    page = client.get("/account/second-factor")
    secret = page.text.split("secret=")[1].split("&")[0]
    data = {"code": secondfactor.code(secret, utcnow()), "current": GOOD, "present": codes[0]}
    assert client.post("/account/second-factor", data=data).status_code == 200
    db.session.expire_all()
    assert requests.waiting(cast.lead) == []


def test_the_command_line_takes_the_same_way(cast: Cast) -> None:
    before = utcnow()
    due = commands.ask_factor_removal("Lead@example.org")
    assert due >= before + NOTICE_PERIOD
    assert secondfactor.is_set(cast.lead)
    with pytest.raises(Refusal, match=r"request\.waiting"):
        commands.ask_factor_removal("lead@example.org")
    with pytest.raises(Refusal, match="unknown"):
        commands.ask_factor_removal("nobody@example.org")
    with pytest.raises(Refusal, match="second_person"):
        requests.confirm(requests.waiting(cast.lead)[0], actor=INSTALLATION, now=utcnow())
    assert "72 hours" in CliRunner().invoke(main, ["user", "remove-factor", "--help"]).output


def test_an_only_administrator_who_lost_everything_comes_back_by_the_command_line_in_three_days(client: FlaskClient, cast: Cast) -> None:
    admin, _secret, _codes = with_second_factor(cast.admin)
    due = commands.ask_factor_removal(admin.email)
    assert requests.do_due(now=due) == 1
    db.session.commit()
    assert try_password(client, admin.email, GOOD).location.startswith("/account/second-factor")
    assert client.get("/admin/people").location.startswith("/account/second-factor")
    page = client.get("/account/second-factor")
    secret = page.text.split("secret=")[1].split("&")[0]
    assert client.post("/account/second-factor", data={"code": secondfactor.code(secret, utcnow()), "current": GOOD}).status_code == 200
    assert client.get("/admin/people").status_code == 200
