"""Says what the models have that the migrations do not make, or the other way round; exit code 1 when there is any."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask_migrate import upgrade

from verifier import config
from verifier.app import create_app
from verifier.db import db

with tempfile.TemporaryDirectory() as folder:
    settings = replace(config.from_environment({"VERIFIER_INSTANCE": str(Path(folder) / "instance")}))
    app = create_app(settings, testing=True)
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata)
        db.engine.dispose()
for difference in differences:
    print(difference)
print(f"migrations: {len(differences)} differences from the models")
sys.exit(1 if differences else 0)
