"""One installation a module, with a case in it that belongs to somebody, and a second one that belongs to somebody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from tests import homes
from tests.conftest import settings_in
from tests.house import routes
from tests.house.routes import World
from verifier.app import create_app
from verifier.db import db, write_transaction


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The case of the table of routes, for all attacks of a module; its forms ask for no token unless a test says so."""
    home = tmp_path_factory.mktemp("security") / "instance"
    homes.copied(migrated, home)
    app = create_app(settings_in(home), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(migrated))
    with app.app_context():
        write_transaction.set(True)
        yield routes.build(app)
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()
