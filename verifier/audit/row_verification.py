"""Compares the domain rows in the database with the hashes recorded in the trails; linear in rows and trail rows."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DataError

from verifier.audit import recorded_rows, recording, written_rows
from verifier.audit.actions import trail_of
from verifier.audit.models import RecordedRow, TrailRow
from verifier.db import db

AT_ONCE = 500


class RowFault(StrEnum):
    """How a stored row departs from what was recorded."""

    CHANGED = "changed"
    """Its values are not those recorded last."""
    CHANGED_BEFORE = "changed_before_recording"
    """An action wrote it when its values were no longer those recorded last."""
    MISSING = "missing"
    """It was recorded and is not there."""
    NEVER_RECORDED = "never_recorded"
    """It is there, and nothing recorded it."""
    NOT_COMPARABLE = "not_comparable"
    """Recorded with columns that the database no longer has, or with a value that cannot be read."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that is not as recorded, with the trail row that recorded it; number 0 where none did."""

    table: str
    key: str
    trail: str
    number: int
    fault: RowFault


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The last recorded hash of a row, and where it stands."""

    times: int
    sha256: str | None
    trail: str
    number: int
    columns: tuple[str, ...]


Latest = dict[str, dict[str, _Recorded]]


def verify_rows() -> Iterator[RowProblem]:
    """Every row that is not as it was recorded, by table; rows without a recording count only once recording has begun."""
    latest: Latest = defaultdict(dict)
    yield from _read(latest, select(TrailRow.trail, TrailRow.number, TrailRow.rows).where(TrailRow.rows.is_not(None)))
    begun = recording.begun_at() is not None
    for table in recorded_rows.tables():
        yield from _compared(table, latest.get(table, {}), begun)


def verify_named(case: UUID, named: Mapping[str, Collection[UUID]]) -> list[RowProblem]:
    """The same for a few rows of a case, by table and id, from the case's trail and what the index names elsewhere."""
    latest: Latest = defaultdict(dict)
    rows = select(TrailRow.trail, TrailRow.number, TrailRow.rows).where(TrailRow.rows.is_not(None))
    problems = list(_read(latest, rows.where(TrailRow.trail == trail_of(case)), {(t, str(k)) for t, ks in named.items() for k in ks}))
    for table, keys in named.items():
        index = select(RecordedRow).where(RecordedRow.table_name == table, RecordedRow.row_key.in_([str(key) for key in keys]))
        for line in db.session.scalars(index):
            if line.trail != trail_of(case):
                there = rows.where(TrailRow.trail == line.trail, TrailRow.number == line.number)
                problems += _read(latest, there, {(table, line.row_key)})
    begun = recording.begun_at() is not None
    for table, keys in named.items():
        problems += _compared_keys(table, [(key,) for key in keys], latest.get(table, {}), begun)
    return problems


def _read(latest: Latest, rows: Any, only: Collection[tuple[str, str]] | None = None) -> Iterator[RowProblem]:
    """Take up what trail rows recorded; rows that were found altered when they were recorded are problems of their own."""
    for trail, number, recorded in db.session.execute(rows.execution_options(yield_per=AT_ONCE)):
        for table, key, entry, columns in written_rows.iterate(recorded):
            if only is not None and (table, key) not in only:
                continue
            if len(entry) > 2:
                yield RowProblem(table, key, trail, number, RowFault.CHANGED_BEFORE)
            known = latest[table].get(key)
            if known is None or entry[0] >= known.times:
                latest[table][key] = _Recorded(entry[0], entry[1], trail, number, tuple(columns))


def _compared(table: str, recorded: dict[str, _Recorded], begun: bool) -> Iterator[RowProblem]:
    """One table against its recordings: read once, and once more for each older set of columns."""
    left = {key for key, each in recorded.items() if each.sha256 is not None}
    now = recorded_rows.columns_of(table)
    for columns in {now} | {recorded[key].columns for key in left}:
        if not set(columns) <= set(recorded_rows.table_of(table).columns.keys()):
            yield from (
                _problem(table, key, recorded[key], RowFault.NOT_COMPARABLE) for key in sorted(left) if recorded[key].columns == columns
            )
            left -= {key for key in left if recorded[key].columns == columns}
            continue
        try:
            for key, sha256 in recorded_rows.all_stored(table, columns):
                each = recorded.get(key)
                if each is None:
                    if begun and columns == now:
                        yield _problem(table, key, None, RowFault.NEVER_RECORDED)
                elif each.columns == columns or (each.sha256 is None and columns == now):
                    left.discard(key)
                    if each.sha256 != sha256:
                        yield _problem(table, key, each, RowFault.CHANGED)
        except (ValueError, LookupError, DataError, ArithmeticError):
            yield _problem(table, "", None, RowFault.NOT_COMPARABLE)
            return
    yield from (_problem(table, key, recorded[key], RowFault.MISSING) for key in sorted(left))


def _compared_keys(table: str, keys: Collection[tuple[UUID]], recorded: dict[str, _Recorded], begun: bool) -> Iterator[RowProblem]:
    for key in keys:
        each, text = recorded.get(str(key[0])), str(key[0])
        if each is None:
            if begun:
                yield _problem(table, text, None, RowFault.NEVER_RECORDED)
            continue
        try:
            there = recorded_rows.stored(table, [key], each.columns).get(text)
        except (ValueError, LookupError, DataError, ArithmeticError):
            there = ""
        if there != each.sha256:
            yield _problem(table, text, each, RowFault.CHANGED if there is not None else RowFault.MISSING)


def _problem(table: str, key: str, each: _Recorded | None, fault: RowFault) -> RowProblem:
    return RowProblem(table, key, each.trail if each else "", each.number if each else 0, fault)
