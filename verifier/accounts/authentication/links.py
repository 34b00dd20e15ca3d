"""Single-use links that expire: an invitation, or a new password for someone who forgot theirs."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from verifier.accounts.authentication import crypto
from verifier.accounts.models import AccountLink, Purpose, User
from verifier.core.errors import Refusal
from verifier.db import db

LASTS = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}


def issue(user: User, purpose: Purpose, *, now: datetime) -> str:
    """A new link's token, which is kept only as a hash."""
    token = secrets.token_urlsafe(32)
    hash = crypto.random_mark(token)
    db.session.add(AccountLink(user_id=user.id, purpose=purpose, token_hash=hash, created_at=now, expires_at=now + LASTS[purpose]))
    db.session.flush()
    return token


def find(token: str, *, now: datetime) -> AccountLink | None:
    """The link, unless it was used, has expired, or its account is disabled."""
    link = db.session.scalar(select(AccountLink).where(AccountLink.token_hash == crypto.random_mark(token)))
    return link if link is not None and link.used_at is None and link.expires_at > now and link.user.is_active else None


def use(token: str, *, now: datetime) -> AccountLink:
    """Consume the link and invalidate all other links of the account; refused if it is no longer valid."""
    link = find(token, now=now)
    once = update(AccountLink).where(AccountLink.token_hash == crypto.random_mark(token), AccountLink.used_at.is_(None)).values(used_at=now)
    if link is None or db.session.execute(once).rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal("accounts.link.ended")
    end_all(link.user, now=now)
    return link


def end_all(user: User, *, now: datetime) -> None:
    """Invalidate all links of the account."""
    db.session.execute(update(AccountLink).where(AccountLink.user_id == user.id, AccountLink.used_at.is_(None)).values(used_at=now))


def issued_since(user: User, moment: datetime) -> int:
    """How many links the account was sent since then."""
    links = select(func.count()).select_from(AccountLink).where(AccountLink.user_id == user.id, AccountLink.created_at > moment)
    return db.session.scalar(links) or 0
