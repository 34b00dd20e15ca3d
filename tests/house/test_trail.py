"""A trail that was touched in the database file is found, and the first broken row is named."""

from collections import Counter

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from tests import homes, make
from tests.homes import touch
from tests.people import Cast, actor
from verifier.audit.actions import record
from verifier.audit.models import Effect, TrailHead
from verifier.audit.queries import last_change, verify
from verifier.cli.online import main
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7


def grow(cast: Cast, rows: int = 6) -> str:
    """A case's trail of so many rows, committed one by one; returns its name."""
    case = uuid7()
    for number in range(rows):
        record("test:row:kept", actor(cast.lead), Subject("source", f"E-{number:03d}"), now=utcnow(), case=case, number=number)
        db.session.commit()
    return str(case)


TAMPERED = [
    ("a name changed", "UPDATE trail_row SET actor_name = 'Someone Else' WHERE trail = '{t}' AND number = 3", 3, "edited"),
    ("a detail changed", "UPDATE trail_row SET detail = '{{\"number\": 9}}' WHERE trail = '{t}' AND number = 4", 4, "edited"),
    ("a row removed", "DELETE FROM trail_row WHERE trail = '{t}' AND number = 3", 3, "missing"),
    ("the tail cut off", "DELETE FROM trail_row WHERE trail = '{t}' AND number > 4", 5, "tail_cut"),
    ("two rows swapped", "UPDATE trail_row SET number = 13 - number WHERE trail = '{t}' AND number > 5", None, None),
]


@pytest.mark.parametrize(("what", "statement", "number", "fault"), TAMPERED)
def test_a_touched_trail_is_found(app: Flask, cast: Cast, what: str, statement: str, number: int | None, fault: str | None) -> None:
    trail = grow(cast)
    touch(statement.format(t=trail))
    found = {verdict.trail: verdict.broken for verdict in verify(app.extensions["verifier"].checkpoints)}[trail]
    assert found is not None, what
    if number is not None:
        assert (found.number, found.fault.value) == (number, fault)


def test_a_tail_cut_off_with_its_head_shows_against_the_signed_head_outside(app: Flask, cast: Cast) -> None:
    trail = grow(cast)
    head = db.session.get(TrailHead, trail)
    assert head is not None
    touch(
        f"UPDATE trail_head SET rows = 4 WHERE trail = '{trail}'",
        f"UPDATE trail_head SET hash = (SELECT hash FROM trail_row WHERE trail = '{trail}' AND number = 4) WHERE trail = '{trail}'",
        f"DELETE FROM trail_row WHERE trail = '{trail}' AND number > 4",
    )
    found = {verdict.trail: verdict.broken for verdict in verify(app.extensions["verifier"].checkpoints)}[trail]
    assert found is not None
    assert (found.number, found.fault.value) == (5, "tail_cut")


def test_a_whole_trail_removed_is_missed(app: Flask, cast: Cast) -> None:
    trail = grow(cast)
    touch(f"DELETE FROM trail_row WHERE trail = '{trail}'", f"DELETE FROM trail_head WHERE trail = '{trail}'")
    assert {verdict.trail: verdict.broken for verdict in verify(app.extensions["verifier"].checkpoints)}[trail] is not None


@pytest.mark.parametrize("action", ["UPDATE trail_row SET actor_name = 'x'", "DELETE FROM trail_row"])
def test_the_database_refuses_to_change_a_row(app: Flask, cast: Cast, action: str) -> None:
    grow(cast, rows=1)
    db.session.remove()
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(action)


def test_only_changes_count_as_changes(app: Flask, cast: Cast) -> None:
    case = uuid7()
    for effect in (Effect.CHANGE, Effect.LOOK, Effect.PROCEED):
        record("test:row:kept", actor(cast.lead), Subject("case", "1"), now=utcnow(), case=case, effect=effect)
    assert last_change(case) == 1


def test_a_rolled_back_action_leaves_no_row_and_no_signed_head(app: Flask, cast: Cast) -> None:
    trail = grow(cast, rows=2)
    record("test:row:kept", actor(cast.lead), Subject("case", "1"), now=utcnow())
    db.session.rollback()
    heads = app.extensions["verifier"].checkpoints
    assert [head.rows for head in heads.signed_heads(trail)] == [1, 2]
    assert all(verdict.broken is None for verdict in verify(heads))


def test_the_command_names_the_first_broken_row(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = grow(cast)
    for name, value in homes.environ(app.extensions["verifier"].settings.instance).items():
        monkeypatch.setenv(name, value)
    whole = CliRunner().invoke(main, ["audit", "verify"])
    assert whole.exit_code == 0, whole.output
    touch(f"UPDATE trail_row SET actor_name = 'x' WHERE trail = '{trail}' AND number = 2")
    broken = CliRunner().invoke(main, ["audit", "verify"])
    assert broken.exit_code == 1
    assert f"{trail}: row 2: edited" in broken.output


def test_a_row_costs_as_many_statements_for_three_tables_as_for_one_but_for_reading_their_rows(cast: Cast) -> None:
    case, who, sent = make.engagement(cast), actor(cast.lead), list[str]()
    of = case.id
    record("test:row:kept", who, Subject("case", str(of)), now=utcnow(), case=of)
    db.session.commit()
    case.conflict_check, case.unit_year.sector, case.unit_year.year.name = "Again.", "other", "Other"
    db.session.flush()
    event.listen(db.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    record("test:row:kept", who, Subject("case", str(of)), now=utcnow(), case=of)
    kinds = Counter(statement.split(" ")[0] for statement in sent)
    assert kinds == {"SELECT": 2 + 3, "INSERT": 2, "UPDATE": 1}
