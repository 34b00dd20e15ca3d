"""`verifier doctor`: what is wrong with an installation, each with what to do; looks only, changes nothing."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from verifier import config
from verifier.app import create_app
from verifier.config import Settings
from verifier.db import db, writes_wanted
from verifier.maintenance.diagnostics import environment, stored_data
from verifier.maintenance.diagnostics.environment import Grade, Problem

LOOKS_AT: tuple[Callable[[Settings], Iterator[Problem]], ...] = (
    environment.contradictions,
    environment.permissions,
    environment.keys,
    environment.room,
    environment.fonts,
    environment.programs,
    environment.packs,
)
"""What can be looked at without the app."""


def examine(environ: Mapping[str, str], *, everything: bool = False) -> list[Problem]:
    """Every ailment, the worst first; where the installation cannot be looked into, that is the worst."""
    instance = Path(environ.get("VERIFIER_INSTANCE") or "instance").resolve()
    if not instance.is_dir():
        return [
            Problem(
                "instance.missing",
                Grade.CANNOT,
                f"There is no installation in {instance}.",
                "Set VERIFIER_INSTANCE to its folder, or start `verifier serve` to make one.",
            )
        ]
    try:
        settings = config.from_environment({**environ, "VERIFIER_SECRET_KEY": environ.get("VERIFIER_SECRET_KEY") or _secret(instance)})
    except ValueError as error:
        return [Problem("settings.unreadable", Grade.CANNOT, f"A setting cannot be read: {error}.", "See docs/settings.md for its values.")]
    found = [ailment for look in LOOKS_AT for ailment in look(settings)]
    if not any(ailment.code.startswith("keys.trail") for ailment in found):
        found += _inside(settings, everything)
    return sorted(found, key=lambda ailment: list(Grade).index(ailment.grade))


def exit_code(found: list[Problem]) -> int:
    """0 nothing, 1 something, 2 where the installation could not be looked into."""
    return 2 if any(each.grade is Grade.CANNOT for each in found) else 1 if found else 0


def _secret(instance: Path) -> str:
    """The secret that is there; the look at the keys says when there is none."""
    file = instance / "secret.key"
    return (file.read_text().strip() if file.is_file() and os.access(file, os.R_OK) else "") or "none"


def _inside(settings: Settings, everything: bool) -> Iterator[Problem]:
    """What needs the database and the store."""
    file = stored_data.database.sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        yield Problem(
            "database.missing",
            Grade.CANNOT,
            f"The database {file} is not there.",
            "Restore a backup with `verifier restore`, or start `verifier serve` where there never was one.",
        )
        return
    try:
        app = create_app(settings)
    except Exception as error:
        yield Problem("app.refuses", Grade.CANNOT, f"The app does not start: {type(error).__name__}: {error}", "Mend what it names.")
        return
    with app.app_context():
        wanted = writes_wanted.set(False)
        try:
            yield from _looked(app, everything)
        finally:
            writes_wanted.reset(wanted)
            db.session.remove()
            db.engine.dispose()


def _looked(app: Flask, everything: bool) -> Iterator[Problem]:
    try:
        shape = list(stored_data.shape(app))
        yield from shape
        if any(ailment.code in ("database.old", "database.damaged") for ailment in shape):
            return
        yield from stored_data.trails(app)
        yield from stored_data.cases(app)
        yield from stored_data.evidence(app, everything)
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            yield Problem("database.damaged", Grade.BROKEN, f"The database is damaged: {error.orig}", "Stop the app and restore a backup.")
            return
        yield Problem(
            "database.unreachable",
            Grade.CANNOT,
            f"The database does not answer: {error.orig}",
            "Look at VERIFIER_DATABASE_URL, whether the server runs, and who may read the file.",
        )
    except SQLAlchemyError as error:
        yield Problem(
            "database.unreachable",
            Grade.CANNOT,
            f"The database does not answer: {type(error).__name__}.",
            "Look at VERIFIER_DATABASE_URL, whether the server runs, and who may read the file.",
        )
