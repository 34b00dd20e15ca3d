"""Turns refusals and errors into pages that explain what happened and what to do."""

from typing import Any

import structlog
from flask import Flask, Response, current_app, flash, g, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from verifier.core.errors import NotPermitted, NotYours, Refusal
from verifier.db import db, reading
from verifier.web.downloads.large import later
from verifier.web.downloads.sizes import LargeDownload
from verifier.web.operations import outages
from verifier.web.operations.outages import Outage, outage_of
from verifier.web.pages.filters import listed
from verifier.web.redirects import came_from
from verifier.web.shown_report import ReportReplaced
from verifier.web.transactions import collided

log = structlog.get_logger()


class InvalidForm(Exception):
    """A submitted form has errors: its page is shown again outside the writing transaction, where the form says them."""


def sentence(refusal: Refusal) -> str:
    """The refusal in the reader's language, its values in words."""
    from_catalogue: str = _(refusal.message)
    return from_catalogue % {name: in_words(value) for name, value in refusal.values.items()}


def explained(refusal: Refusal) -> str:
    """The refusal in the reader's language, with a link to what changed where a corrected report replaced the one that was shown."""
    if not isinstance(refusal, ReportReplaced):
        return sentence(refusal)
    return Markup('{} <a href="{}">{}</a>').format(sentence(refusal), refusal.changes_url, _("What changed"))


def in_words(value: object) -> object:
    """An enum's label, several values as a list, else the value itself."""
    if isinstance(value, tuple):
        return listed(map(in_words, value))
    label = current_app.jinja_env.filters["label"]
    return label(value) if hasattr(value, "value") else value


def on_refusal(refusal: Refusal) -> Any:
    """Show the form again with what was typed and the reason, or go back where the button was."""
    db.session.rollback()
    if getattr(g, "refusal", None) is not None:
        return _refused(refusal)
    g.refusal = refusal
    rule = request.url_rule
    if rule is None or "GET" not in (rule.methods or ()):
        flash(explained(refusal), "error")
        return redirect(came_from(), 303)
    if request.method != "POST":
        return _refused(refusal)
    try:
        response = _shown_again()
    except (NotYours, NotPermitted) as gone:
        return current_app.handle_user_exception(gone)
    except (HTTPException, Refusal) as gone:
        return _refused(refusal) if isinstance(refusal, ReportReplaced) else current_app.handle_user_exception(gone)
    if isinstance(refusal, ReportReplaced) and explained(refusal) not in response.get_data(as_text=True):
        return _refused(refusal)
    if response.status_code == 200:
        response.status_code = 409
    return response


def on_invalid(_error: InvalidForm) -> Any:
    """Show the form again with its errors."""
    db.session.rollback()
    g.is_invalid = True
    try:
        return _shown_again()
    except (NotYours, NotPermitted, HTTPException, Refusal) as gone:
        return current_app.handle_user_exception(gone)


def _shown_again() -> Response:
    """The answer of the view to a form that it does not accept: it reads only, so nobody waits while its page is drawn."""
    for file in request.files.values():
        file.stream.seek(0)
    assert request.endpoint is not None
    with reading():
        return current_app.make_response(current_app.view_functions[request.endpoint](**(request.view_args or {})))


def _refused(refusal: Refusal) -> tuple[str, int]:
    """A page of its own, where there is no form to show the refusal at."""
    return render_template("errors/refused.html", text=explained(refusal)), 409


def page(code: int, title: str, text: str, reference: str | None = None) -> tuple[str, int]:
    """One error page; its forms are of no case, so that it says nothing of one."""
    g.pop("engagement", None)
    return render_template("errors/error.html", code=code, title=title, text=text, reference=reference), code


def error_texts(code: int) -> tuple[str, str]:
    """Title and advice of an error, said once for every page."""
    texts = {
        400: (_("The request could not be processed"), _("Go back, reload the page and try again.")),
        403: (
            _("You do not have permission"),
            _("Your role does not include this permission. For a case, contact its coordinator; otherwise, the account administrator."),
        ),
        404: (_("Page not found"), _("The address is incorrect, or you do not have access to this page. Start again from your cases.")),
        405: (_("The request could not be processed"), _("Go back, reload the page and try again.")),
        409: (_("Someone else has already done this"), _("Reload the page to see what has changed, then decide again.")),
        413: (_("The file is too large"), _("Send a smaller file, or split it. Nothing was saved.")),
        429: (_("Too many attempts"), _("Wait a few minutes, then try again.")),
        500: (
            _("A system error occurred"),
            _("Existing data are unaffected. Try again; if the problem recurs, give the administrator the reference."),
        ),
    }
    return texts.get(code, texts[400] if code < 500 else texts[500])


def on_http(error: HTTPException) -> Any:
    """Any HTTP error as a helpful page."""
    db.session.rollback()
    outage = outage_of(getattr(error, "original_exception", None))
    if outage:
        return on_outage(outage)
    if error.code is not None and 300 <= error.code < 400:
        return error.get_response()
    code = error.code or 500
    return page(code, *error_texts(code))


def on_csrf(error: CSRFError) -> Any:
    """Invalid CSRF token: the page has expired or the form is not from this site."""
    db.session.rollback()
    return page(400, _("This page has expired"), _("Nothing was saved. Go back, reload the page and submit it again."))


def on_database(error: Exception) -> Any:
    """Write conflicts are retried; any other database error is a system error."""
    if collided(error) or current_app.testing:
        raise error
    return on_crash(error)


def on_outage(outage: Outage) -> Any:
    """Disk full, read-only or unavailable: logged, and shown to the user with advice."""
    log.error("outage", outage=outage.value, endpoint=request.endpoint)
    outages.reading_only(outage)
    return page(outages.STATUS[outage], *outages.texts(outage))


def on_crash(error: Exception) -> Any:
    """System error: logged with the reference shown on the page and without personal data; outages are recognised."""
    db.session.rollback()
    outage = outage_of(error)
    if outage:
        return on_outage(outage)
    reference = g.request_id
    log.error("crash", endpoint=request.endpoint, exc_info=error)
    return page(500, *error_texts(500), reference=reference)


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(InvalidForm, on_invalid)
    app.register_error_handler(LargeDownload, later)
    app.register_error_handler(NotYours, lambda _error: _rolled_back(404))
    app.register_error_handler(NotPermitted, lambda _error: _rolled_back(403))
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(DBAPIError, on_database)
    app.register_error_handler(StaleDataError, on_database)
    if not app.testing:
        app.register_error_handler(Exception, on_crash)


def _rolled_back(code: int) -> Any:
    db.session.rollback()
    return page(code, *error_texts(code))
