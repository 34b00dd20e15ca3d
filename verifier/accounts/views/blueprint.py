"""The blueprint that every page of accounts belongs to, and what its views share about the browser."""

import re

from flask import Blueprint, current_app, request

from verifier.accounts.authentication import known_browsers, passkeys
from verifier.accounts.authentication.signing_in import Origin
from verifier.accounts.models import User
from verifier.web.signed_in import signed_in_user

bp = Blueprint("accounts", __name__)

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("iPad", "iPad"), ("iPhone", "iPhone"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


@bp.app_template_global("has_passkey")
def has_passkey() -> bool:
    """Whether who is signed in has a passkey that this address can ask for."""
    user = signed_in_user()
    return user is not None and bool(passkeys.usable(user))


def origin() -> Origin:
    """Where this request comes from."""
    agent = request.user_agent.string[:400]
    return Origin(request.remote_addr or "", browser_words(agent), request.cookies.get(_cookie_name()))


def remember(response: object, user: User) -> None:
    """Let the browser be known from now on as one that signed in to this account."""
    settings = current_app.extensions["verifier"].settings
    response.set_cookie(  # type: ignore[attr-defined]
        _cookie_name(),
        known_browsers.remembered(request.cookies.get(_cookie_name()), user.id),
        max_age=known_browsers.LASTS_SECONDS,
        secure=settings.behind_tls,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def browser_words(agent: str) -> str:
    """A browser as people call it: “Firefox, Windows”."""
    found = [next((name for sign, name in table if re.search(re.escape(sign), agent)), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(word for word in found if word) or agent[:60]


def _cookie_name() -> str:
    return "__Host-verifier-browser" if current_app.extensions["verifier"].settings.behind_tls else "verifier-browser"
