"""Real workers in real processes, on both databases: a kill loses nothing, and nobody does what another one is doing."""

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from tests import make, postgres
from tests.conftest import settings_in
from tests.jobs import process as _tasks  # noqa: F401 - the tasks
from tests.people import Cast, actor, settle
from tests.reports.builders import small
from verifier.accounts.models import Organisation
from verifier.app import create_app
from verifier.audit.queries import verify
from verifier.audit.recovery import sign_missing
from verifier.db import db, utcnow, write_transaction
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job, State
from verifier.reports import report_intake
from verifier.reports.models import ReportedNumber, ReportVersion

pytestmark = pytest.mark.hold


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
        write_transaction.set(True)
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def workers(house: Flask, folder: Path, count: int, *, dies_at: str = "") -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """So many workers, by process id, once they are up; each kills itself at the place that is named (verifier/failpoints.py)."""
    environment = {**os.environ, **house.config["HERE"], "VERIFIER_FAILPOINT": dies_at}
    command = [sys.executable, "-m", "tests.jobs.process", str(folder)]
    with (folder / "log").open("wb") as log:
        started = [subprocess.Popen(command, env=environment, cwd=Path.cwd(), stdout=log, stderr=log) for _ in range(count)]
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
    wanted = write_transaction.set(False)
    try:
        return sum(job.state is not State.DONE for job in db.session.scalars(select(Job).where(Job.kind.startswith("test."))))
    finally:
        db.session.rollback()
        write_transaction.reset(wanted)


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


DIES_AT = {
    "its numbers are written": ("insert.reported_number.after", 2),
    "the trail is written, nothing committed": ("insert.trail_row.after", 2),
    "all is committed, the head not signed": ("head.before", 1),
}
"""Where the worker dies that takes a workbook in, and how many tries it takes until it is kept."""


def ended(job: object) -> bool:
    db.session.rollback()
    wanted = write_transaction.set(False)
    try:
        return db.session.get_one(Job, job).state is State.DONE
    finally:
        db.session.rollback()
        write_transaction.reset(wanted)


def test_a_worker_killed_while_it_takes_a_workbook_in_loses_nothing_and_it_is_kept_once(house: Flask, tmp_path: Path) -> None:
    settle()
    cast = Cast.present()
    year = make.unit_year(cast)
    db.session.commit()
    for number, (what, (place, tries)) in enumerate(DIES_AT.items(), 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        at = report_intake.wait_for(year, small(heat=100 + number), "park.xlsx", what, actor=actor(cast.contact), now=utcnow())
        job = db.session.scalars(select(Job.id).where(Job.kind == report_intake.KIND, Job.key == f"{year.id}:{at}")).one()
        db.session.commit()
        with workers(house, folder, 1, dies_at=place) as running:
            (doomed,) = running.values()
            assert doomed.wait(60) == -signal.SIGKILL, what
        db.session.rollback()
        kept = db.session.scalar(select(func.count(ReportVersion.id)))
        assert kept == (number if tries == 1 else number - 1), what
        db.session.rollback()
        folder = tmp_path / f"{number} again"
        folder.mkdir()
        with workers(house, folder, 1):
            wait_for(partial(ended, job))
        db.session.rollback()
        assert db.session.get_one(Job, job).attempts == tries, what
        versions = db.session.scalars(select(ReportVersion).order_by(ReportVersion.number)).all()
        assert [version.note for version in versions] == list(DIES_AT)[:number]
        told = report_intake.intake_of(year, at)
        assert told is not None
        assert told.number == number
        db.session.commit()
    counted = db.session.execute(select(func.count(ReportedNumber.position)).group_by(ReportedNumber.version_id)).scalars().all()
    assert len(counted) == len(DIES_AT)
    assert len(set(counted)) == 1
    heads = house.extensions["verifier"].checkpoints
    sign_missing(heads)
    assert [verdict for verdict in verify(heads) if verdict.broken] == []
