"""The cases that must have an audit trail: named by the app at start, because audit stands below the package that holds them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select

from verifier.db import db

_known: list[Select[Any]] = []


def found_by(ids: Select[Any]) -> None:
    """Register the query of all case ids; its one column is the primary key of the case's table."""
    _known[:] = [ids]


def table() -> str:
    """Name of the table that holds the cases; empty where none is registered."""
    return str(_known[0].selected_columns[0].table.name) if _known else ""


def exists(case: UUID) -> bool:
    """Whether a case with this id is stored."""
    if not _known:
        return False
    return db.session.scalar(_known[0].where(_known[0].selected_columns[0] == case)) is not None


def ids() -> list[UUID]:
    """Every stored case."""
    return [UUID(str(found)) for each in _known for found in db.session.scalars(each)]
