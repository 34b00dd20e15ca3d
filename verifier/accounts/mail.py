"""Messages: sent by SMTP where a host is set, else written to the instance's mail folder; only once the deed is committed."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from threading import Thread

import structlog
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import event
from sqlalchemy.orm import Session

from verifier.accounts.links import Purpose
from verifier.accounts.models import User
from verifier.config import Settings
from verifier.db import db, uuid7

log = structlog.get_logger()


def is_sent() -> bool:
    """Whether messages leave this installation."""
    return bool(_settings().mail_host)


def link_address(token: str) -> str:
    """The whole address behind a link."""
    return f"{_settings().public_url}/link/{token}"


def send_link(user: User, purpose: Purpose, token: str, *, now: datetime) -> None:
    """Send a person their link, in their language, or in both where it is not known."""
    texts = []
    for tag in [user.language] if user.language else ["en", "zh"]:
        with force_locale(tag):
            texts.append(_invitation(user, token) if purpose is Purpose.INVITATION else _reset(user, token))
    message = EmailMessage()
    message["From"], message["To"] = _settings().mail_from, user.email
    message["Subject"] = " / ".join(subject for subject, _text in texts)
    message["Date"], message["Message-ID"] = format_datetime(now), make_msgid(domain="verifier.invalid")
    message.set_content("\n\n".join(text for _subject, text in texts))
    db.session.info.setdefault("mail", []).append(message)


def _invitation(user: User, token: str) -> tuple[str, str]:
    text = _(
        "Hello %(name)s,\n\nyou were given an account at Verifier. Set your password within 7 days:\n\n%(link)s\n\n"
        "The link works once. If you did not expect it, do nothing.\n",
        name=user.name, link=link_address(token),
    )  # fmt: skip
    return _("Your account at Verifier"), text


def _reset(user: User, token: str) -> tuple[str, str]:
    text = _(
        "Hello %(name)s,\n\nsomebody asked for a new password for your account at Verifier. Set it within an hour:\n\n%(link)s\n\n"
        "The link works once. If it was not you, do nothing: your password stays as it is.\n",
        name=user.name, link=link_address(token),
    )  # fmt: skip
    return _("A new password at Verifier"), text


@event.listens_for(db.session, "after_commit")
def _deliver(done: Session) -> None:
    messages = done.info.pop("mail", [])
    if not messages:
        return
    settings = _settings()
    if settings.mail_host:
        Thread(target=_post, args=(settings, messages), daemon=False).start()
    else:
        for message in messages:
            _write(settings.mail_folder, message)


@event.listens_for(db.session, "after_rollback")
def _forget(undone: Session) -> None:
    undone.info.pop("mail", None)


def _post(settings: Settings, messages: list[EmailMessage]) -> None:
    """Beside the request, so that how long it takes tells nobody whether there was a message; what cannot be sent is written down."""
    try:
        with smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=20) as server:
            if settings.mail_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.mail_user:
                server.login(settings.mail_user, settings.mail_password)
            for message in messages:
                server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.error("mail_not_sent", messages=len(messages), reason=type(error).__name__)
        for message in messages:
            _write(settings.mail_folder / "unsent", message)


def _write(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid7()}.eml"
    path.touch(mode=0o600)
    path.write_bytes(bytes(message))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["verifier"].settings
    return settings
