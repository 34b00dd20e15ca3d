"""What every test may ask for: a fresh installation in a folder of its own, a client, the standing cast."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from tests import homes
from tests.people import Cast
from verifier import config
from verifier.config import Settings
from verifier.db import db, write_transaction

hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")
"""How fast one example runs says nothing on a busy machine."""


def settings_in(folder: Path, **changes: object) -> Settings:
    """The settings of a fresh installation in a folder."""
    return replace(config.from_environment(homes.environ(folder)), **changes)  # type: ignore[arg-type]


FIRST = "tests/journeys/"
"""What takes longest begins first, so that no process is left alone with it at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second home, leave out what `homes.FIRST_ONLY` names."""
    items[:], away = homes.left_out(items)
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    config.hook.pytest_deselected(items=away)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """Database and object store of the second home, where this run is there."""
    with homes.servers():
        yield


@pytest.fixture(scope="session")
def migrated(servers: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation brought to its newest shape and settled with the standing cast once, to be copied for every test."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ and not homes.second() else base) / "migrated"
    with FileLock(f"{home}.lock"):
        if not (home / "done").exists():
            shutil.rmtree(home, ignore_errors=True)
            homes.move_in(home)
            (home / "done").touch()
    return home


@pytest.fixture(scope="session")
def home(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[homes.Home]:
    """Where the tests of this process live, one after the other."""
    return homes.Home(tmp_path_factory.mktemp("home") / "instance", migrated)


@pytest.fixture
def app(home: homes.Home, tmp_path: Path) -> Iterator[Flask]:
    """An installation as if of this test's own (`tmp_path / "instance"` leads there), with its application context pushed."""
    app = home.fresh()
    (tmp_path / "instance").symlink_to(home.folder)
    with app.app_context():
        write_transaction.set(True)
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The standing cast of people."""
    return Cast.present()
