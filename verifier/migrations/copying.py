"""A SQLite database with rows in it is copied before a migration touches it; the copy is whole or not there."""

import sqlite3
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from verifier import failpoints

STARTS_WITH = "before-migration-"


def copy_before(connection: Connection, instance: Path, scripts: Path) -> Path | None:
    """`instance/before-migration-REVISION.sqlite`, where there is something to migrate and something to lose; an older one is replaced.

    Refuses (OSError, sqlite3.Error) where it cannot be written: then nothing is migrated either.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    holds = found is not None and found != ScriptDirectory(str(scripts)).get_current_head() and _holds_rows(connection)
    file = connection.engine.url.database
    connection.rollback()
    if not holds or not file or file == ":memory:":
        return None
    kept = instance / f"{STARTS_WITH}{found}.sqlite"
    aside = kept.with_name(f"{kept.name}.part")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    copied = _copied(Path(file), aside)
    if copied != found:
        aside.unlink()
        return None
    failpoints.point("migration.copied")
    aside.replace(kept)
    failpoints.point("migration.kept")
    return kept


def _holds_rows(connection: Connection) -> bool:
    """Whether anybody has been added yet: before that there is nothing to lose."""
    return "user_account" in inspect(connection).get_table_names() and bool(
        connection.scalar(text("SELECT EXISTS (SELECT 1 FROM user_account)"))
    )


def _copied(source: Path, into: Path) -> str:
    """The revision the copy is of: another process may have migrated meanwhile."""
    here, there = sqlite3.connect(source), sqlite3.connect(into)
    try:
        here.backup(there, pages=-1)
        there.execute("PRAGMA journal_mode=DELETE")
        return str(there.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    finally:
        here.close()
        there.close()
