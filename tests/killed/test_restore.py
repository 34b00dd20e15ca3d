"""A restore into a folder that is a mount, beside running processes, interrupted, encrypted, or of a single file."""

import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from verifier.cli.online import main
from verifier.db import db, utcnow
from verifier.evidence import actions as evidence
from verifier.maintenance import encryption, in_use, swap

pytestmark = pytest.mark.hold

PROGRAM = str(Path(sys.executable).with_name("verifier"))
PASSPHRASE = "seven steel ladles"


def run(instance: Path, *words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"VERIFIER_INSTANCE": str(instance), **environment})


def process(instance: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "VERIFIER_INSTANCE": str(instance), **environment}
    return subprocess.run([PROGRAM, *words], env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def source(app: Flask) -> Path:
    """An installation with one evidence file."""
    evidence.keep(b"a meter reading", "text/plain", now=utcnow())
    db.session.commit()
    db.session.remove()
    instance: Path = app.extensions["verifier"].settings.instance
    return instance


@pytest.fixture
def archive(source: Path, tmp_path: Path) -> Path:
    made = tmp_path / "kept.tar.gz"
    done = run(source, "backup", str(made))
    assert done.exit_code == 0, done.output
    return made


def test_a_mounted_folder_is_restored_into_and_replaced(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "mounted"
    home.mkdir()
    script = f"""
set -e
mount -t tmpfs none {home}
{PROGRAM} restore {archive}
{PROGRAM} restore {archive} --replace
{PROGRAM} audit verify
ls {home}
"""
    env = {**os.environ, "VERIFIER_INSTANCE": str(home)}
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Restored.") == 2
    assert done.stdout.count("before-restore-") == 2


def test_an_installation_in_use_is_not_replaced(archive: Path, source: Path) -> None:
    before = (source / "secret.key").read_text()
    with in_use.shared(source):
        done = run(source, "restore", str(archive), "--replace")
    assert (done.exit_code, "Stop `verifier serve`" in done.output) == (2, True)
    assert (source / "secret.key").read_text() == before
    assert not list(source.glob("before-restore-*"))


@pytest.mark.parametrize("place", ["restore:moved-aside"])
def test_after_a_kill_nothing_starts_until_the_restore_is_repeated(archive: Path, tmp_path: Path, place: str) -> None:
    home = tmp_path / "elsewhere"
    assert run(home, "restore", str(archive)).exit_code == 0
    (home / "rulepacks").mkdir()
    (home / "rulepacks" / "of-before.yaml").write_text("a pack of the installation before")
    killed = process(home, "restore", str(archive), "--replace", VERIFIER_FAILPOINT=place)
    assert killed.returncode == -signal.SIGKILL
    assert swap.is_interrupted(home)
    for command in ("serve", "doctor"):
        refused = process(home, command)
        assert (refused.returncode, "was interrupted" in refused.stderr + refused.stdout) == (2, True)
    again = run(home, "restore", str(archive), "--replace")
    assert again.exit_code == 0, again.output
    (before,) = home.glob("before-restore-*")
    assert (before / "rulepacks" / "of-before.yaml").exists()
    assert (before / "verifier.sqlite").exists()
    assert run(home, "audit", "verify").exit_code == 0


def test_an_exchange_is_put_back_from_every_step(tmp_path: Path) -> None:
    for moved in range(3):
        instance = tmp_path / str(moved)
        new = instance / swap.STAGING / swap.NEW
        new.mkdir(parents=True)
        (instance / "old-only").write_text("old")
        (instance / "both").write_text("old")
        (new / "both").write_text("new")
        (new / "new-only").write_text("new")
        swap.Exchange.begin(instance, f"{swap.BEFORE}x")
        for name in ("both", "new-only")[:moved]:
            (new / name).rename(instance / name)
        swap.put_back(instance)
        assert {each.name: each.read_text() for each in swap.content(instance)} == {"old-only": "old", "both": "old"}
        assert not swap.is_interrupted(instance)


def test_an_encrypted_archive_needs_its_passphrase(source: Path, tmp_path: Path) -> None:
    archive, home = tmp_path / "kept.age.tar", tmp_path / "elsewhere"
    weak = run(source, "backup", str(archive), VERIFIER_BACKUP_PASSPHRASE="short")
    assert (weak.exit_code, archive.exists()) == (2, False)
    made = run(source, "backup", str(archive), VERIFIER_BACKUP_PASSPHRASE=PASSPHRASE)
    assert made.exit_code == 0, made.output
    assert encryption.is_encrypted(archive)
    assert archive.stat().st_mode & 0o077 == 0
    assert not list(source.glob("*.part"))
    assert b"a meter reading" not in archive.read_bytes()
    for passphrase, said in (("", "is encrypted"), ("another passphrase", "does not open")):
        refused = run(home, "restore", str(archive), VERIFIER_BACKUP_PASSPHRASE=passphrase)
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output
        assert swap.content(home) == []
    done = run(home, "restore", str(archive), VERIFIER_BACKUP_PASSPHRASE=PASSPHRASE)
    assert done.exit_code == 0, done.output


def test_an_altered_encrypted_archive_is_refused(source: Path, tmp_path: Path) -> None:
    archive, home = tmp_path / "kept.age.tar", tmp_path / "elsewhere"
    assert run(source, "backup", str(archive), VERIFIER_BACKUP_PASSPHRASE=PASSPHRASE).exit_code == 0
    altered = bytearray(archive.read_bytes())
    altered[-2000] ^= 1
    altered[len(altered) // 2] ^= 1
    archive.write_bytes(altered)
    refused = run(home, "restore", str(archive), VERIFIER_BACKUP_PASSPHRASE=PASSPHRASE)
    assert (refused.exit_code, "damaged" in refused.output) == (2, True), refused.output
    assert swap.content(home) == []


def test_the_members_of_an_encrypted_archive_are_plain_age_files(source: Path, tmp_path: Path) -> None:
    archive = tmp_path / "kept.age.tar"
    assert run(source, "backup", str(archive), VERIFIER_BACKUP_PASSPHRASE=PASSPHRASE).exit_code == 0
    with tarfile.open(archive) as tar:
        key, content = (tar.extractfile(name).read() for name in ("key.age", "archive.age"))  # type: ignore[union-attr]
    identity = pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(key, PASSPHRASE).decode())
    assert pyrage.decrypt(content, [identity]).startswith(b"\x1f\x8b")


def test_one_file_is_put_back_while_the_app_runs(app: Flask, source: Path, archive: Path) -> None:
    (kept,) = (path for path in (source / "evidence").rglob("*") if path.is_file())
    sha256, content = kept.name, kept.read_bytes()
    kept.unlink()
    with in_use.shared(source):
        unknown = run(source, "restore", str(archive), "--only", "0" * 64)
        done = run(source, "restore", str(archive), "--only", sha256)
    assert (unknown.exit_code, "holds no file" in unknown.output) == (2, True)
    assert done.exit_code == 0, done.output
    assert kept.read_bytes() == content
    assert not list(source.glob("*.part"))
