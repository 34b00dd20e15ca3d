"""Checks of stored data: database schema, audit trails and their checkpoints, evidence, leftovers of interrupted processes."""

from collections.abc import Iterator
from random import SystemRandom

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import func, inspect, select, text, union

from verifier.accounts.authentication import crypto, secondfactor
from verifier.accounts.models import User
from verifier.audit import recovery
from verifier.audit.queries import verify
from verifier.audit.row_verification import verify_rows
from verifier.audit.trail_index import Torn
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.models import StoredFile
from verifier.maintenance import database
from verifier.maintenance.audit_verification import row_line
from verifier.maintenance.diagnostics.environment import Grade, Problem
from verifier.maintenance.sweep import GRACE, left_over
from verifier.migrations.triggers import KEPT
from verifier.registry.models import ProgrammeYear
from verifier.rulepacks.load import pinned
from verifier.statement.integrity import verify_signed
from verifier.statement.signing.certificate_authority import ROOT_KEY, open_key

SAMPLE = 200
TRIGGERS = {"sqlite": ("no_update", "no_delete"), "postgresql": ("no_change", "no_truncate")}
__all__ = ["cases", "clock", "database", "evidence", "rows", "shape", "trails"]


def shape(app: Flask) -> Iterator[Problem]:
    """The database is undamaged, at the newest migration, and the audit trail triggers exist."""
    connection = db.session.connection()
    kind = connection.dialect.name
    if kind == "sqlite":
        result = connection.exec_driver_sql("PRAGMA quick_check").scalar()
        if result != "ok":
            yield Problem("database.damaged", Grade.BROKEN, f"The database file is damaged: {result}", "Stop the app and restore a backup.")
            return
    newest = ScriptDirectory(str(app.extensions["migrate"].directory)).get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found != newest:
        yield Problem(
            "database.old",
            Grade.BROKEN,
            f"The database is at migration {found or 'none'}; this version needs {newest}.",
            "Start `verifier serve`: it migrates. If the database is newer, install the version that created it.",
        )
        return
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if kind == "sqlite" else "SELECT tgname FROM pg_trigger"
    there = set(db.session.scalars(text(query)))
    tables = set(inspect(connection).get_table_names())
    for name in (f"{table}_{action}" for table in KEPT if table in tables for action in TRIGGERS[kind]):
        if name not in there:
            yield Problem(
                "database.trigger",
                Grade.BROKEN,
                f"The trigger {name} is missing: audit trail rows could be changed.",
                "Find out why it was removed, run `verifier audit verify`, then `verifier serve`, which recreates it.",
            )


def trails(app: Flask) -> Iterator[Problem]:
    """Every audit trail verifies and is signed to its last row."""
    here = app.extensions["verifier"]
    late = {
        head.trail
        for head in recovery.behind(here.checkpoints)
        if any(here.checkpoints.signed_heads(head.trail)) or here.checkpoints.may_begin(head.trail)
    }
    for verdict in verify(here.checkpoints):
        if verdict.broken and not (verdict.trail in late and not list(here.checkpoints.signed_heads(verdict.trail))):
            where = f"row {verdict.broken.number}: {verdict.broken.fault}"
            yield Problem(
                "trails.broken",
                Grade.BROKEN,
                f"Audit trail {verdict.trail} failed verification at {where}.",
                "Do not change the database or heads/; compare with a backup to find what was altered.",
            )
    try:
        here.checkpoints.index.steps()
    except Torn:
        yield Problem(
            "trails.index",
            Grade.BROKEN,
            "The index of audit trails in heads/ was changed: new audit trails cannot be signed.",
            "Do not change it; compare it with a backup and restore heads/ from one.",
        )
    for trail in sorted(late):
        yield Problem(
            "trails.unsigned",
            Grade.CARE,
            f"The last rows of audit trail {trail} are not signed: a process was interrupted.",
            "Start `verifier serve` or run `verifier sweep`: it signs verified rows.",
        )


def rows(app: Flask) -> Iterator[Problem]:
    """Every domain row is as its trail recorded it, and every issued statement says what was signed."""
    lines = [row_line(each) for each in verify_rows()] + [f"statement {number}: {reason}" for number, reason in verify_signed()]
    for line in lines:
        yield Problem(
            "rows.altered",
            Grade.BROKEN,
            f"A stored record is not as it was recorded: {line}.",
            "Do not change the database; compare with a backup, and restore the record or the backup.",
        )


def cases(app: Flask) -> Iterator[Problem]:
    """The packs that cases and years were opened with, unchanged; and an authority whose key the secret opens."""
    of = [select(row.pack_id, row.pack_sha256) for row in (Engagement, ProgrammeYear)]
    for pack_id, digest in db.session.execute(union(*of)):
        try:
            pinned(pack_id, digest)
        except Refusal:
            yield Problem(
                "packs.changed",
                Grade.BROKEN,
                f"Rule pack {pack_id} is missing or differs from the one cases were opened with.",
                "Restore the original pack: packs are superseded, never edited.",
            )
    file = app.extensions["verifier"].settings.instance / "keys" / "authority" / ROOT_KEY
    if file.exists():
        try:
            open_key(file.read_bytes(), crypto.key("authority").hex())
        except Refusal:
            yield Problem(
                "keys.authority_unreadable",
                Grade.BROKEN,
                "The secret key cannot decrypt the certificate authority's key.",
                "Restore secret.key and keys/ from the same backup.",
            )


def clock() -> Iterator[Problem]:
    """Codes used at a time that has not come yet: the clock was ahead, or is behind now."""
    ahead = select(func.count()).select_from(User).where(User.totp_last_step > secondfactor.latest_step(utcnow()))
    if count := db.session.scalar(ahead):
        yield Problem(
            "clock.set_back",
            Grade.CARE,
            f"The clock of this machine has been set back: {count} people used codes of a time that has not come yet.",
            "Check that the clock is right and synchronised: due dates, signatures and codes depend on it. Sign-in accepts today's codes.",
        )


def evidence(app: Flask, everything: bool) -> Iterator[Problem]:
    """Referenced files exist unaltered (all or a sample); unreferenced files are reported."""
    store = app.extensions["verifier"].store
    try:
        there = {stored.digest: stored for stored in store.listed() if stored.digest}
    except Exception as error:
        yield Problem("evidence.unreachable", Grade.CANNOT, f"The file storage fails: {type(error).__name__}.", "Check VERIFIER_STORE_URL.")
        return
    named = list(db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)))
    missing = [digest for digest in named if digest not in there]
    found = [digest for digest in named if digest in there]
    looked = found if everything or len(found) <= SAMPLE else SystemRandom().sample(found, SAMPLE)
    for digest in missing:
        yield Problem("evidence.missing", Grade.BROKEN, f"The file {digest} is missing.", "Copy it from a backup into the store.")
    for digest in looked:
        try:
            store.get(digest)
        except Refusal:
            yield Problem(
                "evidence.altered",
                Grade.BROKEN,
                f"The file {digest} is no longer identical to the uploaded file.",
                "Move it aside, copy it from a backup, and find out what changed it.",
            )
    for name in left_over(app.extensions["verifier"], utcnow() - GRACE):
        yield Problem("evidence.left_over", Grade.CARE, f"{name} is not referenced: a process was interrupted.", "Run `verifier sweep`.")
