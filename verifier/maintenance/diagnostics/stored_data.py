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
from verifier.maintenance.audit_verification import row_line, signed_line, trail_fault
from verifier.maintenance.diagnostics.environment import Grade, Problem
from verifier.maintenance.sweep import GRACE, left_over
from verifier.migrations.triggers import KEPT
from verifier.registry.models import ProgrammeYear
from verifier.rulepacks.load import pinned
from verifier.statement.integrity import verify_signed
from verifier.statement.signing.certificate_authority import ROOT_KEY, open_key
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import ngettext

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
            yield Problem(
                "database.damaged",
                Grade.BROKEN,
                _("The database is damaged: %(reason)s", reason=result),
                _("Stop the app and restore a backup."),
            )
            return
    newest = ScriptDirectory(str(app.extensions["migrate"].directory)).get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found != newest:
        yield Problem(
            "database.old",
            Grade.BROKEN,
            _("The database is at migration %(found)s; this version needs %(newest)s.", found=found or _("none"), newest=newest),
            _("Start `verifier serve`: it migrates. If the database is newer, install the version that created it."),
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
                _("The trigger %(name)s is missing: audit trail rows could be changed.", name=name),
                _("Find out why it was removed, run `verifier audit verify`, then `verifier serve`, which recreates it."),
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
            where = trail_fault(verdict.broken)
            yield Problem(
                "trails.broken",
                Grade.BROKEN,
                _("Audit trail %(trail)s failed verification at %(where)s.", trail=verdict.trail, where=where),
                _("Do not change the database or heads/; compare with a backup to find what was altered."),
            )
    try:
        here.checkpoints.index.steps()
    except Torn:
        yield Problem(
            "trails.index",
            Grade.BROKEN,
            _("The index of audit trails in heads/ was changed: new audit trails cannot be signed."),
            _("Do not change it; compare it with a backup and restore heads/ from one."),
        )
    for trail in sorted(late):
        yield Problem(
            "trails.unsigned",
            Grade.CARE,
            _("The last rows of audit trail %(trail)s are not signed: a process was interrupted.", trail=trail),
            _("Start `verifier serve` or run `verifier sweep`: it signs verified rows."),
        )


def rows(app: Flask) -> Iterator[Problem]:
    """Every domain row is as its trail recorded it, and every issued statement says what was signed."""
    lines = [row_line(each) for each in verify_rows()] + [signed_line(number, value) for number, value in verify_signed()]
    for line in lines:
        yield Problem(
            "rows.altered",
            Grade.BROKEN,
            _("A stored record is not as it was recorded: %(line)s.", line=line),
            _("Do not change the database; compare with a backup, and restore the record or the backup."),
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
                _("Rule pack %(pack)s is missing or differs from the one cases were opened with.", pack=pack_id),
                _("Restore the original pack: packs are superseded, never edited."),
            )
    file = app.extensions["verifier"].settings.instance / "keys" / "authority" / ROOT_KEY
    if file.exists():
        try:
            open_key(file.read_bytes(), crypto.key("authority").hex())
        except Refusal:
            yield Problem(
                "keys.authority_unreadable",
                Grade.BROKEN,
                _("The secret key cannot decrypt the certificate authority's key."),
                _("Restore secret.key and keys/ from the same backup."),
            )


def clock() -> Iterator[Problem]:
    """Codes used at a time that has not come yet: the clock was ahead, or is behind now."""
    ahead = select(func.count()).select_from(User).where(User.totp_last_step > secondfactor.latest_step(utcnow()))
    if count := db.session.scalar(ahead):
        yield Problem(
            "clock.set_back",
            Grade.CARE,
            ngettext(
                "The clock of this machine has been set back: %(num)d person used a code of a time that has not come yet.",
                "The clock of this machine has been set back: %(num)d people used codes of a time that has not come yet.",
                count,
            ),
            _(
                "Check that the clock is right and synchronised: due dates, signatures and codes depend on it. "
                "Sign-in accepts today's codes."
            ),
        )


def evidence(app: Flask, everything: bool) -> Iterator[Problem]:
    """Referenced files exist unaltered (all or a sample); unreferenced files are reported."""
    store = app.extensions["verifier"].store
    try:
        there = {stored.digest: stored for stored in store.listed() if stored.digest}
    except Exception as error:
        yield Problem(
            "evidence.unreachable",
            Grade.CANNOT,
            _("The file storage fails: %(reason)s.", reason=type(error).__name__),
            _("Check VERIFIER_STORE_URL."),
        )
        return
    named = list(db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)))
    missing = [digest for digest in named if digest not in there]
    found = [digest for digest in named if digest in there]
    looked = found if everything or len(found) <= SAMPLE else SystemRandom().sample(found, SAMPLE)
    for digest in missing:
        yield Problem(
            "evidence.missing",
            Grade.BROKEN,
            _("The file %(sha256)s is missing.", sha256=digest),
            _("Copy it from a backup into the store."),
        )
    for digest in looked:
        try:
            store.get(digest)
        except Refusal:
            yield Problem(
                "evidence.altered",
                Grade.BROKEN,
                _("The file %(sha256)s is no longer identical to the uploaded file.", sha256=digest),
                _("Move it aside, copy it from a backup, and find out what changed it."),
            )
    for name in left_over(app.extensions["verifier"], utcnow() - GRACE):
        yield Problem(
            "evidence.left_over",
            Grade.CARE,
            _("%(name)s is not referenced: a process was interrupted.", name=name),
            _("Run `verifier sweep`."),
        )
