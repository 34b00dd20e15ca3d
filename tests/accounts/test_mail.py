"""Messages leave through a real SMTP server: encrypted, signed in, tried again until they arrive, and unreadable while they wait."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select, update

from tests.accounts.builders import mails
from tests.people import Cast
from verifier import config
from verifier.accounts import actions
from verifier.accounts.models import User
from verifier.cli.online import main
from verifier.core.actor import INSTALLATION
from verifier.db import db, utcnow
from verifier.jobs import worker
from verifier.jobs.models import Job, State


class Box:
    """Takes messages in from whoever knows the password; some recipients are refused."""

    def __init__(self) -> None:
        self.messages: list[Envelope] = []
        self.needs_starttls = True

    async def handle_RCPT(self, _server: object, _session: Session, envelope: Envelope, address: str, _options: object) -> str:
        if address.startswith("unknown@"):
            return "550 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:
        assert session.ssl is not None or not self.needs_starttls
        self.messages.append(envelope)
        return "250 taken"


def known(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and (data.login, data.password) == (b"verifier", b"heron"), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path_factory.mktemp("smtp") / "server.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + pem)
    return path


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Post:
    """A mail server of its own, which can be switched on."""

    def __init__(self, certificate: Path) -> None:
        self.box, self.port, self.certificate = Box(), port(), certificate
        self.server: Controller | None = None

    def start(self, *, implicit: bool = False) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        if implicit:
            self.box.needs_starttls = False
            self.server = Controller(self.box, hostname="localhost", port=self.port, ssl_context=context, authenticator=known)
            self.server.start()
            return
        self.server = Controller(
            self.box,
            hostname="localhost",
            port=self.port,
            tls_context=context,
            require_starttls=True,
            authenticator=known,
            auth_required=True,
        )
        self.server.start()


@pytest.fixture
def post(app: Flask, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """The installation sends through this server, which is not up yet."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    made, here = Post(certificate), app.extensions["verifier"]
    here.settings = replace(
        here.settings, mail_host="localhost", mail_port=made.port, mail_user="verifier", mail_password="heron", mail_tls="starttls"
    )
    yield made
    if made.server is not None:
        made.server.stop()


def invite(cast: Cast, address: str = "new@example.org") -> tuple[User, str]:
    made = actions.invite(cast.org("unit"), address, "陈 Newcomer", language="zh", actor=INSTALLATION, now=utcnow())
    db.session.commit()
    return made


def work(app: Flask) -> Job:
    """One round of a worker; the message's job afterwards."""
    db.session.rollback()
    with app.app_context():
        worker.run_next()
    return db.session.scalars(select(Job).where(Job.kind == "mail.send")).one()


def test_a_message_arrives_over_tls_in_the_persons_language_and_nothing_of_it_is_kept(app: Flask, cast: Cast, post: Post) -> None:
    post.start()
    _user, token = invite(cast)
    job = work(app)
    assert (job.state, job.arguments) == (State.DONE, {})
    message = message_from_bytes(post.box.messages[0].content, policy=policy.default)
    assert post.box.messages[0].rcpt_tos == ["new@example.org"]
    assert token in message.get_content()
    assert "陈 Newcomer" in message.get_content()
    assert mails(app.extensions["verifier"].settings.mail_folder) == []


def test_a_server_with_tls_from_the_first_byte_takes_messages(app: Flask, cast: Cast, post: Post) -> None:
    post.start(implicit=True)
    here = app.extensions["verifier"]
    here.settings = replace(here.settings, mail_tls="implicit", mail_user="")
    invite(cast)
    assert work(app).state is State.DONE
    assert len(post.box.messages) == 1


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "starttls"),
        ({"VERIFIER_MAIL_PORT": "465"}, "implicit"),
        ({"VERIFIER_MAIL_TLS": "implicit"}, "implicit"),
        ({"VERIFIER_MAIL_TLS": "0"}, "none"),
    ],
)
def test_port_465_and_the_setting_choose_how_mail_is_encrypted(tmp_path: Path, told: dict[str, str], expected: str) -> None:
    assert config.from_environment({"VERIFIER_INSTANCE": str(tmp_path), **told}).mail_tls == expected


def test_a_test_message_is_sent_at_once_and_a_refusal_is_told(app: Flask, cast: Cast, post: Post) -> None:
    here = app.extensions["verifier"]
    told = {
        "VERIFIER_INSTANCE": str(here.settings.instance),
        "VERIFIER_MAIL_HOST": "localhost",
        "VERIFIER_MAIL_PORT": str(post.port),
        "VERIFIER_MAIL_USER": "verifier",
        "VERIFIER_MAIL_PASSWORD": "heron",
    }
    db.session.remove()
    away = CliRunner().invoke(main, ["mail-test", "me@example.org"], env=told)
    assert (away.exit_code, "did not take the message" in away.output) == (1, True), away.output
    post.start()
    done = CliRunner().invoke(main, ["mail-test", "me@example.org"], env=told)
    assert done.exit_code == 0, done.output
    assert post.box.messages[0].rcpt_tos == ["me@example.org"]


def test_while_it_waits_its_link_cannot_be_read_in_the_database(app: Flask, cast: Cast, post: Post) -> None:
    _user, token = invite(cast)
    waiting = db.session.scalars(select(Job).where(Job.kind == "mail.send")).one()
    assert token not in str(waiting.arguments)
    assert "new@example.org" not in str(waiting.arguments)


def test_a_server_that_is_away_is_tried_again_until_it_is_back(app: Flask, cast: Cast, post: Post) -> None:
    invite(cast)
    job = work(app)
    assert (job.state, job.last_error) == (State.WAITING, "ConnectionRefusedError 111")
    post.start()
    db.session.execute(update(Job).values(run_at=utcnow()))
    db.session.commit()
    assert work(app).state is State.DONE
    assert len(post.box.messages) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"mail_password": "otter"}, "SMTPAuthenticationError 535"), ({"mail_tls": "none"}, "SMTPNotSupportedError")],
    ids=["wrong password", "no encryption"],
)
def test_what_the_server_refuses_is_kept_with_its_reason(
    app: Flask, cast: Cast, post: Post, change: dict[str, object], reason: str
) -> None:
    post.start()
    app.extensions["verifier"].settings = replace(app.extensions["verifier"].settings, **change)  # type: ignore[arg-type]
    invite(cast)
    assert work(app).last_error == reason
    assert post.box.messages == []


def test_the_reason_names_nobody(app: Flask, cast: Cast, post: Post) -> None:
    post.start()
    invite(cast, "unknown@example.org")
    assert work(app).last_error == "SMTPRecipientsRefused"
