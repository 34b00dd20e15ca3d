"""Throttling: failures are counted in a table, so that guessing is slow and an outsider cannot lock out a user.

A browser that signed in before has a bucket of its own, which no stranger can fill. Any other browser shares the bucket of its
account and address, and that of its address. Wrong passwords on one account from everywhere never block by themselves: they only leave
each address fewer tries. Who is stopped anyway may ask for a link by e-mail; a new password clears the count of that account and address.

Whoever may try codes knows the password already: all unknown browsers share one count per account, which neither a pause nor a success
begins anew; a known browser, and someone signed in, have one of their own that lasts as long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, literal, or_, text, update
from sqlalchemy.dialects import postgresql, sqlite

from verifier.accounts.authentication import crypto, durable
from verifier.accounts.models import ThrottleCount
from verifier.db import UtcDateTime, db

WINDOW = timedelta(minutes=15)
PAUSE = timedelta(minutes=15)
DAILY = 30
"""Wrong codes a day: with three of a million codes valid at a time, a chance of one in ten thousand."""
AHEAD = timedelta(minutes=2)
"""A count begun further in the future than this was made by a clock that has been set back, and is void."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where failures are counted: `limit` of them within `window` close it for PAUSE; a soft one never closes.

    A steady one stays closed until its window is over, and neither a pause nor a success begins its count anew.
    """

    name: str
    limit: int
    window: timedelta = WINDOW
    soft: bool = False
    steady: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from: its address, its browser in words, and the mark of a browser that signed in to this account before."""

    address: str
    browser: str = ""
    device: str | None = None


def named(kind: str, *parts: object) -> str:
    """The name of a bucket: neither an e-mail nor an address can be read from it."""
    return f"{kind}:{crypto.mark('throttle', chr(0).join(map(str, (kind, *parts))))[:40]}"


def buckets(action: str, account: object, visitor: Visitor, now: datetime) -> list[Bucket]:
    """The buckets that a try on an account counts in."""
    if visitor.device is not None:
        return [Bucket(named(f"{action}-device", account, visitor.device), 10)]
    everywhere = Bucket(named(f"{action}-account", account), 50, timedelta(hours=1), soft=True)
    few = is_full(everywhere, now)
    return [
        Bucket(named(f"{action}-here", account, visitor.address), 2 if few else 5),
        Bucket(named(f"{action}-address", visitor.address), 50),
        everywhere,
    ]


def own(action: str, account: object) -> list[Bucket]:
    """The buckets of someone who is signed in and proves once more who they are."""
    return [Bucket(named(f"{action}-own", account), 5), _of_the_day(f"{action}-own-day", account)]


def code_buckets(account: object, visitor: Visitor, now: datetime) -> list[Bucket]:
    """The buckets of the second step: beside those of the first, so many wrong codes a day on the account from all unknown browsers."""
    tried = buckets("code", account, visitor, now)
    if visitor.device is not None:
        return [*tried, _of_the_day("code-device-day", account, visitor.device)]
    return [*tried, _of_the_day("code-everywhere", account)]


def _of_the_day(kind: str, *parts: object) -> Bucket:
    return Bucket(named(kind, *parts), DAILY, timedelta(days=1), steady=True)


def is_full(bucket: Bucket, now: datetime) -> bool:
    """Whether as many failures as its limit were counted within its window."""
    row = _row(bucket)
    return row is not None and -AHEAD <= now - row.since <= bucket.window and row.failures >= bucket.limit


def closed_until(tried: Sequence[Bucket], now: datetime) -> datetime | None:
    """Until when these buckets take no further try; None when they do."""
    _one_at_a_time(tried)
    until = [_closed_until(bucket, now) for bucket in tried if not bucket.soft]
    return max((at for at in until if at is not None), default=None)


def count(tried: Sequence[Bucket], now: datetime) -> None:
    """Count a failure in each; it stays counted whatever becomes of the request."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for bucket in tried:
        if durable.done_by_this_request(bucket.name):
            continue
        durable.note_done(bucket.name)
        over = or_(ThrottleCount.since < now - bucket.window, ThrottleCount.since > now + AHEAD)
        if not bucket.steady:
            over = or_(over, ThrottleCount.blocked_until <= now)
        failures = case((over, 1), else_=ThrottleCount.failures + 1)
        at = literal(now, UtcDateTime())
        closes = literal(None if bucket.soft or bucket.steady else now + PAUSE, UtcDateTime())
        first = insert(ThrottleCount).values(bucket=bucket.name, failures=1, since=now, blocked_until=None)
        durable.execute(
            first.on_conflict_do_update(
                index_elements=["bucket"],
                set_={
                    "failures": failures,
                    "since": case((over, at), else_=ThrottleCount.since),
                    "blocked_until": case((failures >= bucket.limit, closes), else_=None),
                },
            )
        )


def forgive(tried: Sequence[Bucket]) -> None:
    """After a success, forget what was counted where only this person could have failed; an address keeps its count."""
    own_names = [bucket.name for bucket in tried if not bucket.soft and not bucket.steady and "-address:" not in bucket.name]
    db.session.execute(update(ThrottleCount).where(ThrottleCount.bucket.in_(own_names)).values(failures=0, blocked_until=None))


def _one_at_a_time(tried: Sequence[Bucket]) -> None:
    """Tries that count in the same buckets wait for each other; SQLite has one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        for name in sorted(bucket.name for bucket in tried if not bucket.soft):
            db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def _row(bucket: Bucket) -> ThrottleCount | None:
    return db.session.get(ThrottleCount, bucket.name, populate_existing=True)


def _closed_until(bucket: Bucket, now: datetime) -> datetime | None:
    """Closed for a while when it filled up, or at once where its limit has fallen below what is counted."""
    row = _row(bucket)
    if row is None or not -AHEAD <= now - row.since <= max(bucket.window, PAUSE):
        return None
    if row.blocked_until is not None:
        return row.blocked_until if row.blocked_until > now else None
    return row.since + bucket.window if row.failures >= bucket.limit and now - row.since <= bucket.window else None
