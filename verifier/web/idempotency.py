"""A form is done once: a double click, a resend or a browser's back button leads where the first one led."""

import re
from datetime import timedelta
from hashlib import file_digest
from secrets import token_urlsafe
from typing import Any

from flask import Response, flash, g, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import delete

from verifier.accounts.authentication import crypto
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.web import shown_report
from verifier.web.models import SentForm
from verifier.web.signed_in import sender

FIELD = "once"
KEPT_FOR = timedelta(hours=48)
"""Longer than a form's CSRF token is good."""


def field() -> Markup:
    """The hidden inputs that tell one showing of a form from every other: its token, and the report version it was shown on."""
    return Markup('<input type="hidden" name="{}" value="{}">{}').format(FIELD, token_urlsafe(16), shown_report.hidden_field())


def replay() -> Any:
    """Where this very form was done before: the way to what came of it; a refusal where something else is typed in it now."""
    sent = _sent()
    if sent is None:
        return None
    if sent.content != _content():
        raise Refusal("web.form.sent_before")
    flash(_("This was sent twice. It was done once."), "info")
    return redirect(sent.location, 303)


def remember(response: Response) -> None:
    """Note a form whose action is done, and where it led; one that was refused may be sent again."""
    if response.status_code not in (302, 303) or getattr(g, "refusal", None) is not None:
        return
    token, user = _token(), sender()
    if token is None or user is None or db.session.get(SentForm, token) is not None:
        return
    now = utcnow()
    db.session.execute(delete(SentForm).where(SentForm.user_id == user.id, SentForm.sent_at < now - KEPT_FOR))
    db.session.add(SentForm(token=token, user_id=user.id, content=_content(), location=response.location, sent_at=now))


def _sent() -> SentForm | None:
    token, user = _token(), sender()
    row = db.session.get(SentForm, token) if token and user else None
    return row if row is not None and user is not None and row.user_id == user.id else None


def _token() -> str | None:
    """The token of the form being sent; what does not look like one of ours is none."""
    token = request.form.get(FIELD, "") if request.method == "POST" else ""
    return token if re.fullmatch(r"[\w-]{16,64}", token) else None


def _content() -> str:
    """Everything typed and every file, as a mark that tells nothing without the installation's key."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, "csrf_token")]
    files = []
    for name, file in request.files.items(multi=True):
        file.stream.seek(0)
        files.append((name, file.filename, file_digest(file.stream, "sha256").hexdigest()))
        file.stream.seek(0)
    return crypto.mark("form", repr((request.full_path, typed, files)))
