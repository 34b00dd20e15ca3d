"""How the database is brought to the newest shape: foreign keys off on SQLite, DDL in one transaction, triggers made again."""

from pathlib import Path

from alembic import context
from flask import current_app

from verifier.db import db, write_transaction
from verifier.migrations.copying import copy_before
from verifier.migrations.triggers import make_triggers

config = context.config

ONE_AT_A_TIME = 7_213_500_417
"""Processes that start together migrate one after the other: on PostgreSQL by this lock, on SQLite by its one writer."""


def run() -> None:
    """Migrate online; there is no other way."""
    write_transaction.set(True)
    engine = db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("SELECT 1")
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            directory = Path(current_app.extensions["migrate"].directory)
            copy_before(connection, current_app.extensions["verifier"].settings.instance, directory)
        arguments = dict(current_app.extensions["migrate"].configure_args)
        arguments |= {
            "target_metadata": db.metadata,
            "transaction_per_migration": False,
            "user_module_prefix": "columns.",
            "transactional_ddl": True,
        }
        context.configure(connection=connection, **arguments)
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
            context.run_migrations()
            make_triggers(connection)
        if engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"rows that point nowhere after migrating: {broken[:5]}")


run()
