"""Collects the domain rows a transaction writes, for the next trail row to record their hashes.

Rows written through the ORM are noted at each flush, rows of an UPDATE or DELETE statement before it runs. Before a row is changed its
stored state is compared with what was recorded last, so that an edit made in the database is not recorded as if it were the action's.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, and_, event, inspect, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, scoped_session

from verifier.audit import recorded_rows
from verifier.audit.models import RecordedRow, TrailRow
from verifier.db import batched, db

Keys = dict[str, tuple[Any, ...]]
WRITTEN, INSERTED, ALTERED = "written_rows", "inserted_rows", "altered_rows"
"""Names in the session's `info`: rows to be recorded, rows inserted by this transaction, rows that differed from what was recorded."""


def collect(session: scoped_session[Any]) -> None:
    """Register the listeners, once."""
    event.listen(session, "before_flush", _before_flush)
    event.listen(session, "after_flush", _after_flush)
    event.listen(session, "do_orm_execute", _before_statement)
    for ended in ("after_commit", "after_rollback"):
        event.listen(session, ended, _forget)


def pending() -> dict[str, Any]:
    """By table: the hashed columns, and by key how often the row was recorded with this time, and its SHA-256 (None: deleted).

    A third value is there where the row's state before the action was not what had been recorded: its SHA-256 as found.
    """
    found = {}
    altered: dict[tuple[str, str], str | None] = db.session.info.get(ALTERED, {})
    wanted: dict[str, Keys] = db.session.info.get(WRITTEN, {})
    recorded = _known_of(wanted)
    for table, keys in sorted(wanted.items()):
        columns = recorded_rows.columns_of(table)
        present, rows = recorded_rows.stored(table, keys.values(), columns), {}
        for key in sorted(keys):
            times, before, *_where = recorded.get((table, key), (0, None))
            if before != present.get(key) or (table, key) in altered:
                rows[key] = [times + 1, present.get(key), *([altered[table, key]] if (table, key) in altered else [])]
        if rows:
            found[table] = {"columns": list(columns), "rows": rows}
    return found


def keep(found: dict[str, Any], trail: str, number: int) -> None:
    """Note in the index where the rows were recorded; nothing is pending afterwards."""
    for name in (WRITTEN, ALTERED):
        db.session.info.pop(name, None)
    lines = [
        {"table_name": table, "row_key": key, "times": entry[0], "sha256": entry[1], "trail": trail, "number": number}
        for table, of in found.items()
        for key, entry in of["rows"].items()
    ]
    if lines:
        insert = (postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite).insert(RecordedRow.__table__)
        changed = {name: insert.excluded[name] for name in ("times", "sha256", "trail", "number")}
        upsert = insert.on_conflict_do_update(index_elements=["table_name", "row_key"], set_=changed)
        db.session.connection().execute(upsert, lines)


def leave_unknown() -> None:
    """Of the rows to be recorded, keep those that were recorded before."""
    written: dict[str, Keys] = db.session.info.get(WRITTEN, {})
    known = _known_of(written)
    for table, keys in written.items():
        written[table] = {key: value for key, value in keys.items() if (table, key) in known}


def inserted(table: str, key: str) -> bool:
    """Whether this transaction inserted the row."""
    return (table, key) in db.session.info.get(INSERTED, ())


def to_be_recorded(table: str, keys: Iterable[tuple[Any, ...]]) -> None:
    """Have rows recorded by the next trail row, whoever wrote them."""
    written = db.session.info.setdefault(WRITTEN, {}).setdefault(table, {})
    written.update({recorded_rows.key_text(key): key for key in keys})


def _known_of(wanted: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What the index says of rows, by table and key: times, hash, trail, number; one query for the rows of all tables."""
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    index = RecordedRow.__table__.c
    names = [(table, key) for table, keys in wanted.items() for key in keys]
    for batch in batched(names, recorded_rows.AT_ONCE):
        keys: dict[str, list[str]] = {}
        for table, key in batch:
            keys.setdefault(table, []).append(key)
        rows = select(index.table_name, index.row_key, index.times, index.sha256, index.trail, index.number)
        rows = rows.where(or_(*(and_(index.table_name == table, index.row_key.in_(of)) for table, of in sorted(keys.items()))))
        found.update({(row[0], row[1]): tuple(row[2:]) for row in db.session.connection().execute(rows)})
    return found


def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    changing: dict[str, Keys] = {}
    for row in (*session.dirty, *session.deleted):
        table, key = _identity(row)
        if key and (row in session.deleted or session.is_modified(row, include_collections=False)):
            changing.setdefault(table, {})[recorded_rows.key_text(key)] = key
    _compare(session, changing)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    for row in session.new:
        table, key = _identity(row)
        if key:
            to_be_recorded(table, [key])
            session.info.setdefault(INSERTED, set()).add((table, recorded_rows.key_text(key)))
    for row in (*session.dirty, *session.deleted):
        table, key = _identity(row)
        if key and (row in session.deleted or session.is_modified(row, include_collections=False)):
            to_be_recorded(table, [key])


def _before_statement(state: ORMExecuteState) -> None:
    """An UPDATE or DELETE of a recorded table: its rows are looked up by its condition before it runs."""
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    table, changed = str(state.bind_mapper.local_table.name), getattr(state.statement, "_values", None) or {}  # type: ignore[attr-defined]
    if table in recorded_rows.EXEMPT_TABLES or (state.is_update and _exempt(table, changed)):
        return
    of = select(*recorded_rows.table_of(table).primary_key.columns)
    condition = state.statement.whereclause  # type: ignore[attr-defined]
    found: Select[Any] = of if condition is None else of.where(condition)
    keys = [tuple(row) for row in state.session.connection().execute(found)]
    _compare(state.session, {table: {recorded_rows.key_text(key): key for key in keys}})
    to_be_recorded(table, keys)


def _exempt(table: str, changed: Iterable[Any]) -> bool:
    """Whether a statement sets exempt columns only."""
    names = {str(getattr(column, "name", column)) for column in changed}
    return bool(names) and names <= recorded_rows.EXEMPT_COLUMNS.get(table, {}).keys()


def _compare(session: Session, changing: Mapping[str, Keys]) -> None:
    """Note the rows whose stored state is not what was recorded last; each is locked first, as the statement to come would lock it."""
    noted = session.info.get(WRITTEN, {})
    wanted = {table: {key: value for key, value in keys.items() if key not in noted.get(table, {})} for table, keys in changing.items()}
    present = {
        (table, key): sha256
        for table, keys in wanted.items()
        if keys
        for key, sha256 in recorded_rows.stored(table, keys.values(), recorded_rows.columns_of(table), lock=True).items()
    }
    for (table, key), (_times, sha256, trail, number) in _known_of(wanted).items():
        if present.get((table, key)) != sha256 and not _as_recorded(table, wanted[table][key], sha256, trail, number):
            session.info.setdefault(ALTERED, {})[table, key] = present.get((table, key))


def _as_recorded(table: str, key: tuple[Any, ...], sha256: str | None, trail: str, number: int) -> bool:
    """Whether the row is what was recorded by the columns that were hashed then: a migration may have added some."""
    rows = db.session.connection().execute(select(TrailRow.rows).where(TrailRow.trail == trail, TrailRow.number == number)).scalar()
    columns = ((rows or {}).get(table) or {}).get("columns")
    if not columns or not set(columns) <= set(recorded_rows.table_of(table).columns.keys()):
        return True
    return recorded_rows.stored(table, [key], columns).get(recorded_rows.key_text(key)) == sha256


def _identity(row: object) -> tuple[str, tuple[Any, ...]]:
    """Table and primary key of a row of a recorded table; else an empty key."""
    mapper = inspect(row).mapper
    table = str(mapper.local_table.name)
    return (table, ()) if table in recorded_rows.EXEMPT_TABLES else (table, tuple(mapper.primary_key_from_instance(row)))


def _forget(session: Session) -> None:
    for name in (WRITTEN, INSERTED, ALTERED):
        session.info.pop(name, None)


def iterate(rows: dict[str, Any] | None) -> Iterator[tuple[str, str, list[Any], list[str]]]:
    """Table, key, entry and hashed columns of everything one trail row recorded."""
    for table, of in (rows or {}).items():
        for key, entry in of["rows"].items():
            yield table, key, entry, of["columns"]
