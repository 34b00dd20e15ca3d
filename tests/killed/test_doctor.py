"""Each ailment is named by the doctor with what to do, and a healthy installation has none."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.people import Cast, actor
from tests.statement.builders import settle_authority
from verifier.audit.actions import record
from verifier.cli.online import main
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.evidence import actions as evidence
from verifier.maintenance.diagnostics import environment as signs

pytestmark = pytest.mark.hold


def doctor(instance: Path, **environment: str) -> tuple[int, dict[str, str]]:
    """Exit code, and what to do about each ailment by its code."""
    done = CliRunner().invoke(main, ["doctor", "--json", "--all"], env={"VERIFIER_INSTANCE": str(instance), **environment})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, {each["code"]: each["do"] for each in json.loads(done.output)}


@pytest.fixture
def home(app: Flask) -> Path:
    """A healthy installation with a file, a trail and an authority, nobody working on it."""
    settle_authority()
    evidence.keep(b"the only file", "text/plain", now=utcnow())
    for _ in range(2):
        record("test:row:kept", actor(Cast().lead), Subject("case", "1"), now=utcnow())
        db.session.commit()
    db.session.remove()
    db.engine.dispose()
    instance: Path = app.extensions["verifier"].settings.instance
    for path in (instance, instance / "heads", instance / "keys", instance / "keys" / "authority"):
        path.chmod(0o700)
    return instance


def sql(*statements: str) -> Callable[[Path], None]:
    """Done to the database file behind the app's back."""

    def harm(home: Path) -> None:
        with sqlite3.connect(home / "verifier.sqlite") as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    return harm


def the_file(home: Path) -> Path:
    return next(path for path in (home / "evidence").glob("??/*") if path.is_file())


def altered(home: Path) -> None:
    the_file(home).chmod(0o600)
    the_file(home).write_bytes(b"another file")


def old_orphan(home: Path) -> None:
    folder = home / "evidence" / "ab"
    folder.mkdir(exist_ok=True)
    (folder / ("ab" + "0" * 62)).write_bytes(b"x")
    os.utime(folder / ("ab" + "0" * 62), (1, 1))


def own_pack(home: Path) -> None:
    (home / "rulepacks" / "mine").mkdir(parents=True)
    (home / "rulepacks" / "mine" / "2021.toml").write_text('id = "mine/2021"\n')


def last_heads_cut(home: Path) -> None:
    for log in (home / "heads").glob("*.log"):
        log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))


def torn_index(home: Path) -> None:
    index = home / "heads" / "trails.index"
    index.write_text("".join(index.read_text().splitlines(keepends=True)[1:]))


def torn_database(home: Path) -> None:
    data = bytearray((home / "verifier.sqlite").read_bytes())
    data[4096 * 3 : 4096 * 12] = b"\xff" * 4096 * 9
    (home / "verifier.sqlite").write_bytes(data)


AILMENTS: list[tuple[str, Callable[[Path], object], int]] = [
    ("permissions.open", lambda home: (home / "secret.key").chmod(0o644), 1),
    ("permissions.open", lambda home: (home / "keys" / "trail.pem").chmod(0o640), 1),
    ("keys.secret", lambda home: (home / "secret.key").write_text(""), 1),
    ("keys.trail_missing", lambda home: (home / "keys" / "trail.pem").unlink(), 1),
    ("keys.trail_unreadable", lambda home: (home / "keys" / "trail.pem").write_text("no key"), 1),
    ("keys.authority_missing", lambda home: (home / "keys" / "authority" / "root.cert.pem").unlink(), 1),
    ("keys.authority_unreadable", lambda home: (home / "secret.key").write_text("s" * 64), 1),
    ("database.missing", lambda home: (home / "verifier.sqlite").unlink(), 2),
    ("database.damaged", torn_database, 1),
    ("database.old", sql("UPDATE alembic_version SET version_num = '0001'"), 1),
    ("database.trigger", sql("DROP TRIGGER trail_row_no_update"), 1),
    ("trails.broken", sql("DROP TRIGGER trail_row_no_update", "UPDATE trail_row SET actor_name = 'x'"), 1),
    ("trails.broken", lambda home: [log.unlink() for log in (home / "heads").glob("*.log")], 1),
    ("trails.unsigned", last_heads_cut, 1),
    ("trails.index", torn_index, 1),
    ("evidence.missing", lambda home: the_file(home).unlink(), 1),
    ("evidence.altered", altered, 1),
    ("evidence.left_over", old_orphan, 1),
    ("packs.malformed", own_pack, 1),
    ("instance.missing", shutil.rmtree, 2),
]


def test_a_healthy_installation_has_nothing_wrong(home: Path) -> None:
    assert doctor(home) == (0, {})
    told = CliRunner().invoke(main, ["doctor"], env={"VERIFIER_INSTANCE": str(home)})
    assert told.output == "No problems found.\n"


@pytest.mark.parametrize(("code", "harm", "ends"), AILMENTS, ids=[row[0] for row in AILMENTS])
def test_an_ailment_is_named_with_what_to_do(home: Path, code: str, harm: Callable[[Path], object], ends: int) -> None:
    harm(home)
    exit_code, found = doctor(home)
    assert (exit_code, code in found) == (ends, True), found
    assert found[code].endswith(".")


CONTRADICTIONS = [
    ("settings.tls_public_url", {"VERIFIER_TRUSTED_PROXIES": "1", "VERIFIER_BEHIND_TLS": "1", "VERIFIER_PUBLIC_URL": "http://x.example"}),
    ("settings.public_url_tls", {"VERIFIER_PUBLIC_URL": "https://x.example"}),
    ("settings.proxies", {"VERIFIER_BEHIND_TLS": "1", "VERIFIER_PUBLIC_URL": "https://x.example"}),
    ("settings.open_http", {"VERIFIER_HOST": "0.0.0.0"}),
    ("settings.idle", {"VERIFIER_IDLE_MINUTES": "9999"}),
    ("settings.crash", {"VERIFIER_FAILPOINT": "nowhere"}),
]


@pytest.mark.parametrize(("code", "settings"), CONTRADICTIONS, ids=[row[0] for row in CONTRADICTIONS])
def test_settings_that_contradict_each_other_are_named(home: Path, code: str, settings: dict[str, str]) -> None:
    exit_code, found = doctor(home, **settings)
    assert (exit_code, [each for each in found if each != "demo.public"]) == (1, [code])


def test_a_setting_that_cannot_be_read_and_a_database_out_of_reach_end_with_two(home: Path) -> None:
    assert doctor(home, VERIFIER_PORT="a lot")[0] == 2
    exit_code, found = doctor(home, VERIFIER_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert (exit_code, "database.unreachable" in found) == (2, True)


def test_little_room_missing_fonts_and_missing_programs_are_named(
    home: Path, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LEAST_FREE", 1 << 62)
    assert list(doctor(home)[1]) == ["room.little"]
    monkeypatch.undo()
    shutil.copytree(signs.FONTS, tmp_path / "fonts")
    (tmp_path / "fonts" / "NotoSansSC-Bold.ttf").write_bytes(b"no font")
    monkeypatch.setattr(signs, "FONTS", tmp_path / "fonts")
    assert list(doctor(home)[1]) == ["fonts.missing"]
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "programs.missing" in doctor(home, VERIFIER_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")[1]


def test_the_doctor_changes_nothing(home: Path) -> None:
    before = sorted(str(path) for path in home.rglob("*"))
    doctor(home)
    left = [path for path in sorted(str(path) for path in home.rglob("*")) if not path.endswith(("-wal", "-shm"))]
    assert left == [path for path in before if not path.endswith(("-wal", "-shm"))]
    with sqlite3.connect(home / "verifier.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM stored_file").fetchone()[0] == 1
    connection.close()
