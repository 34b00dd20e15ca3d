"""E-mail: enqueued in the transaction of the action, then sent by SMTP if a host is configured, else written to the mail folder."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime, make_msgid
from pathlib import Path
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from verifier.accounts.authentication import crypto
from verifier.accounts.models import Purpose, User
from verifier.config import Settings, aside_of
from verifier.jobs.actions import enqueue
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

Words = tuple[str, str]
"""Subject and text of a message."""


def is_sent() -> bool:
    """Whether messages are sent by SMTP."""
    return bool(_settings().mail_host)


def link_address(token: str) -> str:
    """The absolute URL of a link."""
    return f"{_settings().public_url}/link/{token}"


def page_address(path: str) -> str:
    """The absolute URL of a page."""
    return f"{_settings().public_url}{path}"


def send_link(user: User, purpose: Purpose, token: str, *, now: datetime) -> None:
    """Send a person their link."""
    post(user, lambda: _invitation(user, token) if purpose is Purpose.INVITATION else _reset(user, token), now=now)


def post(user: User, words: Callable[[], Words], *, now: datetime, key: str | None = None, to: str | None = None) -> UUID:
    """Send a message built by `words` in the user's language, or in both if it is unknown; at most once per key; `to` another
    address. Returns the job that sends it.

    It is sent only if this transaction commits. In the queue it is encrypted, because it may contain a link.
    """
    texts = []
    for tag in [user.language] if user.language else ["en", "zh"]:
        with force_locale(tag):
            texts.append(words())
    message = EmailMessage()
    message["From"], message["To"] = _settings().mail_from, to or user.email
    message["Subject"] = " / ".join(subject for subject, _text in texts)
    message["Date"], message["Message-ID"] = format_datetime(now), make_msgid(domain="verifier.invalid")
    message.set_content("\n\n".join(text for _subject, text in texts))
    sealed = crypto.sealed("mail", message.as_bytes().decode())
    return enqueue("mail.send", key=key, now=now, at_once=not is_sent(), sealed=sealed).id


@task("mail.send", forget=True, keep=timedelta(days=400))
def deliver(work: JobRun, *, sealed: str) -> None:
    """Deliver one message; after a kill it may be sent twice, with the same Message-ID."""
    settings, raw = _settings(), crypto.opened("mail", sealed).encode()
    if not settings.mail_host:
        _write(settings.mail_folder, work.id, raw)
        return
    _send(settings, message_from_bytes(raw, policy=policy.default))


def send_test(settings: Settings, to: str, *, now: datetime) -> None:
    """Send a test message at once; raises OSError or SMTPException of the server."""
    with force_locale(settings.language):
        subject, text = (
            _("Test message of Verifier"),
            _("This installation can send mail. Its address is %(address)s.", address=settings.public_url),
        )
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Date"], message["Message-ID"] = format_datetime(now), make_msgid(domain="verifier.invalid")
    message.set_content(text)
    _send(settings, message)


def _send(settings: Settings, message: Message) -> None:
    with ExitStack() as stack:
        if settings.mail_tls == "implicit":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.mail_host, settings.mail_port, timeout=20, context=context)
        else:
            server = smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=20)
        stack.enter_context(server)
        if settings.mail_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
        server.send_message(message)


def _invitation(user: User, token: str) -> Words:
    text = _(
        "Hello %(name)s,\n\nAn account has been created for you in Verifier. Please set your password within 7 days:\n\n%(link)s\n\n"
        "The link can be used once. If you were not expecting this message, you can ignore it.\n",
        name=user.name,
        link=link_address(token),
    )
    return _("Your Verifier account"), text


def _reset(user: User, token: str) -> Words:
    text = _(
        "Hello %(name)s,\n\nA new password was requested for your Verifier account. Please set it within one hour:\n\n%(link)s\n\n"
        "The link can be used once. If you did not request it, you can ignore this message; your password will not change.\n",
        name=user.name,
        link=link_address(token),
    )
    return _("Set a new Verifier password"), text


def _write(folder: Path, id: UUID, raw: bytes) -> None:
    """Written atomically under the job's id, so that a repeated run produces the same file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    message = folder / f"{id}.eml"
    part = aside_of(message)
    part.touch(mode=0o600)
    part.write_bytes(raw)
    part.replace(message)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["verifier"].settings
    return settings
