"""A real server in processes of its own, on a fresh installation settled with the demo's people."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from flask_migrate import upgrade

from tests import homes
from verifier import config
from verifier.accounts.commands import current_code
from verifier.app import create_app
from verifier.db import db, utcnow, write_transaction
from verifier.demo import build, people


@dataclass(frozen=True)
class Installation:
    """A running server and the folder it keeps everything in."""

    address: str
    instance: Path
    app: Flask

    def code(self, person: str) -> str:
        """What the person's authenticator app shows now, once it is one they have not used."""
        with self.app.app_context():
            found = current_code(people.email(person))
            db.session.remove()
        assert found is not None
        return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(instance: Path) -> Iterator[Installation]:
    """gunicorn as `verifier serve` starts it, until the test is over."""
    port = free_port()
    environment = {**homes.environ(instance), "VERIFIER_PORT": str(port)}
    app = create_app(config.from_environment(environment))
    with app.app_context():
        write_transaction.set(True)
        upgrade()
        build.settle(build.Cast(utcnow() - timedelta(days=2)))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    log = (instance / "server.log").open("w")
    served = subprocess.Popen(
        [str(Path(sys.executable).with_name("verifier")), "serve"], env={**os.environ, **environment}, stdout=log, stderr=log
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, served)
        yield Installation(address, instance, app)
    finally:
        served.terminate()
        served.wait(20)
        log.close()
        with app.app_context():
            db.engine.dispose()


def _wait(address: str, served: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        assert served.poll() is None, "the server ended"
        try:
            with urlopen(f"{address}/check") as answer:
                assert answer.status == 200
                return
        except (URLError, ConnectionError):
            sleep(0.3)
    raise TimeoutError(address)
