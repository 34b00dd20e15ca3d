"""An audit trail that was erased, cut or replaced is reported, and the next action on it is refused instead of signed."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from tests import make
from tests.homes import touch
from tests.people import Cast, actor
from verifier.audit import recording
from verifier.audit.actions import record
from verifier.audit.checkpoints import Checkpoints
from verifier.audit.queries import verify
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7
from verifier.engagements.models import Engagement


@pytest.fixture
def case(cast: Cast) -> Engagement:
    """A case with a trail of several committed rows."""
    made = make.engagement(cast)
    for _row in range(3):
        act(made, cast)
    recording.begin(now=utcnow())
    db.session.commit()
    return made


def act(case: Engagement, cast: Cast) -> None:
    record("test:row:kept", actor(cast.lead), Subject("case", str(case.id)), now=utcnow(), case=case.id)
    db.session.commit()


def log_of(checkpoints: Checkpoints, trail: str) -> Path:
    return checkpoints.folder / f"{trail}.log"


def rows(checkpoints: Checkpoints, trail: str) -> None:
    touch(f"DELETE FROM trail_row WHERE trail = '{trail}'")


def head_row(checkpoints: Checkpoints, trail: str) -> None:
    touch(f"DELETE FROM trail_head WHERE trail = '{trail}'")


def head_file(checkpoints: Checkpoints, trail: str) -> None:
    log_of(checkpoints, trail).unlink()


def rows_and_head_row(checkpoints: Checkpoints, trail: str) -> None:
    touch(f"DELETE FROM trail_row WHERE trail = '{trail}'", f"DELETE FROM trail_head WHERE trail = '{trail}'")


def all_three(checkpoints: Checkpoints, trail: str) -> None:
    rows_and_head_row(checkpoints, trail)
    head_file(checkpoints, trail)


def all_three_and_the_index(checkpoints: Checkpoints, trail: str) -> None:
    all_three(checkpoints, trail)
    kept = [line for line in checkpoints.index.file.read_text().splitlines(keepends=True) if trail not in line]
    checkpoints.index.file.write_text("".join(kept))
    touch_index(trail)


def touch_index(trail: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM recorded_row WHERE trail = '{trail}'")


def head_set_to(number: int, trail: str) -> str:
    """The statement that makes a row the last one."""
    last = f"SELECT hash FROM trail_row WHERE trail = '{trail}' AND number = {number}"
    return f"UPDATE trail_head SET rows = {number}, hash = ({last}) WHERE trail = '{trail}'"


def truncated(checkpoints: Checkpoints, trail: str) -> None:
    touch(f"DELETE FROM trail_row WHERE trail = '{trail}' AND number > 2", head_set_to(2, trail))


def replaced_by_another(checkpoints: Checkpoints, trail: str) -> None:
    other = uuid7()
    for _row in range(5):
        record("test:row:kept", actor(Cast.present().lead), Subject("case", "other"), now=utcnow(), case=other)
        db.session.commit()
    touch(
        f"DELETE FROM trail_row WHERE trail = '{trail}'",
        f"UPDATE trail_row SET trail = '{trail}' WHERE trail = '{other}'",
        head_set_to(5, trail),
    )


ERASED = [rows, head_row, head_file, rows_and_head_row, all_three, all_three_and_the_index, truncated, replaced_by_another]


@pytest.mark.parametrize("erase", ERASED)
def test_the_next_action_after_an_erased_trail_is_refused_and_nothing_is_signed(
    app: Flask, cast: Cast, case: Engagement, erase: Callable[[Checkpoints, str], None]
) -> None:
    checkpoints, trail = app.extensions["verifier"].checkpoints, str(case.id)
    erase(checkpoints, trail)
    before = log_of(checkpoints, trail).read_bytes() if log_of(checkpoints, trail).exists() else None
    with pytest.raises(Refusal, match=r"audit\.trail\.damaged"):
        act(db.session.get_one(Engagement, UUID(trail)), cast)
    db.session.rollback()
    assert (log_of(checkpoints, trail).read_bytes() if log_of(checkpoints, trail).exists() else None) == before


@pytest.mark.parametrize("erase", ERASED)
def test_verification_names_the_erased_trail(app: Flask, cast: Cast, case: Engagement, erase: Callable[[Checkpoints, str], None]) -> None:
    checkpoints, trail = app.extensions["verifier"].checkpoints, str(case.id)
    assert [each for each in verify(checkpoints) if each.broken] == []
    erase(checkpoints, trail)
    assert trail in {each.trail for each in verify(checkpoints) if each.broken}


def test_a_new_case_begins_its_trail_and_an_undamaged_one_goes_on(app: Flask, cast: Cast, case: Engagement) -> None:
    act(case, cast)
    assert [each for each in verify(app.extensions["verifier"].checkpoints) if each.broken] == []
