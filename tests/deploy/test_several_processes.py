"""An installation as it is put up: PostgreSQL, an object store, two `verifier serve` of several processes each, a worker apart."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select

from tests import make, objectstore, postgres
from tests.concurrency.browser import sit_down
from tests.concurrency.writes import Person
from tests.homes import move_in
from tests.journeys.server import _wait, free_port
from tests.people import Cast
from verifier import config
from verifier.app import create_app
from verifier.audit import queries as trails
from verifier.db import db, utcnow, write_transaction
from verifier.demo import workbooks
from verifier.evidence.models import Photo
from verifier.findings.models import Finding
from verifier.jobs.actions import enqueue
from verifier.jobs.models import Job, State

pytestmark = pytest.mark.hold

VERIFIER = str(Path(sys.executable).with_name("verifier"))


@contextmanager
def started(words: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command of ours in a process of its own, until it is no longer needed."""
    with log.open("w") as file:
        process = subprocess.Popen([VERIFIER, *words], env={**os.environ, **environment}, stdout=file, stderr=file)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def put_up(folder: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    """What every process is told, and the addresses of two apps; a worker runs beside them."""
    with ExitStack() as stack:
        store = stack.enter_context(objectstore.server())
        store.emptied("evidence")
        database = stack.enter_context(postgres.server(folder / "pg"))
        told = {
            "VERIFIER_INSTANCE": str(folder / "instance"),
            "VERIFIER_WORKER": "apart",
            "VERIFIER_DATABASE_URL": database,
            **store.settings("evidence"),
        }
        move_in(folder / "instance", told)
        addresses = []
        for number in range(2):
            port = str(free_port())
            words = ["serve", "--workers", "2"]
            app = stack.enter_context(started(words, {**told, "VERIFIER_PORT": port}, folder / f"app{number}.log"))
            addresses.append((f"http://127.0.0.1:{port}", app))
        stack.enter_context(started(["worker"], told, folder / "worker.log"))
        for address, app in addresses:
            _wait(address, app)
        yield told, [address for address, _app in addresses]


def done(job: object) -> bool:
    """Whether the worker has done it."""
    db.session.rollback()
    return db.session.get_one(Job, job).state is State.DONE


@pytest.mark.postgres
def test_several_processes_share_sessions_files_jobs_and_trails() -> None:
    with tempfile.TemporaryDirectory(prefix="verifier-apps-") as name, put_up(Path(name)) as (told, addresses):
        app = create_app(config.from_environment(told))
        with app.app_context():
            write_transaction.set(True)
            case = make.with_trail(make.engagement(Cast.present()))
            job = enqueue("jobs.sweep", now=utcnow())
            db.session.commit()
            case_id, job_id = case.id, job.id
            browsers = [sit_down(app, address, Cast.present().lead) for address in addresses * 2]
            db.session.remove()

            people = [Person(browser, "lead", case_id, (), Random(number)) for number, browser in enumerate(browsers)]

            def raise_three(person: Person) -> list[int]:
                person.browser.get("/account")
                return [person.finding(number).status for number in (1, 2, 3)]

            with ThreadPoolExecutor(len(people)) as pool:
                assert [status for each in pool.map(raise_three, people) for status in each] == [303] * 12
            assert db.session.scalar(select(func.count(Finding.id))) == 12

            first, second = browsers[0], browsers[1]
            file = ("photos", *workbooks.photos()[0])
            where = f"/cases/{case_id}/photos/new?subject_kind=checklist_item&subject_id=boundary"
            assert first.post(where, {"caption": "Boiler 2"}, file).status == 303
            db.session.rollback()
            photo = db.session.scalars(select(Photo.id)).one()
            assert second.get(f"/cases/{case_id}/photos/{photo}").status == 200

            for browser in browsers:
                browser.leave()
            deadline = monotonic() + 60
            while not done(job_id):
                assert monotonic() < deadline, "the worker did not do the job"
                sleep(0.2)
            verdicts = list(trails.verify(app.extensions["verifier"].checkpoints))
            assert sum(verdict.rows for verdict in verdicts) > 12
            assert [verdict for verdict in verdicts if verdict.broken] == []
            db.session.remove()
            db.engine.dispose()
            checked = subprocess.run([VERIFIER, "audit", "verify"], env={**os.environ, **told}, capture_output=True, text=True)
            assert checked.returncode == 0, checked.stdout + checked.stderr
