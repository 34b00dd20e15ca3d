"""Triggers that refuse to change or delete a row of a trail, made again after every migration."""

from sqlalchemy import Connection, inspect

KEPT = ("trail_row",)


def make_triggers(connection: Connection) -> None:
    """Refuse UPDATE and DELETE on what may only grow (and TRUNCATE, where the database knows it)."""
    tables = set(inspect(connection).get_table_names())
    for table in KEPT:
        if table in tables:
            for statement in (_sqlite if connection.dialect.name == "sqlite" else _postgresql)(table):
                connection.exec_driver_sql(statement)


def _sqlite(table: str) -> list[str]:
    made = []
    for action in ("UPDATE", "DELETE"):
        name = f"{table}_no_{action.lower()}"
        made.append(f"DROP TRIGGER IF EXISTS {name}")
        made.append(f"CREATE TRIGGER {name} BEFORE {action} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
    return made


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ]
