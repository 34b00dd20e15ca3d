"""A backup taken while actions go on, restored elsewhere: every trail holds, every file opens, the statement is genuine."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from tests import make, postgres
from tests.conftest import settings_in
from tests.killed import operations
from tests.people import Cast, actor, settle
from verifier.app import create_app
from verifier.audit.actions import record
from verifier.audit.queries import verify
from verifier.cli.online import main
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7, write_transaction
from verifier.evidence import actions as evidence
from verifier.evidence.models import StoredFile
from verifier.maintenance import swap
from verifier.statement import commands
from verifier.statement.models import Statement
from verifier.statement.signing import issuing

pytestmark = pytest.mark.hold


def run(instance: Path, *words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"VERIFIER_INSTANCE": str(instance), **environment})


@pytest.fixture
def issued(app: Flask) -> Path:
    """An installation with an issued statement, its instance folder."""
    cast = Cast()
    case = operations.ACTIONS["seal and publish"].prepare(cast)
    issuing.seal(
        case,
        cast.coordinator,
        operations.statements.PASSPHRASE,
        operations.code_of(cast.coordinator),
        actor=actor(cast.coordinator),
        now=utcnow(),
    )
    db.session.commit()
    db.session.remove()
    home: Path = app.extensions["verifier"].settings.instance
    return home


UNDER_WAY = 3
"""Actions after which the work beside them begins."""


def busy(app: Flask, under_way: Event, stop: Event) -> int:
    """Actions without a pause: a new trail and a new file each time."""
    done = 0
    with app.app_context():
        write_transaction.set(True)
        while not stop.is_set():
            done += 1
            kept = evidence.keep(f"file {done}".encode() * 100, "text/plain", now=utcnow())
            record("test:row:kept", actor(Cast().lead), Subject("source", "E-1"), now=utcnow(), case=uuid7(), sha256=kept.sha256)
            record("test:row:kept", actor(Cast().lead), Subject("source", "E-1"), now=utcnow(), number=done)
            db.session.commit()
            if done == UNDER_WAY:
                under_way.set()
        db.session.remove()
    return done


def meanwhile(app: Flask, work: Callable[[], Result]) -> Result:
    """The work, while another thread does actions."""
    under_way, stop, did = Event(), Event(), []
    thread = Thread(target=lambda: did.append(busy(app, under_way, stop)))
    thread.start()
    try:
        assert under_way.wait(60)
        return work()
    finally:
        stop.set()
        thread.join()
        assert did
        assert did[0] > UNDER_WAY


def looked_at(home: Path, **settings: object) -> tuple[int, list[str], list[str]]:
    """How many files open, which trails are broken, and the verdicts on issued statements."""
    app = create_app(settings_in(home, **settings), testing=True)
    with app.app_context():
        here = app.extensions["verifier"]
        digests = list(db.session.scalars(select(StoredFile.sha256)))
        files = sum(1 for digest in digests if here.store.get(digest) is not None)
        broken = [str(verdict) for verdict in verify(here.checkpoints) if verdict.broken]
        verdicts = [commands.inspected(here.store.get(each.pdf_sha256)).verdict.value for each in db.session.scalars(select(Statement))]
        db.session.remove()
        db.engine.dispose()
    return files, broken, verdicts


def test_a_backup_under_way_of_actions_restores_to_a_whole_installation(app: Flask, issued: Path, tmp_path: Path) -> None:
    archive, home = tmp_path / "kept.tar.gz", tmp_path / "elsewhere"
    made = meanwhile(app, lambda: run(issued, "backup", str(archive)))
    assert made.exit_code == 0, made.output
    assert archive.stat().st_mode & 0o077 == 0
    assert list(issued.glob("*.part")) == []
    done = run(home, "restore", str(archive))
    assert done.exit_code == 0, done.output
    files, broken, verdicts = looked_at(home)
    assert files > 3
    assert broken == []
    assert verdicts == ["genuine"]
    assert run(home, "audit", "verify").exit_code == 0
    assert (home / "secret.key").read_text() == (issued / "secret.key").read_text()
    assert list(tmp_path.glob("*.part")) == []
    examined = run(home, "doctor", "--json", "--all")
    assert json.loads(examined.output) == [], examined.output
    occupied = run(home, "restore", str(archive))
    assert occupied.exit_code == 2
    assert "--replace" in occupied.output
    replaced = run(home, "restore", str(archive), "--replace")
    assert replaced.exit_code == 0, replaced.output
    assert len(list(home.glob("before-restore-*"))) == 1


def repacked(archive: Path, name: str, change: Callable[[bytes], bytes | None]) -> Path:
    """The same archive with one member changed, or left out."""
    changed = archive.with_name("changed.tar.gz")
    with tarfile.open(archive) as old, tarfile.open(changed, "w:gz") as new:
        for entry in old:
            data = old.extractfile(entry).read()  # type: ignore[union-attr]
            if entry.name.startswith(name):
                told = change(data)
                if told is None:
                    continue
                data = told
            entry.size = len(data)
            new.addfile(entry, BytesIO(data))
    return changed


def test_a_damaged_backup_changes_nothing_and_says_why(app: Flask, tmp_path: Path) -> None:
    db.session.remove()
    archive, home = tmp_path / "kept.tar.gz", tmp_path / "elsewhere"
    instance = app.extensions["verifier"].settings.instance
    evidence.keep(b"a file", "text/plain", now=utcnow())
    db.session.commit()
    assert run(instance, "backup", str(archive)).exit_code == 0
    assert run(instance, "backup", str(archive)).exit_code == 2
    whole = archive.read_bytes()
    cut, noise = tmp_path / "cut.tar.gz", tmp_path / "noise.tar.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    noise.write_bytes(os.urandom(1000))
    no_manifest = tmp_path / "none.tar.gz"
    with tarfile.open(no_manifest, "w:gz"):
        pass
    bad = [
        (cut, "cannot be read"),
        (noise, "cannot be read"),
        (no_manifest, "no manifest"),
        (tmp_path / "nowhere", "not there"),
        (repacked(archive, "evidence/", lambda data: data[:-1] + b"X"), "1 file does not match its checksum"),
    ]
    for file, said in bad:
        done = run(home, "restore", str(file))
        assert (done.exit_code, said in done.output) == (2, True), done.output
        assert swap.content(home) == []
    for name in ("evidence/", "database/", "instance/secret.key"):
        assert run(home, "restore", str(repacked(archive, name, lambda _data: None))).exit_code == 2
    assert swap.content(home) == []
    escaping = tmp_path / "escaping.tar.gz"
    with tarfile.open(escaping, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    assert "may not be in a backup" in run(home, "restore", str(escaping)).output


def test_a_missing_file_is_named_by_the_backup(app: Flask, tmp_path: Path) -> None:
    kept = evidence.keep(b"a file", "text/plain", now=utcnow()).sha256
    db.session.commit()
    instance = app.extensions["verifier"].settings.instance
    (instance / "evidence" / kept[:2] / kept).unlink()
    done = run(instance, "backup", str(tmp_path / "kept.tar.gz"))
    assert (done.exit_code, kept in done.output) == (1, True)


@pytest.fixture(scope="module")
def two_servers() -> Iterator[tuple[str, str]]:
    """Two PostgreSQL servers: one that is backed up, one to restore to."""
    with (
        tempfile.TemporaryDirectory(prefix="verifier-pg-") as folder,
        postgres.server(Path(folder) / "one") as first,
        postgres.server(Path(folder) / "two") as second,
    ):
        yield first, second


@pytest.mark.postgres
def test_a_postgresql_installation_is_backed_up_and_restored(two_servers: tuple[str, str], tmp_path: Path) -> None:
    first, second = two_servers
    home, elsewhere, archive = tmp_path / "one", tmp_path / "two", tmp_path / "kept.tar.gz"
    app = create_app(settings_in(home, database_url=first), testing=True)
    with app.app_context():
        write_transaction.set(True)
        upgrade()
        settle()
        make.with_trail(make.engagement(Cast()))
        db.session.commit()
        db.session.remove()
    made = meanwhile(app, lambda: run(home, "backup", str(archive), VERIFIER_DATABASE_URL=first))
    assert made.exit_code == 0, made.output
    wrong = run(elsewhere, "restore", str(archive))
    assert (wrong.exit_code, "postgresql" in wrong.output) == (2, True)
    done = run(elsewhere, "restore", str(archive), VERIFIER_DATABASE_URL=second)
    assert done.exit_code == 0, done.output
    files, broken, _none = looked_at(elsewhere, database_url=second)
    assert files > 1
    assert broken == []
    assert run(elsewhere, "restore", str(archive), VERIFIER_DATABASE_URL=second).exit_code == 2
    again = run(elsewhere, "restore", str(archive), "--replace", VERIFIER_DATABASE_URL=second)
    assert again.exit_code == 0, again.output
    with app.app_context():
        db.engine.dispose()


def test_backup_is_a_process_of_its_own_beside_the_server(app: Flask, tmp_path: Path) -> None:
    db.session.remove()
    instance = app.extensions["verifier"].settings.instance
    command = [str(Path(sys.executable).with_name("verifier")), "backup", str(tmp_path / "kept.tar.gz")]
    done = subprocess.run(command, env={**os.environ, "VERIFIER_INSTANCE": str(instance)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "SHA-256" in done.stdout
