"""`verifier backup`, `restore`, `sweep` and `doctor`. Exit codes: 0 success, 1 problems found, 2 not possible."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from verifier import config
from verifier.app import create_app
from verifier.audit import recording, recovery
from verifier.db import db, utcnow, write_transaction, writing
from verifier.maintenance import audit_verification, existing
from verifier.maintenance import backup as backups
from verifier.maintenance import restore as restores
from verifier.maintenance.archive import Unfit
from verifier.maintenance.diagnostics import doctor as doctors
from verifier.maintenance.sweep import sweep
from verifier.reports import number_rows

FOUND, CANNOT = 1, 2
STORAGE = frozenset({EROFS, ENOSPC, EDQUOT, EACCES, EPERM})
"""Errors of the disk or of its permissions, which a command reports in a sentence."""
FILE = click.Path(path_type=Path, dir_okay=False)


def fail_with(sentence: str) -> NoReturn:
    """Say why the installation cannot be used, and end."""
    click.echo(sentence, err=True)
    sys.exit(CANNOT)


@contextmanager
def opened(*, newest: bool = False) -> Iterator[Flask]:
    """The app of this installation, with its database migrated if `newest`, else to read only; connections are closed at the end."""
    try:
        settings = config.from_environment() if newest else existing.settings()
        existing.refuse_new_keys(settings)
        app = create_app(settings)
    except config.WrongInstance as wrong:
        fail_with(str(wrong))
    except PermissionError as error:
        fail_with(f"{error.filename} cannot be written: {error.strerror}.")
    except OSError as error:
        fail_with(f"{error.filename or config.instance_folder()}: {error.strerror}.")
    with app.app_context():
        token = write_transaction.set(newest)
        try:
            if newest:
                upgrade()
                number_rows.write_missing()
                if not recording.is_marked():
                    recording.begin(now=utcnow())
                    db.session.commit()
            yield app
        except OperationalError as error:
            fail_with(f"The database cannot be used: {error.orig}. Check VERIFIER_INSTANCE, its permissions and the free space.")
        except OSError as error:
            if error.errno not in STORAGE:
                raise
            fail_with(f"{error.filename or settings.instance} cannot be written: {error.strerror}.")
        finally:
            write_transaction.reset(token)
            db.session.remove()
            db.engine.dispose()


@click.command("backup")
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write a complete backup to one archive while the app runs; FILE contains secrets, so store it securely."""
    with opened():
        try:
            archive = backups.backup(file.absolute(), now=utcnow())
        except (Unfit, OSError) as error:
            click.echo(f"No backup was created: {error}", err=True)
            sys.exit(CANNOT)
    click.echo(f"{file}: {archive.files} files, {archive.size} bytes, SHA-256 {archive.sha256}")
    for digest in archive.unsound:
        click.echo(f"Missing or altered, not included in the backup: {digest}", err=True)
    sys.exit(FOUND if archive.unsound else 0)


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Replace the existing installation, which is moved aside.")
def restore(file: Path, replace: bool) -> None:
    """Restore this installation from a backup: checksums are verified first; all or nothing is restored. Stop the app first."""
    try:
        done = restores.restore(file.absolute(), restores.target(os.environ), replace=replace, now=utcnow())
    except (Unfit, OSError) as error:
        click.echo(f"Nothing was changed: {error}", err=True)
        sys.exit(CANNOT)
    if done.before:
        click.echo(f"The previous installation has been moved to {done.before}")
    with opened() as app:
        with writing():
            upgrade()
        recovery.sign_missing(app.extensions["verifier"].checkpoints, backed_up_at=done.backed_up_at)
        db.session.rollback()
        broken = [line for problem, line in audit_verification.verified(app.extensions["verifier"]) if problem]
    for line in broken:
        click.echo(line, err=True)
    click.echo("Restored." if not broken else "Restored, but some audit trails failed verification: see above.")
    sys.exit(FOUND if broken else 0)


@click.command("sweep")
def sweep_up() -> None:
    """Remove files left behind by an interrupted process; `serve` does this at start."""
    with opened():
        done = sweep(now=utcnow())
    for what, names in (("removed", (*done.evidence, *done.files)), ("checkpoint signed", done.signed)):
        for name in names:
            click.echo(f"{what}: {name}")


@click.command("doctor")
@click.option("--all", "everything", is_flag=True, help="Read every evidence file, not a sample.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(everything: bool, as_json: bool) -> None:
    """List problems of this installation with their remedies; changes nothing."""
    problems = doctors.examine(os.environ, everything=everything)
    if as_json:
        click.echo(json.dumps([each.as_json() for each in problems], ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            click.echo(f"{problem.grade}: {problem.what}\n  {problem.do}")
        click.echo("No problems found." if not problems else f"{len(problems)} problems found.")
    sys.exit(doctors.exit_code(problems))


def at_start(app: Flask) -> None:
    """Clean up before serving; files in an object store are left to `verifier sweep`, because its client does not survive a fork."""
    with app.app_context():
        sweep(now=utcnow(), store=app.extensions["verifier"].store.root is not None)


COMMANDS = (backup, restore, sweep_up, doctor)
