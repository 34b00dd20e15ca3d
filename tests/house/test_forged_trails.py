"""A trail forged by someone who has the database, and then the disk as well, is found and the place is named, on both databases."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from tests import postgres
from tests.conftest import settings_in
from tests.people import Cast, actor, settle
from verifier.app import create_app
from verifier.audit.actions import hashed, record
from verifier.audit.checkpoints import Checkpoints
from verifier.audit.models import INSTALLATION_TRAIL, TrailHead, TrailRow
from verifier.audit.queries import verify
from verifier.core.chain import row_hash
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7, write_transaction
from verifier.migrations.triggers import make_triggers

pytestmark = pytest.mark.hold

Rows = list[TrailRow]
ROWS = 6


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An installation on either database."""
    with tempfile.TemporaryDirectory(prefix="verifier-trail-") as name:
        folder = Path(name)
        if request.param == "sqlite":
            yield from settled(settings_in(folder / "instance"))
        else:
            with postgres.server(folder / "pg") as address:
                yield from settled(settings_in(folder / "instance", database_url=address))


def settled(settings: object) -> Iterator[Flask]:
    """The app with its people."""
    app = create_app(settings, testing=True)  # type: ignore[arg-type]
    with app.app_context():
        write_transaction.set(True)
        upgrade()
        settle()
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def guards_off() -> Iterator[None]:
    """The database without its triggers, as its owner can have it."""
    sqlite = db.session.get_bind().dialect.name == "sqlite"
    for name in ("trail_row_no_update", "trail_row_no_delete") if sqlite else ("trail_row_no_change", "trail_row_no_truncate"):
        db.session.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else " ON trail_row")))
    yield
    db.session.flush()
    make_triggers(db.session.connection())
    db.session.info.pop("heads", None)
    db.session.commit()


def linked(rows: Rows, start: int = 1) -> None:
    """Every hash from a row on made again, and the inner head with them: all that the database holds agrees."""
    for before, row in zip([None, *rows], rows, strict=False):
        if row.number >= start:
            row.previous = before.hash if before else row.previous
            row.hash = row_hash(row.previous, hashed(row))
    head = db.session.get_one(TrailHead, rows[-1].trail)
    head.rows, head.hash = rows[-1].number, rows[-1].hash


def renumbered(rows: Rows, numbers: list[int]) -> None:
    """Rows given other numbers, past the constraint that each is there once."""
    for row, number in zip(rows, numbers, strict=True):
        row.number = -number
    db.session.flush()
    for row, number in zip(rows, numbers, strict=True):
        row.number = number


def edited(rows: Rows) -> None:
    rows[2].actor_name = "Someone Else"


def edited_with_its_hash(rows: Rows) -> None:
    rows[2].actor_name = "Someone Else"
    rows[2].hash = row_hash(rows[2].previous, hashed(rows[2]))


def removed(rows: Rows) -> None:
    db.session.delete(rows[2])


def removed_and_renumbered(rows: Rows) -> None:
    db.session.delete(rows[2])
    db.session.flush()
    renumbered(rows[3:], [3, 4, 5])


def reordered(rows: Rows) -> None:
    renumbered(rows[2:4], [4, 3])


def inserted(rows: Rows) -> None:
    last = rows[-1]
    copy = {column.key: getattr(last, column.key) for column in TrailRow.__table__.columns}
    more = TrailRow(**{**copy, "id": uuid7(), "number": last.number + 1, "previous": last.hash})
    more.hash = row_hash(more.previous, hashed(more))
    db.session.add(more)


def tail_cut(rows: Rows) -> None:
    for row in rows[4:]:
        db.session.delete(row)
    head = db.session.get_one(TrailHead, rows[0].trail)
    head.rows, head.hash = 4, rows[3].hash


def made_anew(rows: Rows) -> None:
    rows[2].actor_name = "Someone Else"
    linked(rows, 3)


def made_anew_from_the_first(rows: Rows) -> None:
    rows[0].action = "test:row:never"
    linked(rows)


def gone(rows: Rows) -> None:
    for row in rows:
        db.session.delete(row)
    db.session.delete(db.session.get_one(TrailHead, rows[0].trail))


FORGED: list[tuple[Callable[[Rows], None], int, str]] = [
    (edited, 3, "edited"),
    (edited_with_its_hash, 3, "edited"),
    (removed, 3, "missing"),
    (removed_and_renumbered, 3, "edited"),
    (reordered, 3, "edited"),
    (inserted, 7, "inserted"),
    (tail_cut, 5, "tail_cut"),
    (made_anew, 3, "edited"),
    (made_anew_from_the_first, 1, "edited"),
    (gone, 1, "tail_cut"),
]


def grown(trail: str) -> Rows:
    """The rows of a trail after six actions, each committed and signed; the installation's trail goes on where it stands."""
    case = None if trail == INSTALLATION_TRAIL else uuid7()
    for number in range(ROWS):
        record("test:row:kept", actor(Cast().lead), Subject("source", f"E-{number}"), now=utcnow(), case=case, number=number)
        db.session.commit()
    return rows_of(str(case) if case else trail)


def rows_of(trail: str) -> Rows:
    """The stored rows."""
    return list(db.session.scalars(select(TrailRow).where(TrailRow.trail == trail).order_by(TrailRow.number)))


def said(house: Flask, trail: str) -> tuple[int, str] | None:
    """What the check says of a trail; nothing where it holds."""
    heads: Checkpoints = house.extensions["verifier"].checkpoints
    found = {verdict.trail: verdict.broken for verdict in verify(heads)}[trail]
    return (found.number, found.fault.value) if found else None


@pytest.mark.parametrize(("forge", "number", "fault"), FORGED, ids=[row[0].__name__ for row in FORGED])
def test_who_has_the_database_alone_is_found_and_the_row_named(
    house: Flask, forge: Callable[[Rows], None], number: int, fault: str
) -> None:
    rows = grown("a case")
    trail = rows[0].trail
    assert said(house, trail) is None
    with guards_off():
        forge(rows_of(trail))
    assert said(house, trail) == (number, fault)


def outside_deleted(heads: Checkpoints, trail: str) -> None:
    (heads.folder / f"{trail}.log").unlink()


def outside_signed_by_another(heads: Checkpoints, trail: str) -> None:
    path = heads.folder / f"{trail}.log"
    path.write_text(path.read_text().replace('"signature": "', '"signature": "00'))


@pytest.mark.parametrize("outside", [outside_deleted, outside_signed_by_another])
def test_who_has_the_disk_as_well_but_not_the_key_leaves_a_trail_nobody_vouches_for(
    house: Flask, outside: Callable[[Checkpoints, str], None]
) -> None:
    trail = grown("a case")[0].trail
    with guards_off():
        made_anew(rows_of(trail))
    outside(house.extensions["verifier"].checkpoints, trail)
    assert said(house, trail) == (ROWS, "head_unknown")


def test_the_installations_own_trail_is_held_the_same(house: Flask) -> None:
    rows = grown(INSTALLATION_TRAIL)
    assert said(house, INSTALLATION_TRAIL) is None
    with guards_off():
        made_anew(rows_of(INSTALLATION_TRAIL))
    assert said(house, INSTALLATION_TRAIL) == (3, "edited")
    assert len(rows) >= ROWS
