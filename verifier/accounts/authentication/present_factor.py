"""Whether someone has a second factor of theirs at hand: the code of their app, one of their passkeys, or a recovery code.

`check` is for signing, which takes no recovery code; `check_any` for everything else.
"""

from dataclasses import dataclass
from datetime import datetime

from verifier.accounts.authentication import passkeys, secondfactor, throttle
from verifier.accounts.authentication.challenges import Scope
from verifier.accounts.authentication.throttle import Bucket
from verifier.accounts.models import User


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a passkey answered, and the scope whose challenge it must have answered."""

    response: str
    scope: Scope


Factor = str | PasskeyAnswer
"""What was typed as a code, or a passkey's answer."""


def check(user: User, factor: Factor, now: datetime, *, tried: list[Bucket] | None = None) -> bool:
    """Whether it is the app's code or a passkey's answer of theirs: good once, a wrong one counted although the request is refused."""
    if isinstance(factor, str):
        return secondfactor.check(user, factor, now, tried=tried)
    buckets = throttle.own("code", user.id) if tried is None else tried
    if throttle.closed_until(buckets, now) is not None:
        return False
    if passkeys.answers(user, factor.response, factor.scope, now=now):
        throttle.forgive(buckets)
        return True
    throttle.count(buckets, now)
    return False


def check_any(user: User, factor: Factor, now: datetime, *, tried: list[Bucket] | None = None) -> bool:
    """As `check`; a recovery code is also taken, and used up."""
    if isinstance(factor, str) and secondfactor.looks_like_recovery(factor):
        return secondfactor.check_recovery(user, factor, now, tried=throttle.own("code", user.id) if tried is None else tried)
    return check(user, factor, now, tried=tried)
