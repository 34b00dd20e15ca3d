"""A process that makes the app once and forks: a child that does the action until it is killed, then one that comes after it.

`python -m tests.killed.zygote FOLDER`: FOLDER holds `before/` (the installation) and `action.json`; what each place led to is a line of
JSON in `found`. This process keeps no connection and no file open, so that each child begins as a new process would. A workbook is read
once for all children: reading is over before the action begins to write.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import func, select

from tests.conftest import settings_in
from tests.killed import operations
from verifier import failpoints
from verifier.app import create_app
from verifier.audit.models import TrailHead
from verifier.audit.queries import verify
from verifier.db import Base, db, utcnow, write_transaction
from verifier.engagements.models import Engagement
from verifier.maintenance import sweep
from verifier.reports import actions as reports
from verifier.statement.models import Statement

AGAIN = ("commit.after:1",)
"""Where, besides the first place, the same request is sent once more after the kill."""
DEAR = ("commit", "head", "store")
"""Where bytes reach the disk: never left out."""
NOT_COUNTED = {"session", "signed_in_session", "throttle_count", "sent_form", "job"}
"""What says nothing of the action itself: sign-ins, counted failures, marks against sending twice, the queue."""


def digest() -> dict[str, Any]:
    """How many rows every table holds, and where cases and statements stand."""
    counted = {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
        if table.name not in NOT_COUNTED
    }
    stages = [str(stage) for stage in db.session.scalars(select(Engagement.stage).order_by(Engagement.number))]
    drafts = db.session.execute(select(Base.metadata.tables["finding"].c.state)).scalars().all()
    statuses = list(db.session.scalars(select(Statement.status).order_by(Statement.number)))
    db.session.rollback()
    return {"rows": counted, "stages": stages, "findings": sorted(drafts), "statements": statuses}


def forked(work: Callable[[], object], result: Path) -> int:
    """What a child process ends with; what it found is in the file."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        result.write_text(json.dumps(work()))
    except BaseException as error:
        result.write_text(json.dumps({"error": repr(error)}))
        os._exit(9)
    os._exit(0)


def chosen(passed: list[str]) -> list[str]:
    """The first place, and the one after every write: what is before a write is what is after the write before it.

    What is written in a loop is tried the first and the last time. Of plain statements within the transaction every fourth is tried,
    all of them by `make hold`.
    """
    last = dict(place.rsplit(":", 1) for place in passed)
    ends = [place for place in passed if place.split(":")[1] in ("1", last[place.split(":")[0]])]
    places = [ends[0], *(place for place in ends[1:] if ".before:" not in place or place.startswith("commit"))]
    everywhere = "KILL_EVERYWHERE" in os.environ
    return [place for at, place in enumerate(places) if everywhere or at % 4 == 0 or place.startswith(DEAR) or place == places[-1]]


@dataclass(frozen=True)
class Aside:
    """Evidence for the action that only warms up: the store's own threads would not outlive a fork."""

    folder: Path

    def put(self, data: bytes) -> str:
        path = self.folder / sha256(data).hexdigest()
        path.write_bytes(data)
        return path.name

    def get(self, digest: str) -> bytes:
        there = self.folder / digest
        return (there if there.exists() else self.folder / digest[:2] / digest).read_bytes()

    def exists(self, digest: str) -> bool:
        return (self.folder / digest).exists() or (self.folder / digest[:2] / digest).exists()

    def size(self, digest: str) -> int:
        return len(self.get(digest))


def warm(app: Flask, told: dict[str, str]) -> None:
    """The action done once, on a copy that is thrown away: fonts, templates, routes and statements are compiled once for all children."""
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(gettempdir())
    here = app.extensions["verifier"]
    store, here.store = here.store, Aside(here.store.root)
    with app.app_context():
        write_transaction.set(True)
        answer = operations.do(app.test_client(), told)
        assert answer.status_code == 303, answer.text
        db.session.remove()
        db.engine.dispose()
    here.store = store


def main(folder: Path) -> None:
    """Kill the action at every place it passes."""
    told = json.loads((folder / "action.json").read_text())
    home, before, result, passed = folder / "home", folder / "before", folder / "result", folder / "passed"
    os.environ["VERIFIER_FAILPOINT"] = "nowhere"
    shutil.copytree(before, home)
    app = create_app(settings_in(home), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    reports.read = cache(reports.read)

    warm(app, told)
    shutil.rmtree(home)
    shutil.copytree(before, home)

    def say(found: object) -> None:
        with (folder / "found").open("a") as file:
            file.write(json.dumps(found) + "\n")

    def inside(work: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            with app.app_context():
                write_transaction.set(True)
                return work()

        return run

    def whole() -> object:
        old = digest()
        os.environ["VERIFIER_FAILPOINT_LOG"] = str(passed)
        answer = operations.do(app.test_client(), told).status_code
        del os.environ["VERIFIER_FAILPOINT_LOG"]
        return {"old": old, "new": digest(), "status": answer}

    def after(*, again: bool) -> object:
        kept = db.session.scalars(select(Statement)).all()
        public = {each.token: app.test_client().get(f"/s/{each.token}").status_code for each in kept}
        del kept
        db.session.rollback()
        found: dict[str, Any] = {"state": digest(), "public": sorted(public.values())}
        swept = sweep.sweep(now=utcnow(), grace=sweep.GRACE * 0)
        here = app.extensions["verifier"]
        found["swept"] = [*swept.evidence, *swept.files]
        found["left"] = sweep.left_over(here, utcnow())
        found["missing"] = sweep.missing_files(here.store)
        found["broken"] = [str(verdict) for verdict in verify(here.checkpoints) if verdict.broken]
        heads = {head.trail: head.rows for head in db.session.scalars(select(TrailHead))}
        found["unsigned"] = [
            trail for trail, rows in heads.items() if max(each.rows for each in here.checkpoints.signed_heads(trail)) != rows
        ]
        db.session.rollback()
        if not again:
            return found
        answer = operations.do(app.test_client(), told)
        found["again"], found["in_the_end"] = answer.status_code, digest()
        return found

    code = forked(inside(whole), result)
    say({"whole": json.loads(result.read_text()), "code": code})
    places = chosen(passed.read_text().split())
    for place in places:
        shutil.rmtree(home)
        shutil.copytree(before, home)
        os.environ["VERIFIER_FAILPOINT"] = place
        died = forked(inside(lambda: operations.do(app.test_client(), told).status_code), result)
        os.environ["VERIFIER_FAILPOINT"] = "nowhere"
        again = place in AGAIN or place == places[0]
        ended = forked(inside(partial(after, again=again)), result)
        killed = os.WIFSIGNALED(died) and os.WTERMSIG(died) == signal.SIGKILL
        say({"place": place, "killed": killed, "code": ended, "found": json.loads(result.read_text())})


if __name__ == "__main__":
    assert not failpoints.enabled()
    main(Path(sys.argv[1]))
