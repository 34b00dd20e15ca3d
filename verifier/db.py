"""The database: base class of all rows, column types named once, and SQLite's settings."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from threading import Event, Lock
from time import perf_counter
from typing import Annotated, Any, TypeVar
from uuid import UUID

import uuid_utils
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Date, DateTime, Engine, Enum, MetaData, String, Text, TypeDecorator, Uuid, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, mapped_column, registry

from verifier import failpoints


def uuid7() -> UUID:
    """A new key, sortable by the time it was made."""
    return UUID(str(uuid_utils.uuid7()))


def utcnow() -> datetime:
    """The current time in UTC; the only clock that views and commands pass to actions."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC timestamps, also on databases without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """Decimals as text of any length, so that no database loses or refuses digits of theirs; sums are made in Python."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def enum_of(words: type[StrEnum], name: str) -> Enum:
    """The type of a column of that name that holds an enum: text of a fixed length, and a CHECK constraint with the enum's words."""
    return Enum(
        words, name=name, native_enum=False, length=32, create_constraint=True, values_callable=lambda kind: [each.value for each in kind]
    )


class Base(DeclarativeBase):
    """Base class of all rows."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            Decimal: ExactDecimal(),
            datetime: UtcDateTime(),
            date: Date(),
            UUID: Uuid(),
            str: Text(),
            dict[str, Any]: JSON(none_as_null=True),
            list[Any]: JSON(none_as_null=True),
        },
    )


Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid7)]
Version = Annotated[int, mapped_column(default=1, nullable=False)]
"""Counts the edits of a row; a form sends it back, and a stale one is shown both values."""

_ANSWERED = "answered"
T = TypeVar("T")
db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": True})

write_transaction: ContextVar[bool] = ContextVar("write_transaction", default=True)
"""Whether the transaction about to begin will write: SQLite then takes its lock at once instead of failing late."""


lock_patience: ContextVar[int | None] = ContextVar("lock_patience", default=None)
"""Milliseconds a transaction about to begin waits for the write lock; None: as long as the connection does."""
BUSY_TIMEOUT = 15_000

longest_write: ContextVar[float] = ContextVar("longest_write", default=0.0)
"""Seconds that the longest writing transaction took since this was set to 0, from getting its lock to the end of its commit."""
_WRITES_SINCE = "writes_since"


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside acquire SQLite's write lock immediately."""
    token = write_transaction.set(True)
    try:
        yield
    finally:
        write_transaction.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside take no write lock; the last one ends with the block. What was read is checked again before a write."""
    token = write_transaction.set(False)
    try:
        yield
    finally:
        db.session.rollback()
        write_transaction.reset(token)


class Outdated(Exception):
    """Rows that prepared work rests on were changed before its result was written: it is prepared anew."""


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in portions of at most `size`, for queries that name each of them."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


class _WriteQueue:
    """Admits the writing transactions of this process to SQLite's lock one at a time, in the order in which they come.

    SQLite polls for its lock with pauses of up to a tenth of a second, in which the lock is free, and admits waiting writers in any order.
    """

    def __init__(self) -> None:
        self._guard, self._is_taken, self._waiting = Lock(), False, deque[Event]()

    def enter(self, connection: "_SQLiteConnection", milliseconds: int) -> int:
        """Wait until no other transaction of the process writes; returns the milliseconds that are left to wait for other processes."""
        since = perf_counter()
        if not connection.is_writer:
            connection.is_writer = self._admitted(milliseconds / 1000)
        return max(0, milliseconds - round((perf_counter() - since) * 1000))

    def leave(self) -> None:
        """The transaction that was admitted has ended: the first that waits is admitted."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False

    def _admitted(self, seconds: float) -> bool:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            turn = Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._guard:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
            return False


class _SQLiteConnection(sqlite3.Connection):
    """A connection whose transaction leaves the queue of writers at the moment it ends, before anything that follows a commit."""

    is_writer = False
    queue: _WriteQueue

    def commit(self) -> None:
        """Commit, and leave the queue."""
        try:
            super().commit()
        finally:
            self._leave()

    def rollback(self) -> None:
        """Roll back, and leave the queue."""
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        """Close, and leave the queue."""
        try:
            super().close()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self.is_writer:
            self.is_writer = False
            self.queue.leave()


def _open_sqlite(connection: _SQLiteConnection, queue: _WriteQueue) -> None:
    connection.queue, connection.isolation_level = queue, None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", f"busy_timeout={BUSY_TIMEOUT}", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    patience = lock_patience.get()
    if patience is None and not write_transaction.get():
        connection.exec_driver_sql("BEGIN")
        return
    own: Any = connection.connection.dbapi_connection
    left = own.queue.enter(own, BUSY_TIMEOUT if patience is None else patience)
    connection.exec_driver_sql(f"PRAGMA busy_timeout={left:d}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        note_lock(connection)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")


def _begin_postgresql(connection: Connection) -> None:
    if (patience := lock_patience.get()) is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience:d}")
    note_lock(connection)


def note_lock(connection: Connection) -> None:
    """A writing transaction has its lock from now on; `longest_write` is measured when its connection goes back to the pool."""
    if write_transaction.get():
        connection.info[_WRITES_SINCE] = perf_counter()


def _measure_lock(_connection: Any, record: Any) -> None:
    since = record.info.pop(_WRITES_SINCE, None)
    if since is not None:
        longest_write.set(max(longest_write.get(), perf_counter() - since))


def prepare(engine: Engine) -> None:
    """Set pragmas and explicit transactions for SQLite engines."""
    failpoints.watch(engine)
    event.listen(engine, "checkin", _measure_lock)
    if engine.dialect.name == "sqlite":
        queue = _WriteQueue()
        event.listen(engine, "do_connect", lambda *given: given[-1].update(factory=_SQLiteConnection))
        event.listen(engine, "connect", lambda connection, _record: _open_sqlite(connection, queue))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def once_per_read(query: Callable[[Any], T]) -> Callable[[Any], T]:
    """Cache a query of a row for the length of a read-only transaction.

    A transaction that writes queries every time: after waiting for a lock, another request may have changed the answer.
    """

    @wraps(query)
    def answered(row: Any) -> T:
        if write_transaction.get():
            return query(row)
        known = db.session().info.setdefault(_ANSWERED, {})
        key = (query.__module__, query.__qualname__, row.id)
        if key not in known:
            known[key] = query(row)
        answer: T = known[key]
        return answer

    return answered


def _forget(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(_ANSWERED, None)


event.listen(db.session, "after_transaction_end", _forget)


def check_version(row: Any, version: int | None, stale: Callable[[], Exception]) -> None:
    """Optimistic locking: refuse an edit based on an older version of the row, else increment the version."""
    if version is not None and row.version != version:
        raise stale()
    row.version += 1
