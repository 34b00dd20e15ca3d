"""A real server in several processes on an installation with one case in check, on either database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask_migrate import upgrade

from tests import make
from tests.findings.builders import finding, sent
from tests.journeys.server import _wait, free_port
from tests.people import Cast, settle
from verifier import config
from verifier.app import create_app
from verifier.db import db, write_transaction


@dataclass(frozen=True)
class Running:
    """The server's address, the app on the same installation, its case, and its log."""

    address: str
    app: Flask
    case: UUID
    log: Path


WAITING = 30
"""Findings that wait for an answer when the server starts."""


def case_with_findings(cast: Cast) -> UUID:
    """A case in check whose findings wait for answers."""
    case = make.engagement(cast)
    for number in range(WAITING):
        finding(case, cast, title=f"Gas {number}")
    sent(case, cast)
    return case.id


@contextmanager
def running(
    instance: Path, database_url: str = "", *, workers: int = 3, prepare: Callable[[Cast], UUID] = case_with_findings
) -> Iterator[Running]:
    """gunicorn as `verifier serve` starts it on the case prepared, until the test is over; the app context is pushed meanwhile."""
    environment = {"VERIFIER_INSTANCE": str(instance), "VERIFIER_PORT": str(free_port()), "VERIFIER_DATABASE_URL": database_url}
    app = create_app(config.from_environment(environment))
    with app.app_context():
        write_transaction.set(True)
        upgrade()
        settle()
        case = prepare(Cast.present())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
        log = (instance / "server.log").open("w")
        command = [str(Path(sys.executable).with_name("verifier")), "serve", "--workers", str(workers)]
        served = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{environment['VERIFIER_PORT']}"
            _wait(address, served)
            yield Running(address, app, case, instance / "server.log")
        finally:
            served.terminate()
            served.wait(30)
            log.close()
            db.session.remove()
            db.engine.dispose()
