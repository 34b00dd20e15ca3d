"""Second factor: single-use TOTP codes, and recovery codes; passkeys are beside it in `passkeys`."""

import re
import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, exists, func, insert, literal, or_, select, update

from verifier.accounts.authentication import crypto, durable, throttle
from verifier.accounts.authentication.throttle import Bucket
from verifier.accounts.models import RecoveryCode, UsedCode, User
from verifier.core.access import SECOND_FACTOR
from verifier.core.typed_digits import plain_digits
from verifier.db import db

STEP = 30
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper."""


def required(user: User) -> bool:
    """Whether a second factor is required: for everyone in a verification body, administrators and programme managers."""
    return user.organisation.kind == "body" or bool(user.roles & SECOND_FACTOR)


def is_set(user: User) -> bool:
    """Whether the person has a second factor: an authenticator app or a passkey."""
    return has_app(user) or bool(user.passkeys)


def has_app(user: User) -> bool:
    """Whether the person has an authenticator app."""
    return user.totp_confirmed_at is not None and user.totp_secret is not None


def new_secret() -> str:
    """A fresh secret, base32, to be kept by an authenticator app."""
    return pyotp.random_base32()


def code(secret: str, now: datetime) -> str:
    """The six digits that an authenticator app shows at this moment."""
    return pyotp.TOTP(secret).at(now)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code was typed: this one, the one before or the one after; None when it is none of them."""
    digits = re.sub(r"[\s-]", "", plain_digits(code))
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    this = int(now.timestamp()) // STEP
    good = [step for step in (this - 1, this, this + 1) if secrets.compare_digest(pyotp.HOTP(secret).at(step), digits)]
    return good[-1] if good else None


def keep(user: User, secret: str, step: int, *, now: datetime) -> None:
    """Keep the secret, sealed; the code that proved it is used up."""
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = crypto.sealed("totp", secret), now, step


def picture(secret: str, email: str) -> str:
    """The QR code that an authenticator app reads, as a data: address of an SVG picture."""
    return str(segno.make(address(secret, email), error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def address(secret: str, email: str) -> str:
    """The otpauth: address of the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Verifier")


def check(user: User, typed: str, now: datetime, *, tried: list[Bucket] | None = None) -> bool:
    """Whether it is the person's present code: good once, wrong ones counted, both even when the request is refused afterwards."""
    buckets = throttle.own("code", user.id) if tried is None else tried
    if throttle.closed_until(buckets, now) is not None:
        return False
    if _spend(user, typed, now):
        throttle.forgive(buckets)
        return True
    throttle.count(buckets, now)
    return False


def _spend(user: User, typed: str, now: datetime) -> bool:
    if not has_app(user) or user.totp_secret is None:
        return False
    step = step_of(crypto.opened("totp", user.totp_secret), typed, now)
    if step is None:
        return False
    key = f"code:{user.id}:{step}"
    if durable.done_by_this_request(key):
        return True
    used = exists().where(UsedCode.user_id == user.id, UsedCode.step == step)
    unused = or_(User.totp_last_step < step, User.totp_last_step > latest_step(now)) & ~used
    once = update(User).where(User.id == user.id, unused).values(totp_last_step=step)
    if durable.execute(once.execution_options(synchronize_session="fetch")).rowcount != 1:
        return False
    durable.execute(insert(UsedCode).from_select(["user_id", "step"], select(literal(user.id), literal(step)).where(~used)))
    durable.note_done(key)
    return True


def latest_step(now: datetime) -> int:
    """The last time step whose code is accepted now; a later one was used up by a clock that was ahead, and says nothing of today's."""
    return int(now.timestamp()) // STEP + 1


def check_recovery(user: User, typed: str, now: datetime, *, tried: list[Bucket]) -> bool:
    """Whether it is one of the person's recovery codes that was not used yet; it is used up by this."""
    if throttle.closed_until(tried, now) is not None:
        return False
    mark = _mark(user, typed)
    if durable.done_by_this_request(mark):
        return True
    once = update(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash == mark, RecoveryCode.used_at.is_(None))
    if durable.execute(once.values(used_at=now).execution_options(synchronize_session=False)).rowcount == 1:
        throttle.forgive(tried)
        durable.note_done(mark)
        return True
    throttle.count(tried, now)
    return False


def looks_like_recovery(typed: str) -> bool:
    """Whether a recovery code was typed rather than the app's digits."""
    return len(_plain(typed)) > 6


def renew_recovery_codes(user: User) -> list[str]:
    """Ten new codes, shown once; those from before are no longer good."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_mark(user, each)) for each in codes)
    return codes


def recovery_codes_left(user: User) -> int:
    """How many of the person's recovery codes were not used yet."""
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0


def _plain(typed: str) -> str:
    return "".join(c for c in plain_digits(typed).lower() if c.isalnum())


def _mark(user: User, typed: str) -> str:
    return crypto.mark("recovery", f"{user.id}:{_plain(typed)}")
