"""Where the tests live: SQLite and a local folder, or with `VERIFIER_TEST_HOME=second` a real PostgreSQL and a real S3 server."""

import os
import shutil
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask, current_app
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text

from tests import objectstore, postgres
from tests.people import settle
from verifier import config
from verifier.app import Installation, create_app
from verifier.audit.checkpoints import Checkpoints
from verifier.config import Settings
from verifier.db import Base, db
from verifier.evidence.store import Store

BESIDE = shutil.ignore_patterns("__jinja2_*")
DATABASE, STORE = "VERIFIER_TEST_DATABASE", "VERIFIER_TEST_STORE"
"""Where the servers of this process are told to those it starts."""

FIRST_ONLY = {
    "tests/deploy/test_second_home.py": "it starts the tests of the second home",
    "tests/killed/test_every_place.py": "it copies the installation's folder, SQLite's file in it, between one kill and the next",
    "tests/killed/test_doctor.py": "it damages SQLite's file and the files of the local store",
    "tests/killed/test_backup.py": "it damages files of the local store; PostgreSQL it starts itself",
    "tests/killed/test_outages.py::test_a_full_disk": "SQLite's file and the store lie on the full disk",
    "tests/killed/test_outages.py::test_a_read_only": "SQLite's file and the store lie on the read-only disk",
}
"""What speaks of SQLite's file or the local folder by nature, and why; the beginning of a test's name."""


def second() -> bool:
    """Whether this run is on PostgreSQL and S3."""
    return os.environ.get("VERIFIER_TEST_HOME") == "second"


@contextmanager
def servers() -> Iterator[None]:
    """PostgreSQL and S3 for this process, where they are asked for."""
    if not second():
        yield
        return
    with (
        TemporaryDirectory(prefix="verifier-pg-") as folder,
        postgres.server(Path(folder) / "pg") as database,
        objectstore.server() as store,
    ):
        os.environ |= {DATABASE: database, STORE: store.endpoint}
        yield


def environ(folder: Path) -> dict[str, str]:
    """What an installation in the folder is told; on the second home it has a database and a bucket that are named after the folder."""
    told = {"VERIFIER_INSTANCE": str(folder)}
    if second():
        name = _named(folder)
        with _postgres() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f"CREATE DATABASE {name}")
                _bucket().emptied(name)
        told |= {"VERIFIER_DATABASE_URL": os.environ[DATABASE].replace("/postgres?", f"/{name}?")} | _bucket().settings(name)
    return told


def move_in(folder: Path, told: dict[str, str] | None = None) -> None:
    """A database at its newest shape, with the standing cast in it; where, unless it is told, is this run's home."""
    app = create_app(config.from_environment(told or environ(folder)), testing=True)
    with app.app_context():
        upgrade()
        settle()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def copied(settled: Path, folder: Path) -> dict[str, str]:
    """What is told to a copy of the settled installation, made in the folder in place of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(settled, folder, ignore=BESIDE)
    if second():
        name = _named(folder)
        with _postgres() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_named(settled)} STRATEGY FILE_COPY")
        _bucket().emptied(name)
    return environ(folder)


def touch(*statements: str) -> None:
    """Change the app's database behind its back, the guards of the trail taken off."""
    db.session.remove()
    sqlite = db.engine.dialect.name == "sqlite"
    guards = ("trail_row_no_update", "trail_row_no_delete") if sqlite else ("trail_row_no_change", "trail_row_no_truncate")
    with db.engine.begin() as connection:
        for name in guards:
            connection.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else " ON trail_row")))
        for statement in statements:
            connection.exec_driver_sql(statement)


def _named(folder: Path) -> str:
    return f"t{sha256(str(folder.resolve()).encode()).hexdigest()[:20]}"


def _postgres() -> psycopg.Connection:
    return psycopg.connect(os.environ[DATABASE].replace("+psycopg", ""), autocommit=True)


def _bucket() -> objectstore.Address:
    return objectstore.Address(os.environ[STORE])


@dataclass
class Home:
    """One app for all tests of a process, since making one and its statements anew is what tests wait for."""

    folder: Path
    settled: Path
    app: Flask = field(init=False)
    usual: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(config.from_environment(copied(self.settled, self.folder)), testing=True)
        self.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(self.settled))
        self.usual = {**self.app.config, "WTF_CSRF_ENABLED": False}

    def fresh(self) -> Flask:
        """The app as it was when the cast had just moved in, whatever the last test did to it."""
        settings = config.from_environment(copied(self.settled, self.folder))
        self.app.config.clear()
        self.app.config.update(self.usual)
        before: Installation = self.app.extensions["verifier"]
        store = Store.at(settings.store_url, settings.store_options)
        self.app.extensions["verifier"] = Installation(settings, store, Checkpoints.at(self.folder), before.subjects, before.outside_cases)
        return self.app


_BUILT: dict[Hashable, tuple[Path, UUID]] = {}
"""Copies of the installation's folder with something built in it, by what it was, and the row that was built."""


def built(key: Hashable, build: Callable[[], Base]) -> UUID:
    """The row that `build` makes in an installation nothing was done in yet: made once a process, put back from a copy after that."""
    settings: Settings = current_app.extensions["verifier"].settings
    folder, key = settings.instance, (key, settings.secret_key)
    if not _whole_in(settings) or not _untouched():
        return build().id  # type: ignore[attr-defined,no-any-return]
    if key not in _BUILT:
        identity: UUID = build().id  # type: ignore[attr-defined]
        db.session.commit()
        _let_go()
        copy = Path(mkdtemp(prefix="verifier-built-")) / "instance"
        shutil.copytree(folder, copy, ignore=BESIDE)
        _BUILT[key] = copy, identity
        return identity
    copy, identity = _BUILT[key]
    _let_go()
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    shutil.copytree(copy, folder, dirs_exist_ok=True)
    return identity


def _whole_in(settings: Settings) -> bool:
    """Whether the folder is all there is of the installation: not one whose database or files lie elsewhere."""
    places = (settings.database_url.removeprefix("sqlite:///"), settings.store_url)
    return all(Path(place).is_relative_to(settings.instance) for place in places)


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()


def _untouched() -> bool:
    """Whether the database holds the standing cast as it moved in, and nothing else."""
    others = Base.metadata.tables.keys() - {"organisation", "user_account", "appointment"}
    filled = " UNION ALL ".join(f"SELECT 1 WHERE EXISTS (SELECT 1 FROM {name})" for name in others)
    driver: Any = db.session.connection().connection.dbapi_connection
    return driver.total_changes == 0 and db.session.execute(text(filled)).first() is None


def left_out(items: list) -> tuple[list, list]:
    """The tests of this run, and those that only the first home has."""
    away = [item for item in items if second() and item.nodeid.startswith(tuple(FIRST_ONLY))]
    return [item for item in items if item not in away], away
