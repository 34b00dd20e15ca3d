"""Accounts that can really sign in, and the steps of doing so through the pages."""

import email
import email.policy
import re
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import actor
from verifier.accounts import actions
from verifier.accounts.authentication import secondfactor
from verifier.accounts.authentication.signing_in import Origin
from verifier.accounts.models import User
from verifier.core.actor import INSTALLATION
from verifier.db import db, utcnow
from verifier.jobs import worker

GOOD = "heron-ladle-oat-57"
HOME = Origin("192.0.2.1", "Firefox", None)


def with_password(user: User) -> User:
    """The person, with a password of theirs."""
    actions.set_password(user, GOOD, actor=INSTALLATION, now=utcnow())
    db.session.commit()
    return user


def without_factor(user: User) -> User:
    """The person as after a fresh invitation: without a second factor."""
    user.totp_secret = user.totp_confirmed_at = None
    db.session.commit()
    return user


def with_second_factor(user: User, now: datetime | None = None) -> tuple[User, str, list[str]]:
    """The person, with a password and a second factor: its secret and recovery codes. Its code of ten minutes ago is used up."""
    now = now or utcnow()
    with_password(user)
    without_factor(user)
    secret = secondfactor.new_secret()
    earlier = datetime.fromtimestamp(now.timestamp() - 600, tz=now.tzinfo)
    codes = actions.enrol_second_factor(user, secret, secondfactor.code(secret, earlier), actor=actor(user), now=earlier)
    db.session.commit()
    return user, secret, codes


def try_password(client: FlaskClient, address: str, password: str = GOOD, **options: object) -> TestResponse:
    """Send the sign-in form."""
    return client.post("/sign-in", data={"email": address, "password": password}, **options)  # type: ignore[arg-type]


def forget(client: FlaskClient, address: str, **options: object) -> TestResponse:
    """Ask for a link on the page, and let the worker send what is due."""
    answer = client.post("/forgotten", data={"email": address}, **options)  # type: ignore[arg-type]
    while _run_next(client.application):
        pass
    return answer


def _run_next(app: Flask) -> bool:
    with app.app_context():
        return worker.run_next()


def who(client: FlaskClient) -> str | None:
    """The name of the person signed in with this browser, as the account page says; None for nobody."""
    page = client.get("/account")
    found = re.search(r'name="name"[^>]*value="([^"]*)"', page.text)
    return found.group(1) if page.status_code == 200 and found else None


def mails(folder: Path) -> list[str]:
    """Every message written so far, oldest first."""
    files = sorted(folder.glob("*.eml"))
    return [str(email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_content()) for file in files]


def link_in(message: str) -> str:
    """The path of the link in a message."""
    return re.search(r"https?://[^/]+(/link/\S+)", message).group(1)  # type: ignore[union-attr]
