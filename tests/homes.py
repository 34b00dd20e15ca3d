"""Where the tests live: an installation that is made once in a process and is as new for every test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache

from tests.people import settle
from verifier import config
from verifier.app import Installation, create_app
from verifier.audit.heads import Heads
from verifier.db import db
from verifier.evidence.store import Store

BESIDE = shutil.ignore_patterns("__jinja2_*")


def move_in(folder: Path, **environ: str) -> None:
    """A database at its newest shape, with the standing cast in it."""
    app = create_app(config.from_environment({"VERIFIER_INSTANCE": str(folder), **environ}), testing=True)
    with app.app_context():
        upgrade()
        settle()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@dataclass
class Home:
    """SQLite and a local folder: one app for all tests of a process, since making one and its statements anew is what tests wait for."""

    folder: Path
    settled: Path
    app: Flask = field(init=False)
    usual: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self._empty()
        self.app = create_app(config.from_environment(self._environ()), testing=True)
        self.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(self.settled))
        self.usual = {**self.app.config, "WTF_CSRF_ENABLED": False}

    def fresh(self) -> Flask:
        """The app as it was when the cast had just moved in, whatever the last test did to it."""
        self._empty()
        self.app.config.clear()
        self.app.config.update(self.usual)
        before: Installation = self.app.extensions["verifier"]
        settings = config.from_environment(self._environ())
        store = Store.at(settings.store_url, settings.store_options)
        self.app.extensions["verifier"] = Installation(settings, store, Heads.at(self.folder), before.subjects)
        return self.app

    def _environ(self) -> dict[str, str]:
        return {"VERIFIER_INSTANCE": str(self.folder)}

    def _empty(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.settled, self.folder, ignore=BESIDE)


@contextmanager
def at(base: Path, settled: Path) -> Iterator[Home]:
    """The home of this process."""
    yield Home(base / "instance", settled)
