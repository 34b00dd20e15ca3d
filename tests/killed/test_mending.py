"""What a kill kept from being signed is signed afterwards; what somebody took away or made anew never is."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.house.test_forged_trails import guards_off, linked
from tests.people import Cast, actor
from verifier.audit.actions import record
from verifier.audit.checkpoints import Checkpoints
from verifier.audit.models import TrailRow
from verifier.audit.queries import verify
from verifier.audit.recovery import WINDOW, sign_missing
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7

pytestmark = pytest.mark.hold


@pytest.fixture
def heads(app: Flask) -> Checkpoints:
    found: Checkpoints = app.extensions["verifier"].checkpoints
    return found


def grown(rows: int = 3, *, over: timedelta = timedelta(0)) -> str:
    """A new trail of so many actions, spread over a time."""
    case = uuid7()
    for number in range(rows):
        now = utcnow() - over + over * number / max(1, rows - 1)
        record("test:row:kept", actor(Cast().lead), Subject("source", "E-1"), now=now, case=case, number=number)
        db.session.commit()
    return str(case)


def log_cut(heads: Checkpoints, trail: str, keep: int) -> None:
    path = heads.folder / f"{trail}.log"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:keep]))


def index_cut(heads: Checkpoints, lines: int) -> None:
    kept = heads.index.file.read_text().splitlines(keepends=True)
    heads.index.file.write_text("".join(kept[: len(kept) - lines]))


def fault(heads: Checkpoints, trail: str) -> str | None:
    broken = {verdict.trail: verdict.broken for verdict in verify(heads)}[trail]
    return broken.fault.value if broken else None


def made_anew(trail: str) -> None:
    with guards_off():
        rows = list(db.session.scalars(select(TrailRow).where(TrailRow.trail == trail).order_by(TrailRow.number)))
        rows[0].actor_name = "Someone Else"
        linked(rows)


def killed_after_the_first_commit(heads: Checkpoints, trail: str) -> None:
    """As a kill leaves it: the trail was announced, and its head neither written nor noted."""
    (heads.folder / f"{trail}.log").unlink()
    index_cut(heads, 1)


def killed_after_the_head(heads: Checkpoints, trail: str) -> None:
    index_cut(heads, 1)


def killed_within_a_line(heads: Checkpoints, trail: str) -> None:
    log_cut(heads, trail, 2)
    with (heads.folder / f"{trail}.log").open("a") as log:
        log.write('{"rows": 3, "ha')


@pytest.mark.parametrize("kill", [killed_after_the_first_commit, killed_after_the_head, killed_within_a_line])
def test_what_a_kill_left_unsigned_is_signed(heads: Checkpoints, kill: Callable[[Checkpoints, str], None]) -> None:
    trail = grown()
    kill(heads, trail)
    sign_missing(heads)
    assert fault(heads, trail) is None
    assert heads.index.steps()[trail] == "signed"
    assert max(head.rows for head in heads.signed_heads(trail)) == 3


def test_heads_taken_away_are_never_made_anew_neither_at_the_next_start_nor_by_the_next_action(heads: Checkpoints) -> None:
    trail = grown()
    made_anew(trail)
    (heads.folder / f"{trail}.log").unlink()
    assert sign_missing(heads) == []
    with pytest.raises(Refusal, match=r"audit\.trail\.damaged"):
        record("test:row:kept", actor(Cast().lead), Subject("source", "E-1"), now=utcnow(), case=UUID(trail))
    db.session.rollback()
    assert list(heads.signed_heads(trail)) == []
    assert sign_missing(heads) == []
    assert fault(heads, trail) == "head_unknown"


def taken_out(heads: Checkpoints) -> None:
    lines = heads.index.file.read_text().splitlines(keepends=True)
    heads.index.file.write_text("".join(lines[:-3] + lines[-2:]))


def written_by_another(heads: Checkpoints) -> None:
    lines = heads.index.file.read_text().splitlines(keepends=True)
    last = json.loads(lines[-1]) | {"step": "announced"}
    heads.index.file.write_text("".join([*lines[:-1], json.dumps(last) + "\n"]))


def gone(heads: Checkpoints) -> None:
    heads.index.file.unlink()


@pytest.mark.parametrize("harm", [taken_out, written_by_another, gone])
def test_who_changes_the_index_too_gets_nothing_signed(heads: Checkpoints, harm: Callable[[Checkpoints], None]) -> None:
    grown(1)
    trail = grown()
    made_anew(trail)
    (heads.folder / f"{trail}.log").unlink()
    harm(heads)
    assert sign_missing(heads) == []
    assert fault(heads, trail) == "head_unknown"


def test_a_trail_cut_out_of_the_middle_of_the_index_leaves_the_later_ones_without_anyone_to_vouch(heads: Checkpoints) -> None:
    trail, later = grown(), grown()
    made_anew(trail)
    for each in (trail, later):
        (heads.folder / f"{each}.log").unlink()
    index_cut(heads, 3)
    sign_missing(heads)
    assert fault(heads, later) == "head_unknown"


def test_more_unsigned_actions_than_a_kill_can_leave_are_not_signed(heads: Checkpoints) -> None:
    trail = grown(4, over=3 * WINDOW)
    log_cut(heads, trail, 1)
    assert sign_missing(heads) == []
    log_cut(heads, trail, 0)
    assert sign_missing(heads) == []


def test_a_trail_born_while_a_backup_was_made_is_signed_when_that_is_restored(heads: Checkpoints) -> None:
    trail = grown()
    killed_after_the_first_commit(heads, trail)
    index_cut(heads, 1)
    assert sign_missing(heads, backed_up_at=utcnow() + 2 * WINDOW) == []
    assert sign_missing(heads, backed_up_at=utcnow() - timedelta(seconds=5)) == [trail]
    assert fault(heads, trail) is None


def test_an_installation_older_than_the_index_goes_on(heads: Checkpoints) -> None:
    old = grown()
    heads.index.file.unlink()
    new = grown()
    assert (fault(heads, old), fault(heads, new)) == (None, None)
    assert {heads.index.steps()[each] for each in (old, new)} == {"signed"}
