"""Proof of the present second factor, asked before a security setting changes and before an administrator acts on another account."""

from datetime import datetime

from verifier.accounts.authentication import present_factor, secondfactor, throttle
from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject


def prove_present(user: User, shown: Factor, *, now: datetime) -> None:
    """Refuse without a fresh code, an unused recovery code or a passkey's answer; a person without a second factor has nothing to prove."""
    if secondfactor.is_set(user):
        prove_factor(user, shown, now=now)


def prove_factor(user: User, shown: Factor, *, now: datetime) -> None:
    """Refuse without a second factor, and without a fresh code, an unused recovery code or a passkey's answer; wrong ones stay counted."""
    if not secondfactor.is_set(user):
        raise Refusal("accounts.second_factor.missing")
    if isinstance(shown, str) and not shown.strip():
        raise Refusal("accounts.code.needed")
    tried = throttle.own("code", user.id)
    until = throttle.closed_until(tried, now)
    if until is not None:
        raise Refusal("accounts.code.paused", minutes=max(1, -(-int((until - now).total_seconds()) // 60)))
    if not present_factor.check_any(user, shown, now, tried=tried):
        raise Refusal("accounts.code.not_accepted")
    if isinstance(shown, str) and secondfactor.looks_like_recovery(shown):
        subject = Subject("account", str(user.id))
        record(TrailAction.ACCOUNTS_ACCOUNT_RECOVERY_CODE_USED, Actor(user.id, user.name), subject, now=now)
