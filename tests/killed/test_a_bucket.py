"""Evidence in a bucket: what a kill left there is swept, what a row names stays, and a backup takes the bucket's files along."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests import homes, objectstore
from tests.conftest import settings_in
from tests.people import Cast, actor
from verifier.app import create_app
from verifier.audit.actions import record
from verifier.audit.queries import verify
from verifier.cli.online import main
from verifier.core.subject import Subject
from verifier.db import db, utcnow, uuid7, write_transaction
from verifier.evidence import actions as evidence
from verifier.maintenance.sweep import GRACE, left_over, missing_files, sweep

pytestmark = pytest.mark.hold


@pytest.fixture(scope="module")
def moto() -> Iterator[objectstore.Address]:
    with objectstore.server() as address:
        yield address


@pytest.fixture
def housed(moto: objectstore.Address, migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """An installation on SQLite whose evidence lies in a bucket."""
    moto.emptied("evidence")
    homes.copied(migrated, tmp_path / "instance")
    app = create_app(settings_in(tmp_path / "instance", **in_bucket(moto, "evidence")), testing=True)
    with app.app_context():
        write_transaction.set(True)
        yield app
        db.session.remove()
        db.engine.dispose()


def in_bucket(moto: objectstore.Address, bucket: str) -> dict[str, object]:
    told = moto.settings(bucket)
    return {name: told[f"VERIFIER_{name.upper()}"] for name in ("store_url", "store_key", "store_secret")}


def kept(text: str) -> str:
    """A file that a row and a trail name."""
    digest = evidence.keep(text.encode() * 100, "text/plain", now=utcnow()).sha256
    record("test:row:kept", actor(Cast().lead), Subject("source", "E-1"), now=utcnow(), case=uuid7(), sha256=digest)
    db.session.commit()
    return digest


def run(moto: objectstore.Address, instance: Path, bucket: str, *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"VERIFIER_INSTANCE": str(instance), **moto.settings(bucket)})


def test_what_a_killed_upload_left_in_the_bucket_is_found_and_removed_and_nothing_else(housed: Flask) -> None:
    here = housed.extensions["verifier"]
    named, orphan = kept("invoice"), here.store.put(b"its row was never written")
    db.session.rollback()
    later = utcnow() + timedelta(minutes=1)
    assert left_over(here, later) == [f"{orphan[:2]}/{orphan}"]
    assert sweep(now=later).evidence == (), "it may belong to an action under way"
    assert sweep(now=later + GRACE).evidence == (f"{orphan[:2]}/{orphan}",)
    assert (here.store.exists(orphan), here.store.exists(named)) == (False, True)
    assert (left_over(here, later), missing_files(here.store)) == ([], [])


def test_a_backup_takes_the_bucket_along_and_is_restored_into_another(housed: Flask, moto: objectstore.Address, tmp_path: Path) -> None:
    digests = [kept(text) for text in ("invoice", "meter", "ledger")]
    orphan = housed.extensions["verifier"].store.put(b"named by nothing")
    archive, home = tmp_path / "kept.tar.gz", tmp_path / "elsewhere"
    db.session.remove()
    made = run(moto, tmp_path / "instance", "evidence", "backup", str(archive))
    assert made.exit_code == 0, made.output
    moto.emptied("another")
    done = run(moto, home, "another", "restore", str(archive))
    assert done.exit_code == 0, done.output
    app = create_app(settings_in(home, **in_bucket(moto, "another")), testing=True)
    with app.app_context():
        here = app.extensions["verifier"]
        assert [here.store.get(digest) for digest in digests] == [text.encode() * 100 for text in ("invoice", "meter", "ledger")]
        assert not here.store.exists(orphan)
        assert missing_files(here.store) == []
        assert [verdict for verdict in verify(here.checkpoints) if verdict.broken] == []
        db.session.remove()
        db.engine.dispose()
    examined = run(moto, home, "another", "doctor", "--json", "--all")
    never_served = ["keys.authority_missing"]
    assert [each["code"] for each in json.loads(examined.output)] == never_served, examined.output


def test_a_file_missing_in_the_bucket_is_named_by_the_backup(housed: Flask, moto: objectstore.Address, tmp_path: Path) -> None:
    digest, store = kept("invoice"), housed.extensions["verifier"].store
    store.remove(next(each for each in store.listed() if each.digest == digest))
    db.session.remove()
    done = run(moto, tmp_path / "instance", "evidence", "backup", str(tmp_path / "kept.tar.gz"))
    assert (done.exit_code, digest in done.output) == (1, True)
