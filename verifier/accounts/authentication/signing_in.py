"""The steps of signing in. Outcomes are returned, never raised, so that failures stay counted.

Every wrong answer looks the same and takes as long, whether the account exists, is disabled or has no password yet.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from verifier.accounts import mail, queries
from verifier.accounts.actions import plain_email
from verifier.accounts.authentication import crypto, known_browsers, links, passwords, present_factor, sessions, throttle
from verifier.accounts.authentication import secondfactor as secondfactor
from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.authentication.throttle import Bucket, Visitor
from verifier.accounts.models import Purpose, User
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import INSTALLATION, Actor
from verifier.core.subject import Subject
from verifier.db import Outdated, utcnow
from verifier.jobs.actions import enqueue
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

SECOND_STEP = timedelta(minutes=5)
RESETS, RESETS_WITHIN = 3, timedelta(hours=1)


class SignInResult(StrEnum):
    """How a step ended."""

    WRONG = "wrong"
    WAIT = "wait"
    CODE_NEEDED = "code_needed"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of a step: the user and new session token on success, or the time until which to wait."""

    outcome: SignInResult
    user: User | None = None
    token: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Origin of an attempt: IP address, user agent and known-browser cookie."""

    address: str
    browser: str
    cookie: str | None

    def visitor(self, user: User | None) -> Visitor:
        """As the throttle sees it for one account."""
        return Visitor(self.address, self.browser, known_browsers.mark_of(self.cookie, user.id if user else None))


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """What a password is compared with: the hash of an active account, or None; not at all while the visitor must wait."""

    hash: str | None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ComparedPassword:
    """A password compared without the write lock, for that takes a tenth of a second; `good` is None where it was not compared."""

    stored: str | None
    good: bool | None


def stored_password(email: str, origin: Origin, *, now: datetime) -> StoredPassword:
    """Read what a password for this address is compared with."""
    user = queries.by_email(plain_email(email))
    tried = throttle.buckets("password", plain_email(email), origin.visitor(user), now)
    return StoredPassword(_hash_of(user), throttle.closed_until(tried, now) is not None)


def compared(password: str, stored: StoredPassword) -> ComparedPassword:
    """Compare; it takes as long where there is no hash."""
    return ComparedPassword(stored.hash, None if stored.waits else passwords.matches(stored.hash, password))


def _hash_of(user: User | None) -> str | None:
    return user.password_hash if user is not None and user.is_active else None


def with_password(email: str, password: str, origin: Origin, *, already: ComparedPassword, now: datetime) -> Answer:
    """The first step. Who has to wait learns nothing of the password compared before; `Outdated` where that rests on another hash."""
    email = plain_email(email)
    user = queries.by_email(email)
    tried = throttle.buckets("password", email, origin.visitor(user), now)
    until = throttle.closed_until(tried, now)
    if until is not None:
        return Answer(SignInResult.WAIT, until=until)
    if already.good is None or already.stored != _hash_of(user):
        raise Outdated
    if not already.good or user is None:
        throttle.count(tried, now)
        _record_refused(user, "password", now)
        return Answer(SignInResult.WRONG)
    throttle.forgive(tried)
    if user.password_hash is not None and passwords.outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    if secondfactor.is_set(user):
        return Answer(SignInResult.CODE_NEEDED, user)
    return _signed_in(user, origin, second_factor=False, now=now)


def with_code(user: User, factor: Factor, origin: Origin, *, now: datetime) -> Answer:
    """The second step: the app's code, a passkey or a recovery code."""
    tried = throttle.code_buckets(user.id, origin.visitor(user), now)
    until = throttle.closed_until(tried, now)
    if until is not None:
        return Answer(SignInResult.WAIT, until=until)
    recovery = isinstance(factor, str) and secondfactor.looks_like_recovery(factor)
    if not present_factor.check_any(user, factor, now, tried=tried):
        _record_refused(user, "code" if isinstance(factor, str) else "passkey", now)
        return Answer(SignInResult.WRONG)
    if recovery:
        record(TrailAction.ACCOUNTS_ACCOUNT_RECOVERY_CODE_USED, Actor(user.id, user.name), _subject(user), now=now)
    return _signed_in(user, origin, second_factor=True, now=now)


def pending(user: User, *, now: datetime) -> dict[str, str]:
    """What the browser keeps between the two steps: good for minutes, and only while the password stays as it is."""
    return {"user": str(user.id), "at": now.isoformat(), "proof": _proof(user, now.isoformat())}


def pending_user(stored: Any, *, now: datetime) -> User | None:
    """Who has passed the first step, if that was lately."""
    if not isinstance(stored, dict) or now - datetime.fromisoformat(stored["at"]).astimezone(UTC) > SECOND_STEP:
        return None
    user = queries.user(UUID(stored["user"]))
    return user if user is not None and user.is_active and stored["proof"] == _proof(user, stored["at"]) else None


def proves(user: User, password: str, *, now: datetime) -> bool:
    """Whether someone signed in knows the account's password; wrong tries are counted apart."""
    tried = throttle.own("password", user.id)
    if throttle.closed_until(tried, now) is None and passwords.matches(user.password_hash, password):
        throttle.forgive(tried)
        return True
    throttle.count(tried, now)
    return False


def forgotten(email: str, origin: Origin, *, now: datetime) -> datetime | None:
    """Have a link sent if the account exists; returns until when an address must wait.

    A job looks the account up, so that the answer's content and the time it takes do not depend on it.
    """
    tried = [Bucket(throttle.named("forgotten-address", origin.address), 20, timedelta(hours=1))]
    until = throttle.closed_until(tried, now)
    if until is not None:
        return until
    throttle.count(tried, now)
    enqueue("accounts.forgotten", now=now, sealed=crypto.sealed("forgotten", plain_email(email)))
    return None


@task("accounts.forgotten", forget=True, keep=timedelta(days=2))
def send_forgotten(_work: JobRun, *, sealed: str) -> None:
    """Send the link that someone asked for on the page, at most three an hour to an account."""
    now, user = utcnow(), queries.by_email(crypto.opened("forgotten", sealed))
    record(TrailAction.ACCOUNTS_ACCOUNT_LINK_ASKED, INSTALLATION, _subject(user), now=now, effect=Effect.LOOK)
    if user is not None and user.is_active and links.issued_since(user, now - RESETS_WITHIN) < RESETS:
        purpose = Purpose.RESET if user.password_hash else Purpose.INVITATION
        mail.send_link(user, purpose, links.issue(user, purpose, now=now), now=now)


def password_was_reset(user: User, origin: Origin, *, now: datetime) -> None:
    """Void the wrong passwords counted for the account here; the browser does not become a known one, and wrong codes stay counted."""
    throttle.forgive(throttle.buckets("password", user.email, origin.visitor(user), now))


def signed_out(user: User, session_id: UUID, *, now: datetime) -> None:
    """End the session someone is in."""
    if sessions.end(user, session_id, now=now):
        record(TrailAction.ACCOUNTS_SESSION_ENDED, Actor(user.id, user.name), _subject(user), now=now, effect=Effect.LOOK, count=1)


def ended_others(user: User, ended: int, *, actor: Actor, now: datetime) -> None:
    """Say in the trail that someone ended sessions of theirs elsewhere."""
    record(TrailAction.ACCOUNTS_SESSION_ENDED, actor, _subject(user), now=now, effect=Effect.LOOK, count=ended)


def _signed_in(user: User, origin: Origin, *, second_factor: bool, now: datetime) -> Answer:
    visitor = origin.visitor(user)
    token = sessions.begin(user, visitor, second_factor=second_factor, now=now)
    actor = Actor(user.id, user.name)
    known = visitor.device is not None
    record(
        TrailAction.ACCOUNTS_SESSION_BEGUN,
        actor,
        _subject(user),
        now=now,
        effect=Effect.LOOK,
        second_factor=second_factor,
        known_browser=known,
    )
    return Answer(SignInResult.SIGNED_IN, user, token)


def _record_refused(user: User | None, step: str, now: datetime) -> None:
    record(TrailAction.ACCOUNTS_SESSION_REFUSED, INSTALLATION, _subject(user), now=now, effect=Effect.LOOK, step=step)


def _proof(user: User, at: str) -> str:
    return crypto.mark("pending", f"{user.id}:{at}:{user.password_hash}:{user.totp_secret}")


def _subject(user: User | None) -> Subject:
    return Subject("account", str(user.id) if user else "unknown")
