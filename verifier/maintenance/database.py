"""The database as one file, and back: SQLite by its online backup, PostgreSQL by pg_dump's own format."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.engine import URL

from verifier.maintenance.archive import Unfit
from verifier.terminal.sentences import gettext as _


def kind(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def sqlite_file(url: str) -> Path | None:
    """Path of a SQLite database; None for any other."""
    parsed = make_url(url)
    return Path(parsed.database).absolute() if parsed.get_backend_name() == "sqlite" and parsed.database else None


def snapshot(url: str, into: Path) -> None:
    """The database as it is at one moment, while others go on writing."""
    source = sqlite_file(url)
    if source is None:
        _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={into}")
        return
    with sqlite3.connect(source) as here, sqlite3.connect(into) as there:
        here.backup(there, pages=-1)
        there.execute("PRAGMA journal_mode=DELETE")
    here.close()
    there.close()
    into.chmod(0o600)


def sound(file: Path) -> None:
    """Refuse a SQLite file that is not whole."""
    connection = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
    try:
        result = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        result = str(error)
    finally:
        connection.close()
    if result != "ok":
        raise Unfit(_("The database in the backup is damaged (%(reason)s). Use another backup.", reason=result))


def is_empty(url: str) -> bool:
    """Whether a PostgreSQL database holds no table; refuses one that cannot be reached."""
    engine = create_engine(url)
    try:
        return not inspect(engine).get_table_names()
    except Exception as error:
        raise Unfit(_("The database cannot be reached. Look at VERIFIER_DATABASE_URL, and whether the server runs.")) from error
    finally:
        engine.dispose()


def refuse_if_used(url: str) -> None:
    """Refuse a PostgreSQL database that others are connected to, from whatever machine."""
    engine = create_engine(url)
    others = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    try:
        with engine.connect() as connection:
            used = connection.scalar(others)
    finally:
        engine.dispose()
    if used:
        raise Unfit(_("Others are connected to the database. Stop `verifier serve` and `verifier worker` everywhere, then try again."))


def restore_postgresql(url: str, dump: Path, *, replace: bool) -> None:
    """Everything in one transaction, or nothing."""
    cleared = ("--clean", "--if-exists") if replace else ()
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", *cleared, str(dump))


def _run(program: str, url: str, *arguments: str) -> None:
    """One of PostgreSQL's programs; the password goes through the environment, where other users do not see it."""
    if shutil.which(program) is None:
        raise Unfit(_("%(program)s is missing: install Debian's postgresql-client.", program=program))
    address = make_url(url)
    plain = URL.create("postgresql", address.username, None, address.host, address.port, address.database, address.query)
    environment = {**os.environ, **({"PGPASSWORD": address.password} if address.password else {})}
    command = [program, f"--dbname={plain.render_as_string(hide_password=False)}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 - a fixed program, no shell
    if done.returncode:
        raise Unfit(_("%(program)s ended with: %(output)s", program=program, output=done.stderr.strip()[-400:]))
