"""The case of the table of routes, built once for a module that only asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import homes
from tests.conftest import settings_in
from tests.house import routes
from tests.house.routes import World
from verifier.app import create_app
from verifier.db import db, write_transaction


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One case for all questions; whoever may act acts on spare rows."""
    folder = tmp_path_factory.mktemp("routes")
    home = folder / "instance"
    homes.copied(migrated, home)
    app = create_app(settings_in(home), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        write_transaction.set(True)
        yield routes.build(app, routes.small(folder, 20), routes.small(folder, 30), "S-000000")
        db.session.remove()
        db.engine.dispose()
