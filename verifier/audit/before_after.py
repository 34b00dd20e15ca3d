"""Collects what a transaction changes in a case's decisions, so that the next trail row of the case states values before and after."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction, scoped_session

from verifier.db import db

COLUMNS = (
    "outcome",
    "verified",
    "note",
    "no_finding_reason",
    "result",
    "found",
    "state",
    "effect",
    "title",
    "description",
    "reason",
    "said_by",
    "how",
    "value",
    "share",
    "inherent",
    "control",
    "starts_on",
    "ends_on",
    "place",
    "procedures",
    "in_plan",
)
"""Columns in which a person's decision on a case is stated; keys, times and checksums are not among them."""
BELOW_CASES = frozenset({"sampled_item", "sample_cover"})
"""Tables of a case whose rows name it through another row."""
MOST, LONGEST = 10, 300
"""Entries of one trail row, and characters of one value."""
EDITED = "edited_values"
Entry = tuple[str, str, str]
"""Table, key and column."""


def collect(session: scoped_session[Any]) -> None:
    """Register the listeners, once."""
    event.listen(session, "before_flush", _before_flush)
    for ended in ("after_commit", "after_rollback"):
        event.listen(session, ended, _forget)


def taken() -> list[list[str | None]]:
    """What changed since this was asked last: table, column, value before, value after; None: there was, or is, none."""
    found: dict[Entry, list[str | None]] = db.session.info.pop(EDITED, {})
    return [[table, column, *values] for (table, _key, column), values in sorted(found.items()) if values[0] != values[1]]


def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    noted = session.info.setdefault(EDITED, {})
    for row in (*session.new, *session.dirty):
        for entry, before, after in _edits(row):
            noted.setdefault(entry, [before, None])[1] = after


def _edits(row: Any) -> Iterator[tuple[Entry, str | None, str | None]]:
    state = inspect(row)
    table = state.mapper.local_table
    if "engagement_id" not in table.columns and table.name not in BELOW_CASES:
        return
    key = str(getattr(row, "id", "") or id(row))
    for column in COLUMNS:
        history = state.attrs[column].load_history() if column in state.attrs else None
        if history is not None and history.added:
            yield (table.name, key, column), _text(history.deleted[0] if history.deleted else None), _text(history.added[0])


def _text(value: object) -> str | None:
    """The value as it is recorded; None for an empty one."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return str(value)[:LONGEST]


def _forget(session: Session) -> None:
    session.info.pop(EDITED, None)
