"""`verifier doctor`: lists problems of an installation with their remedies; read-only."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from verifier import config
from verifier.app import create_app
from verifier.config import Settings
from verifier.db import db, write_transaction
from verifier.maintenance import swap
from verifier.maintenance.diagnostics import environment, stored_data
from verifier.maintenance.diagnostics.environment import Grade, Problem
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import marked as _l
from verifier.terminal.sentences import message_text

LOOKS_AT: tuple[Callable[[Settings], Iterator[Problem]], ...] = (
    environment.contradictions,
    environment.mail,
    environment.demo,
    environment.permissions,
    environment.keys,
    environment.room,
    environment.fonts,
    environment.programs,
    environment.packs,
)
"""Checks that do not need the app."""
RESTORE_AGAIN = _l("Run `verifier restore FILE --replace` again; it begins with what was there before.")
CHECK_DATABASE = _l("Check VERIFIER_DATABASE_URL, that the server is running, and the file permissions.")


def examine(environ: Mapping[str, str], *, everything: bool = False) -> list[Problem]:
    """All problems, the most severe first; an installation that cannot be examined is the most severe."""
    instance = Path(environ.get("VERIFIER_INSTANCE") or "instance").resolve()
    if not instance.is_dir():
        return [
            Problem(
                "instance.missing",
                Grade.CANNOT,
                _("No installation found in %(folder)s.", folder=instance),
                _("Set VERIFIER_INSTANCE to its folder, or start `verifier serve` to create one."),
            )
        ]
    if swap.is_interrupted(instance):
        return [
            Problem(
                "instance.restore_interrupted",
                Grade.CANNOT,
                _("A restore of %(folder)s was interrupted.", folder=instance),
                _(RESTORE_AGAIN),
            )
        ]
    try:
        settings = config.from_environment({**environ, "VERIFIER_SECRET_KEY": environ.get("VERIFIER_SECRET_KEY") or _secret(instance)})
    except config.WrongInstance as wrong:
        what, do = message_text(wrong.message, wrong.values), _("Make it writable and owned by the account the app runs as.")
        return [Problem("instance.unusable", Grade.CANNOT, what, do)]
    except config.WrongSetting as wrong:
        what, do = message_text(wrong.message, wrong.values), _("See docs/settings.md for its values.")
        return [Problem("settings.unreadable", Grade.CANNOT, what, do)]
    found = [problem for look in LOOKS_AT for problem in look(settings)]
    if not any(problem.code.startswith("keys.trail") for problem in found):
        found += _inside(settings, everything)
    return sorted(found, key=lambda problem: list(Grade).index(problem.grade))


def exit_code(found: list[Problem]) -> int:
    """0 no problems, 1 problems found, 2 the installation could not be examined."""
    return 2 if any(each.grade is Grade.CANNOT for each in found) else 1 if found else 0


def _secret(instance: Path) -> str:
    """The existing secret key; a missing one is reported by the key checks."""
    file = instance / "secret.key"
    return (file.read_text().strip() if file.is_file() and os.access(file, os.R_OK) else "") or "none"


def _inside(settings: Settings, everything: bool) -> Iterator[Problem]:
    """Checks that need the database and the file storage."""
    file = stored_data.database.sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        yield Problem(
            "database.missing",
            Grade.CANNOT,
            _("The database %(file)s is not there.", file=file),
            _("Restore a backup with `verifier restore`, or start `verifier serve` if there was none before."),
        )
        return
    try:
        app = create_app(settings)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        yield Problem("app.refuses", Grade.CANNOT, _("The app does not start: %(reason)s", reason=reason), _("Correct the problem named."))
        return
    with app.app_context():
        token = write_transaction.set(False)
        try:
            yield from _looked(app, everything)
        finally:
            write_transaction.reset(token)
            db.session.remove()
            db.engine.dispose()


def _looked(app: Flask, everything: bool) -> Iterator[Problem]:
    try:
        shape = list(stored_data.shape(app))
        yield from shape
        if any(problem.code in ("database.old", "database.damaged") for problem in shape):
            return
        yield from stored_data.trails(app)
        yield from stored_data.rows(app)
        yield from stored_data.cases(app)
        yield from stored_data.clock()
        yield from stored_data.evidence(app, everything)
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            what = _("The database is damaged: %(reason)s", reason=error.orig)
            yield Problem("database.damaged", Grade.BROKEN, what, _("Stop the app and restore a backup."))
            return
        yield Problem(
            "database.unreachable", Grade.CANNOT, _("The database is not responding: %(reason)s", reason=error.orig), _(CHECK_DATABASE)
        )
    except SQLAlchemyError as error:
        yield Problem(
            "database.unreachable",
            Grade.CANNOT,
            _("The database is not responding: %(reason)s", reason=type(error).__name__),
            _(CHECK_DATABASE),
        )
