"""The same house on either database, fresh for each test: two people can be at it at once."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from tests import homes, postgres
from tests.conftest import settings_in
from tests.people import settle
from verifier.app import create_app
from verifier.config import Settings
from verifier.db import db, write_transaction


def _opened(settings: Settings) -> Flask:
    app = create_app(settings, testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture(scope="session")
def settled_postgres() -> Iterator[tuple[Path, str]]:
    """A PostgreSQL with one settled database to be copied, and the instance folder that belongs to it."""
    with tempfile.TemporaryDirectory(prefix="verifier-two-") as folder, postgres.server(Path(folder) / "pg") as address:
        home, settled = Path(folder) / "instance", address.replace("/postgres?", "/settled?")
        _sql(address, "CREATE DATABASE settled")
        app = create_app(settings_in(home, database_url=settled), testing=True)
        with app.app_context():
            write_transaction.set(True)
            upgrade()
            settle()
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        yield home, address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An installation of this test's own on SQLite, then on PostgreSQL, with its application context pushed."""
    if request.param == "sqlite":
        homes.copied(request.getfixturevalue("migrated"), tmp_path / "instance")
        app = _opened(settings_in(tmp_path / "instance"))
    else:
        home, address = request.getfixturevalue("settled_postgres")
        shutil.copytree(home, tmp_path / "instance")
        name = f"t{abs(hash(str(tmp_path))):x}"
        _sql(address, f"CREATE DATABASE {name} TEMPLATE settled")
        app = _opened(settings_in(tmp_path / "instance", database_url=address.replace("/postgres?", f"/{name}?")))
    with app.app_context():
        write_transaction.set(True)
        yield app
        db.session.remove()
        db.engine.dispose()


def _sql(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
