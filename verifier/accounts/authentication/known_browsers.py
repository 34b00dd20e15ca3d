"""Known browsers: a signed cookie lists the accounts used, so that their attempts are throttled separately from strangers'."""

import secrets
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from verifier.accounts.authentication import crypto

LASTS_SECONDS = 400 * 24 * 3600
MOST_ACCOUNTS = 12


def mark_of(cookie: str | None, user_id: UUID | None) -> str | None:
    """The browser's own mark, if someone signed in to this account with it before."""
    device, accounts = _read(cookie)
    return device if user_id is not None and _account(user_id) in accounts else None


def remembered(cookie: str | None, user_id: UUID) -> str:
    """The cookie, with this account among those that the browser signed in to."""
    device, accounts = _read(cookie)
    others = [each for each in accounts if each != _account(user_id)][-(MOST_ACCOUNTS - 1) :]
    text = _signer().dumps([device or secrets.token_urlsafe(16), *others, _account(user_id)])
    return text if isinstance(text, str) else text.decode()


def _read(cookie: str | None) -> tuple[str | None, list[str]]:
    try:
        device, *accounts = _signer().loads(cookie or "")
    except (BadSignature, ValueError, TypeError):
        return None, []
    return device, accounts


def _account(user_id: UUID) -> str:
    return crypto.mark("device", str(user_id))[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(crypto.key("device-cookie"))
