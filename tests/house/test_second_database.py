"""The same house on PostgreSQL: one setting, the same actions, the same guards."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests import make, postgres
from tests.conftest import settings_in
from tests.people import Cast, actor, settle
from verifier.app import create_app
from verifier.audit import queries as trails
from verifier.audit.actions import record
from verifier.core.subject import Subject
from verifier.db import db, utcnow, write_transaction
from verifier.reports import queries as reports


@pytest.fixture(scope="module")
def house() -> Iterator[Flask]:
    """An installation on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="verifier-pg-") as folder, postgres.server(Path(folder) / "pg") as address:
        app = create_app(settings_in(Path(folder) / "instance", database_url=address), testing=True)
        with app.app_context():
            write_transaction.set(True)
            upgrade()
            settle()
            db.session.commit()
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.mark.postgres
def test_a_report_keeps_every_digit(house: Flask) -> None:
    version = make.report(Cast(), make.unit_year(Cast(), unit="unit"), make.PARK)
    db.session.commit()
    db.session.expire_all()
    total = sum(source.recalculated for source in db.session.scalars(reports.sources_of(version)) if source.recalculated is not None)
    assert str(total).startswith("52915.570114855073")


@pytest.mark.postgres
@pytest.mark.parametrize("action", ["UPDATE trail_row SET actor_name = 'someone'", "DELETE FROM trail_row", "TRUNCATE trail_row"])
def test_the_database_itself_refuses_to_change_a_trail(house: Flask, action: str) -> None:
    record("test:row:kept", actor(Cast().manager), Subject("test", "1"), now=utcnow())
    db.session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(action))
    db.session.rollback()
    assert [verdict for verdict in trails.verify(house.extensions["verifier"].checkpoints) if verdict.broken] == []
