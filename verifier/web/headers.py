"""Security headers of every response, and the start and end of every request."""

from typing import Any

from flask import Flask, Response, current_app, g, request

from verifier.db import db, writes_wanted
from verifier.web import idempotency, permit, redirects, signed_in, transactions

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)


def begin() -> Any:
    """Before each request: decide read or write, lock the case, load the session, and replay a repeated form."""
    for left_over in ("refusal", "roles", "time_zone"):
        g.pop(left_over, None)
    writes_wanted.set(permit.will_write())
    if request.endpoint == "static":
        return None
    transactions.lock_case()
    if signed_in.load():
        transactions.lock_case()
    return idempotency.replay()


def finish(response: Response) -> Response:
    """One request, one transaction: committed here, in one place; every handler of an error has rolled back before."""
    if request.endpoint != "static":
        idempotency.remember(response)
        db.session.commit()
    return harden(response)


def harden(response: Response) -> Response:
    """Security headers."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
    if current_app.extensions["verifier"].settings.behind_tls:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Cookie, Accept-Language")
    return response


def install(app: Flask) -> None:
    """Register both ends, and what a form written by hand carries."""
    app.jinja_env.globals.update(once=idempotency.field, this_page=redirects.this_page)
    app.before_request(begin)
    app.after_request(finish)
