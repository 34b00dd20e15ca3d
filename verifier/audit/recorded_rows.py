"""What is hashed of a domain row: which tables and columns, and the canonical hash of a row as it is stored."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, ColumnElement, Enum, Row, Select, Table, Text, cast, select, tuple_, type_coerce

from verifier.core.chain import canonical_json
from verifier.db import Base, ExactDecimal, db

AT_ONCE = 400
"""Keys in one query: SQLite takes at most 999 bound values in its oldest supported builds."""

EXEMPT_TABLES = MappingProxyType(
    {
        "trail_row": "the trail itself: hash chain and signed checkpoints",
        "trail_head": "the trail itself: compared with its rows and with the checkpoints",
        "recorded_row": "index of the hashes in the trails; verification reads the trails",
        "job": "leases, attempts and progress of background jobs",
        "notice": "what waits to be mailed; the events themselves are recorded as actions",
        "sent_form": "forms already answered, removed after a day",
        "signed_in_session": "times last seen; beginning and end of a session are recorded as actions",
        "throttle_count": "failed attempts counted, written even where the request is refused",
        "account_link": "single-use links, marked as used even where the request is refused",
        "recovery_code": "marked as used even where the request is refused; their use is recorded as an action",
        "used_code": "codes already used, kept even where the request is refused, removed after minutes",
        "passkey_challenge": "challenges of minutes, marked as used even where the request is refused",
        "upload": "files on their way that nothing rests on yet; what is handed in becomes a photo, a document or an attachment",
        "stored_file": "named by the SHA-256 of its bytes: `verifier audit verify --evidence`",
        "reported_source": "recalculated from report_version.content whenever the rules change",
        "reported_facility": "read from report_version.content",
        "reported_number": "read from report_version.content",
    }
)
"""Tables without recorded hashes, and why."""

EXEMPT_COLUMNS = MappingProxyType(
    {
        "user_account": {
            "password_hash": "renewed at sign-in when its parameters change; a new password is recorded as an action",
            "totp_secret": "sealed means of signing in; a new one is recorded as an action",
            "totp_confirmed_at": "as totp_secret",
            "totp_last_step": "a used code is kept even where the request is refused",
            "language": "a person's own choice of language, nothing anyone relies on",
        },
        "passkey": {
            "sign_count": "the device's counter, kept even where the request is refused; adding and removing a passkey are actions",
            "last_used_at": "as sign_count",
        },
        "report_version": {
            "recalculated_known": "recalculated from content by a background job when the rules change",
            "complete": "as recalculated_known",
            "flag_count": "as recalculated_known",
        },
    }
)
"""Columns that change without an action of their own, and why."""


@cache
def tables() -> tuple[str, ...]:
    """Every recorded table."""
    return tuple(sorted(Base.metadata.tables.keys() - EXEMPT_TABLES.keys()))


@cache
def columns_of(table: str) -> tuple[str, ...]:
    """The columns that are hashed now, primary key included."""
    return tuple(sorted(column.name for column in table_of(table).columns if column.name not in EXEMPT_COLUMNS.get(table, {})))


def table_of(table: str) -> Table:
    """The table of a name."""
    return Base.metadata.tables[table]


def key_text(key: Sequence[object]) -> str:
    """A primary key as it stands in the trail."""
    return "/".join(str(part) for part in key)


def row_sha256(table: str, columns: Sequence[str], values: Sequence[Any]) -> str:
    """SHA-256, in hex, of the canonical text of a row: its table, and the values of the named columns."""
    content = {"table": table, "values": dict(zip(columns, values, strict=True))}
    return sha256(canonical_json(content)).hexdigest()


def stored(table: str, keys: Collection[tuple[Any, ...]], columns: Sequence[str], *, lock: bool = False) -> dict[str, str]:
    """The hash of each of these rows as the database holds it now; a row that is not there is left out."""
    found: dict[str, str] = {}
    ordered, chosen = list(keys), _selected(table, tuple(columns))
    primary = list(table_of(table).primary_key.columns)
    for first in range(0, len(ordered), AT_ONCE):
        batch = ordered[first : first + AT_ONCE]
        one = primary[0].in_([key[0] for key in batch]) if len(primary) == 1 else tuple_(*primary).in_(batch)
        rows = chosen.where(one).with_for_update() if lock else chosen.where(one)
        found.update(_hashed(table, columns, row) for row in db.session.connection().execute(rows))
    return found


def all_stored(table: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Key and hash of every row of a table, read in portions."""
    rows = db.session.connection().execute(_selected(table, tuple(columns)).execution_options(yield_per=AT_ONCE))
    for row in rows:
        yield _hashed(table, columns, row)


def all_keys(table: str) -> list[tuple[Any, ...]]:
    """The primary key of every row of a table."""
    return [tuple(row) for row in db.session.connection().execute(select(*table_of(table).primary_key.columns))]


@cache
def _selected(table: str, columns: tuple[str, ...]) -> Select[Any]:
    """The primary key, then the values to hash."""
    of = table_of(table)
    return select(*of.primary_key.columns, *(_plain(of.columns[name]).label(f"value_{name}") for name in columns))


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value as the database stores it: JSON, decimals and enums as their text, whatever somebody wrote there."""
    if isinstance(column.type, JSON):
        return cast(column, Text)
    return type_coerce(column, Text) if isinstance(column.type, (Enum, ExactDecimal)) else column


def _hashed(table: str, columns: Sequence[str], row: Row[Any]) -> tuple[str, str]:
    keys = len(row) - len(columns)
    return key_text(row[:keys]), row_sha256(table, columns, row[keys:])
