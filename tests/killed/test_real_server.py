"""`verifier serve` killed within an upload, a signature, a migration: after the next start it is old or new, and offers it again."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, inspect, select, text

from tests import make
from tests.concurrency.browser import Answer, Browser, sit_down
from tests.conftest import settings_in
from tests.findings.builders import jpeg
from tests.house.old_database import RENAMED
from tests.journeys.server import _wait, free_port
from tests.killed import operations
from tests.killed.park import small_park
from tests.people import Cast, settle
from tests.statement.builders import PASSPHRASE
from verifier.app import create_app
from verifier.audit import written_rows
from verifier.audit.queries import verify
from verifier.db import db, utcnow, write_transaction
from verifier.engagements.models import Engagement
from verifier.evidence.models import Photo
from verifier.maintenance.sweep import left_over, missing_files
from verifier.reports.models import ReportVersion
from verifier.statement.models import Signature

pytestmark = pytest.mark.hold

VERIFIER = str(Path(sys.executable).with_name("verifier"))


@contextmanager
def serving(instance: Path, *crash_at: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """gunicorn with one process that answers; in the end all of it is killed, as a power cut would."""
    port = free_port()
    settings = {"VERIFIER_INSTANCE": str(instance), "VERIFIER_PORT": str(port), "VERIFIER_FAILPOINT": ",".join(crash_at)}
    log = (instance / "server.log").open("a")
    served = subprocess.Popen(
        [VERIFIER, "serve", "--workers", "1"], env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, served)
        yield address, served
    finally:
        os.killpg(served.pid, signal.SIGKILL)
        served.wait()
        log.close()


@dataclass(frozen=True)
class Sent:
    """A page with a form, what is filled in, where a process dies in the middle of it, and what counts when it is done."""

    who: str
    page: str
    table: type
    dies_at: str
    asks: str

    def send(self, app: Flask, address: str, case: UUID, unit_year: UUID) -> Answer:
        """Open the page and send its form."""
        browser = self.sit(app, address)
        page = browser.get(self.page.format(case=case, unit_year=unit_year))
        assert page.status == 200
        assert self.asks in page.text
        where, values, upload = self.page.format(case=case, unit_year=unit_year), {"once": page.hidden("once")}, None
        if self.table is Signature:
            where, values = where + "/certify", values | {"passphrase": PASSPHRASE, "code": operations.code_of(Cast().lead)}
            db.session.rollback()
        elif self.table is Photo:
            values, upload = values | {"caption": "Gas meter"}, ("photos", "blue.jpg", jpeg("blue"))
        else:
            values, upload = values | {"note": "corrected"}, ("workbook", "park-2021.xlsx", small_park("corrected").read_bytes())
        try:
            return browser.post(where, values, upload)
        finally:
            browser.leave()

    def sit(self, app: Flask, address: str) -> Browser:
        return sit_down(app, address, getattr(Cast(), self.who))


PHOTO = Sent(
    "verifier", "/cases/{case}/photos/new?subject_kind=checklist_item&subject_id=data", Photo, "insert.photo.after", 'name="photos"'
)
REPORT = Sent("contact", "/reports/{unit_year}/hand-in", ReportVersion, "insert.report_version.after", 'name="workbook"')
SIGNATURE = Sent("lead", "/cases/{case}/signing", Signature, "insert.signature.after", 'name="passphrase"')


@pytest.mark.parametrize(("before", "forms"), [("add a photo", (PHOTO, REPORT)), ("certify", (SIGNATURE,))])
def test_a_real_server_killed_within_a_action_has_done_nothing_and_offers_it_again(
    app: Flask, before: str, forms: tuple[Sent, ...]
) -> None:
    case = operations.ACTIONS[before].prepare(Cast())
    case_id, unit_year = case.id, case.unit_year_id
    db.session.commit()
    instance = app.extensions["verifier"].settings.instance
    counted = [held(form) for form in forms]
    with serving(instance, *(form.dies_at for form in forms)) as (address, served):
        for form in forms:
            with pytest.raises((HTTPException, ConnectionError)):
                form.send(app, address, case_id, unit_year)
            _wait(address, served)
    assert [held(form) for form in forms] == counted
    with serving(instance) as (address, _served):
        for form in forms:
            assert form.send(app, address, case_id, unit_year).status == 303
    assert [held(form) for form in forms] == [count + 1 for count in counted]
    here = app.extensions["verifier"]
    assert [verdict for verdict in verify(here.checkpoints) if verdict.broken] == []
    assert missing_files(here.store) == []
    assert left_over(here, utcnow() - timedelta(hours=1)) == []
    db.session.rollback()
    assert db.session.scalars(select(Engagement.stage)).one() == ("to_countersign" if before == "certify" else "checking")


def held(form: Sent) -> int:
    """How many of its rows there are."""
    count = db.session.scalar(select(func.count()).select_from(form.table)) or 0
    db.session.rollback()
    db.session.remove()
    db.engine.dispose()
    return count


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An installation at the first migration, with the rows of a case under way in it."""
    new, home = tmp_path / "new", tmp_path / "old"
    for folder, revision in ((new, "head"), (home, "0001")):
        made = create_app(settings_in(folder), testing=True)
        with made.app_context():
            write_transaction.set(True)
            upgrade(revision=revision)
            if folder is new:
                with pytest.MonkeyPatch.context() as version_of_then:  # its trail rows carried no hashes of domain rows
                    version_of_then.setattr(written_rows, "pending", dict)
                    settle()
                    make.with_trail(make.engagement(Cast(), workbook=small_park()))
                    db.session.commit()
            db.session.remove()
            db.engine.dispose()
    carry_over(new / "verifier.sqlite", home / "verifier.sqlite")
    for name in ("heads", "keys", "evidence", "secret.key"):
        subprocess.run(["cp", "-a", "-T", str(new / name), str(home / name)], check=True)
    return home


MOVED = {"finding_photo", "trail_row"}
"""Tables whose rows later revisions keep in another one, or to which a start adds: it begins to record what is stored."""


def carry_over(source: Path, into: Path) -> None:
    """Copy the rows of every table that the older shape has, by the columns it has."""
    shapes = [inspect(create_engine(f"sqlite:///{file}")) for file in (source, into)]
    theirs, ours = (
        {table: [column["name"] for column in shape.get_columns(table)] for table in shape.get_table_names()} for shape in shapes
    )
    with sqlite3.connect(into) as connection:
        connection.execute("ATTACH ? AS newer", (str(source),))
        for table in ours.keys() & theirs.keys() - {"alembic_version"}:
            named = {column: RENAMED.get(table, {}).get(column, column) for column in ours[table]}
            kept = {column: newer for column, newer in named.items() if newer in theirs[table]}
            connection.execute(f"INSERT INTO main.{table} ({', '.join(kept)}) SELECT {', '.join(kept.values())} FROM newer.{table}")
    connection.close()


def contents(file: Path) -> tuple[str, dict[str, int]]:
    """The revision of a database file and how many rows its tables hold."""
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    with engine.connect() as connection:
        revision = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        rows = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}
    engine.dispose()
    return revision, rows


def test_a_server_killed_while_it_migrates_is_migrated_by_the_next_start_and_the_database_before_is_kept(old: Path) -> None:
    kept, before = old / "before-migration-0001.sqlite", contents(old / "verifier.sqlite")
    assert before[1]["reported_source"] == 4
    for place, copied in (("migration.copied", False), ("commit.before", True)):
        killed = subprocess.run([VERIFIER, "serve"], env={**os.environ, "VERIFIER_INSTANCE": str(old), "VERIFIER_FAILPOINT": place})
        assert killed.returncode == -signal.SIGKILL, place
        assert contents(old / "verifier.sqlite") == before, place
        assert kept.exists() == copied, place
    with serving(old):
        pass
    revision, rows = contents(old / "verifier.sqlite")
    assert revision != "0001"
    assert {name: rows[name] for name in before[1].keys() - MOVED} == {
        name: count for name, count in before[1].items() if name not in MOVED
    }
    assert contents(kept) == before
    assert kept.stat().st_mode & 0o077 == 0
    assert [path.name for path in old.glob("*.part")] == []
    app = create_app(settings_in(old), testing=True)
    with app.app_context():
        assert [verdict for verdict in verify(app.extensions["verifier"].checkpoints) if verdict.broken] == []
        db.session.remove()
        db.engine.dispose()
