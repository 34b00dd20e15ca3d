"""Idempotency of form submissions: a double click, resend or back button leads to the first result."""

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
from verifier.web import shown_report, unsent
from verifier.web.models import SentForm
from verifier.web.signed_in import sender

FIELD, CONTENT = "once", "verifier.form_content"
KEPT_FOR = timedelta(hours=48)
"""Longer than a form's CSRF token is good."""


def field() -> Markup:
    """The hidden inputs that tell one showing of a form from every other: its token, and the report version it was shown on."""
    return Markup('<input type="hidden" name="{}" value="{}">{}').format(FIELD, token_urlsafe(16), shown_report.hidden_field())


def read_body() -> None:
    """Receive the body and hash a form's content, once a request and before any transaction begins."""
    if request.method == "PATCH":
        request.get_data()
    if _token() is not None and CONTENT not in request.environ:
        request.environ[CONTENT] = _hash_content()


def replay() -> Any:
    """Redirect to the result of a form already submitted; refused if its content differs now."""
    sent = _sent()
    if sent is None:
        return None
    if sent.content != _content():
        raise Refusal("web.form.sent_before")
    unsent.accept(sent.token)
    flash(_("This form was submitted twice. The action was carried out once."), "info")
    return redirect(sent.location, 303)


def remember(response: Response) -> None:
    """Remember a completed form and its redirect target; a refused form may be submitted again."""
    if response.status_code not in (302, 303) or getattr(g, "refusal", None) is not None:
        return
    token, user = _token(), sender()
    if token is None or user is None or db.session.get(SentForm, token) is not None:
        return
    unsent.accept(token)
    now = utcnow()
    db.session.execute(delete(SentForm).where(SentForm.user_id == user.id, SentForm.sent_at < now - KEPT_FOR))
    db.session.add(SentForm(token=token, user_id=user.id, content=_content(), location=response.location, sent_at=now))


def _sent() -> SentForm | None:
    token, user = _token(), sender()
    row = db.session.get(SentForm, token) if token and user else None
    return row if row is not None and user is not None and row.user_id == user.id else None


def _token() -> str | None:
    """The idempotency token of the submitted form; None if malformed."""
    token = request.form.get(FIELD, "") if request.method == "POST" else ""
    return token if re.fullmatch(r"[\w-]{16,64}", token) else None


def _content() -> str:
    """Keyed hash of all fields and files of the form."""
    read_body()
    content: str = request.environ[CONTENT]
    return content


def _hash_content() -> str:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, "csrf_token")]
    files = []
    for name, file in request.files.items(multi=True):
        file.stream.seek(0)
        files.append((name, file.filename, file_digest(file.stream, "sha256").hexdigest()))
        file.stream.seek(0)
    return crypto.mark("form", repr((request.full_path, typed, files)))
