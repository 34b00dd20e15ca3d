"""Checkpoints are sent to a witness outside, and an older copy of them shows what was lost."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.homes import touch
from tests.people import Cast, actor
from verifier.audit.actions import record
from verifier.audit.comparison import departures
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7
from verifier.jobs.models import Job
from verifier.jobs.worker import run_next


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A witness folder that this installation is told of."""
    here, made = app.extensions["verifier"], tmp_path / "witness"
    made.mkdir()
    before, here.settings = here.settings, replace(here.settings, witness_folder=made, witness_mail="witness@example.org")
    yield made
    here.settings = before


def act(cast: Cast, trail: str = "") -> str:
    """One committed action in a trail of its own."""
    case = uuid7()
    record("test:row:kept", actor(cast.lead), Subject("case", "1"), now=utcnow(), case=case)
    db.session.commit()
    return str(case)


def sent(app: Flask, kind: str) -> Job:
    """The witness job, run as if its time had come."""
    job = db.session.scalars(select(Job).where(Job.kind == kind)).one()
    key = job.id
    db.session.execute(update(Job).values(run_at=utcnow() - timedelta(minutes=1)))
    db.session.commit()
    with app.app_context():
        run_next(only=key)
    db.session.expire_all()
    return db.session.get_one(Job, key)


def test_every_signed_checkpoint_reaches_the_witness_folder(app: Flask, cast: Cast, folder: Path) -> None:
    trails = {act(cast), act(cast)}
    assert sent(app, "audit.witness_folder").done_at is not None
    heads = app.extensions["verifier"].checkpoints.folder
    assert trails <= {kept.stem for kept in folder.glob("*.log")}
    assert all(kept.read_bytes() == (heads / kept.name).read_bytes() for kept in folder.glob("*.log"))
    assert list(departures(folder)) == []


def test_the_witness_folder_shows_a_trail_that_was_erased_here(app: Flask, cast: Cast, folder: Path) -> None:
    trail = act(cast)
    sent(app, "audit.witness_folder")
    touch(f"DELETE FROM trail_row WHERE trail = '{trail}'", f"DELETE FROM trail_head WHERE trail = '{trail}'")
    assert [(each.trail, each.lost) for each in departures(folder)] == [(trail, True)]


def test_what_the_witness_holds_is_never_overwritten(app: Flask, cast: Cast, folder: Path) -> None:
    trail = act(cast)
    kept = folder / f"{trail}.log"
    kept.write_text(json.dumps({"rows": 1, "hash": "another"}) + "\n")
    before = kept.read_bytes()
    job = sent(app, "audit.witness_folder")
    assert (job.done_at, job.last_error) == (None, "WitnessDiffers")
    assert kept.read_bytes() == before


def test_the_checkpoints_of_the_hour_are_mailed_to_the_witness(app: Flask, cast: Cast, folder: Path) -> None:
    trail = act(cast)
    assert sent(app, "audit.witness_mail").done_at is not None
    assert sent(app, "mail.send").done_at is not None
    message = next(iter(app.extensions["verifier"].settings.mail_folder.iterdir())).read_text()
    assert f"{trail}.log" in message
    assert "witness@example.org" in message
