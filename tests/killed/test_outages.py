"""A full disk, a read-only instance, a store or database that does not answer: a clear page, nothing half-done, reading goes on."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests import make, objectstore
from tests.conftest import settings_in
from tests.journeys.server import free_port
from tests.people import Cast, actor, sign_in
from verifier.app import create_app
from verifier.audit.queries import verify
from verifier.core.subject import Subject
from verifier.db import db, utcnow, write_transaction
from verifier.demo import workbooks
from verifier.evidence import actions as evidence
from verifier.evidence.models import Photo
from verifier.maintenance.sweep import left_over, sweep

pytestmark = pytest.mark.hold

SAID = {
    "full": ("Not enough storage space to save this", "存储空间不足，无法保存"),
    "read_only": ("Saving is temporarily unavailable", "暂时无法保存"),
    "store": ("Files are temporarily unavailable", "暂时无法读取文件"),
    "database": ("The database is not responding", "数据库无响应"),
}


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


@pytest.fixture
def small(migrated: Path, tmp_path: Path) -> Iterator[Path]:
    """An installation on a disk of 24 MB of its own."""
    assert os.geteuid() == 0, "run the tests as root (make test does on CI): only root can mount a disk of its own"
    home = tmp_path / "small"
    home.mkdir()
    mount("-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(home))
    shutil.copytree(migrated, home, ignore=shutil.ignore_patterns("__jinja2_*"), dirs_exist_ok=True)
    yield home
    subprocess.run(["umount", "-l", str(home)], check=True)


def opened(home: Path, **changes: object) -> Flask:
    """The app as it is served, its pages for errors included."""
    app = create_app(replace(settings_in(home), **changes))  # type: ignore[arg-type]
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def served(small: Path) -> Iterator[tuple[Flask, FlaskClient, str]]:
    """The app on the small disk, a verifier signed in, and where photos of their case are handed in."""
    app = opened(small)
    with app.app_context():
        write_transaction.set(True)
        case = make.with_trail(make.engagement(Cast()))
        client, address = app.test_client(), f"/cases/{case.id}/photos"
        sign_in(client, Cast().verifier)
        db.session.commit()
    yield app, client, address
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def photo(client: FlaskClient, address: str, language: str = "en") -> tuple[int, str]:
    """A noisy picture of some 700 kB handed in; the answer's status and text."""
    out = BytesIO()
    Image.frombytes("RGB", (640, 480), os.urandom(640 * 480 * 3)).save(out, "JPEG", quality=95)
    out.seek(0)
    where = f"{address}/new?subject_kind=checklist_item&subject_id=data"
    answer = client.post(where, data={"photos": (out, "noise.jpg"), "caption": "x"}, headers={"Accept-Language": language})
    return answer.status_code, answer.text


def whole(app: Flask) -> int:
    """How many photos are kept; trails hold, and after a sweep nothing lies about."""
    with app.app_context():
        write_transaction.set(False)
        here = app.extensions["verifier"]
        assert [verdict for verdict in verify(here.checkpoints) if verdict.broken] == []
        sweep(now=utcnow(), grace=timedelta(0))
        assert left_over(here, utcnow()) == []
        count = db.session.query(Photo).count()
        db.session.remove()
    return count


@pytest.mark.parametrize("room", [0, 400_000])
def test_a_full_disk_keeps_nothing_half_and_pages_can_still_be_read(served: tuple[Flask, FlaskClient, str], small: Path, room: int) -> None:
    app, client, address = served
    assert client.get(address.removesuffix("/photos")).status_code == 200
    filler = small / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(shutil.disk_usage(small).free - room, 1))
    for language, said in zip(("en", "zh"), SAID["full"], strict=True):
        status, text = photo(client, address, language)
        assert (status, said in text) == (507, True), text[-2000:]
    assert client.get(address.removesuffix("/photos")).status_code == 200
    assert whole(app) == 0
    filler.unlink()
    assert photo(client, address)[0] == 303
    assert whole(app) == 1


def test_a_read_only_instance_is_read_and_says_why_nothing_is_saved(served: tuple[Flask, FlaskClient, str], small: Path) -> None:
    app, client, address = served
    assert client.get(address.removesuffix("/photos")).status_code == 200
    keeper = sqlite3.connect(small / "verifier.sqlite")
    keeper.execute("SELECT count(*) FROM photo").fetchone()
    with app.app_context():
        db.engine.dispose()
    mount("--bind", str(small), str(small))
    mount("-o", "remount,ro,bind", str(small))
    try:
        assert client.get(address.removesuffix("/photos")).status_code == 200
        for language, said in zip(("en", "zh"), SAID["read_only"], strict=True):
            status, text = photo(client, address, language)
            assert (status, said in text) == (503, True), text[-2000:]
        assert client.get(address.removesuffix("/photos")).status_code == 200
    finally:
        with app.app_context():
            db.engine.dispose()
        subprocess.run(["umount", "-l", str(small)], check=True)
        keeper.close()
    assert photo(client, address)[0] == 303
    assert whole(app) == 1


@pytest.mark.parametrize("words", [["serve"], ["worker", "--until-empty"]], ids=" ".join)
def test_a_read_only_instance_ends_a_command_in_a_sentence(small: Path, words: list[str]) -> None:
    mount("--bind", str(small), str(small))
    mount("-o", "remount,ro,bind", str(small))
    told = {"PATH": os.environ["PATH"], "VERIFIER_INSTANCE": str(small), "VERIFIER_PORT": str(free_port())}
    try:
        ended = subprocess.run([Path(sys.executable).with_name("verifier"), *words], capture_output=True, text=True, env=told, timeout=120)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), ended.stderr
    assert "cannot be" in ended.stderr


@pytest.mark.parametrize("why", ["nobody answers", "no such bucket"])
def test_a_store_that_cannot_be_reached_leaves_other_pages_standing(served: tuple[Flask, FlaskClient, str], why: str) -> None:
    app, client, address = served
    here = app.extensions["verifier"]
    local = here.store
    with objectstore.server() if why == "no such bucket" else nullcontext(objectstore.Address("http://127.0.0.1:9")) as server:
        here.store = server.store("nowhere")
        for language, said in zip(("en", "zh"), SAID["store"], strict=True):
            status, text = photo(client, address, language)
            assert (status, said in text) == (503, True), text[-2000:]
        assert client.get(address.removesuffix("/photos")).status_code == 200
    here.store = local
    assert whole(app) == 0


@pytest.mark.parametrize(("language", "said"), list(zip(("en", "zh"), SAID["database"], strict=True)))
def test_a_database_that_does_not_answer_has_a_page_too(tmp_path: Path, language: str, said: str) -> None:
    app = opened(tmp_path / "instance", database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "someone"
    answer = client.get("/cases", headers={"Accept-Language": language})
    assert (answer.status_code, said in answer.text) == (503, True), answer.text[-2000:]


LISTS = [
    ("verifier", "/cases/{case}/photos"),
    ("verifier", "/cases/{case}/findings"),
    ("verifier", "/cases/{case}/trail"),
    ("admin", "/admin/people"),
    ("admin", "/admin/organisations"),
    ("admin", "/admin/trail"),
    ("admin", "/admin/jobs"),
]


def test_lists_are_read_while_another_holds_the_lock_that_writes(app: Flask, client: FlaskClient) -> None:
    case = make.with_trail(make.engagement(Cast())).id
    db.session.commit()
    for person in ("verifier", "admin"):
        sign_in(client, getattr(Cast(), person))
        db.session.commit()
        db.session.remove()
        other = sqlite3.connect(app.extensions["verifier"].settings.instance / "verifier.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        statuses = [client.get(address.format(case=case)).status_code for who, address in LISTS if who == person]
        taken = time.monotonic() - begun
        other.execute("ROLLBACK")
        other.close()
        assert set(statuses) == {200}
        assert taken < 12, "waiting for the lock once takes 15 s"


def test_what_was_not_committed_is_not_said_to_be_saved(app: Flask, client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    shown = evidence.add_photos(
        case.id, case.stage, Subject("checklist_item", "data"), workbooks.photos()[:1], "Meter", actor=actor(cast.lead), now=utcnow()
    ).stored[0]
    address, version = f"/cases/{case.id}/photos/{shown.id}", shown.version
    sign_in(client, cast.lead)
    db.session.remove()

    def full(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    event.listen(db.engine, "commit", full)
    try:
        answer = client.post(f"{address}/caption", data={"caption": "New", "version": str(version)})
        assert (answer.status_code, "has been saved" in answer.text) == (507, False)
    finally:
        event.remove(db.engine, "commit", full)
        db.session.rollback()
    page = client.get(address).text
    assert "has been saved" not in page
    assert "Meter" in page
