"""Real workers in real processes, on both databases: a kill loses nothing, and nobody does what another one is doing."""

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from tests import postgres
from tests.conftest import settings_in
from tests.jobs import process as _tasks  # noqa: F401 - the tasks
from verifier.accounts.models import Organisation
from verifier.app import create_app
from verifier.db import db, utcnow, writes_wanted
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job, State


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An installation that other processes can open too."""
    with tempfile.TemporaryDirectory(prefix="verifier-jobs-") as name:
        folder = Path(name)
        if request.param == "sqlite":
            yield from installed(folder, {})
        else:
            with postgres.server(folder / "pg") as address:
                yield from installed(folder, {"VERIFIER_DATABASE_URL": address})


def installed(folder: Path, environment: dict[str, str]) -> Iterator[Flask]:
    environment |= {"VERIFIER_INSTANCE": str(folder / "instance")}
    more = {"database_url": environment["VERIFIER_DATABASE_URL"]} if "VERIFIER_DATABASE_URL" in environment else {}
    app = create_app(settings_in(folder / "instance", **more), testing=True)
    app.config["HERE"] = environment
    with app.app_context():
        writes_wanted.set(True)
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def workers(house: Flask, folder: Path, count: int) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """So many workers, by process id, once they are up."""
    command = [sys.executable, "-m", "tests.jobs.process", str(folder)]
    with (folder / "log").open("wb") as log:
        started = [
            subprocess.Popen(command, env={**os.environ, **house.config["HERE"]}, cwd=Path.cwd(), stdout=log, stderr=log)
            for _ in range(count)
        ]
        try:
            wait_for(lambda: [line[0] for line in traces(folder)] == ["up"] * count)
            yield {each.pid: each for each in started}
        finally:
            for each in started:
                each.kill()
                each.wait()


def traces(folder: Path) -> list[list[str]]:
    path = folder / "traces"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + 120
    while not condition():
        assert monotonic() < deadline, "waited in vain"
        sleep(0.05)


def left() -> int:
    db.session.rollback()
    wanted = writes_wanted.set(False)
    try:
        return sum(job.state is not State.DONE for job in db.session.scalars(select(Job).where(Job.kind.startswith("test."))))
    finally:
        db.session.rollback()
        writes_wanted.reset(wanted)


def test_two_workers_never_do_the_same_job_and_when_one_is_killed_the_other_does_what_it_had_begun(house: Flask, tmp_path: Path) -> None:
    with workers(house, tmp_path, 2) as running:
        for number in range(40):
            enqueue("test.trace", now=utcnow(), folder=str(tmp_path), number=number)
        db.session.commit()
        wait_for(lambda: left() == 0)
        done = traces(tmp_path)[2:]
        assert Counter(number for number, _pid in done) == Counter(map(str, range(40)))
        assert len({pid for _number, pid in done}) == 2

        job = enqueue("test.hold", now=utcnow(), folder=str(tmp_path)).id
        db.session.commit()
        wait_for(lambda: traces(tmp_path)[-1][:2] == ["begun", "1"])
        holder = running[int(traces(tmp_path)[-1][2])]
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        wait_for(lambda: left() == 0)
    assert [line[:2] for line in traces(tmp_path)[-2:]] == [["begun", "1"], ["begun", "2"]]
    made = db.session.scalars(select(Organisation.name).where(Organisation.name.startswith("made by"))).all()
    assert made == ["made by attempt 2"], "what the killed one had written is gone"
    assert db.session.get_one(Job, job).attempts == 2
