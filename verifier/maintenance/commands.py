"""`verifier backup`, `restore`, `sweep` and `doctor`. Exit codes: 0 success, 1 problems found, 2 not possible."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask_babel import force_locale
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from verifier import config
from verifier.app import create_app
from verifier.audit import recording, recovery
from verifier.db import db, utcnow, write_transaction, writing
from verifier.maintenance import audit_verification, existing, in_use, swap
from verifier.maintenance import backup as backups
from verifier.maintenance import restore as restores
from verifier.maintenance.archive import Unfit
from verifier.maintenance.diagnostics import doctor as doctors
from verifier.maintenance.diagnostics.environment import Grade
from verifier.maintenance.sweep import sweep
from verifier.reports import number_rows
from verifier.terminal.commands import Command
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import language, message_text, ngettext, system_reason
from verifier.terminal.sentences import marked as _l

FOUND, CANNOT = 1, 2
STORAGE = frozenset({EROFS, ENOSPC, EDQUOT, EACCES, EPERM})
"""Errors of the disk or of its permissions, which a command reports in a sentence."""
FILE = click.Path(path_type=Path, dir_okay=False)


def fail_with(sentence: str) -> NoReturn:
    """Say why the installation cannot be used, and end."""
    click.echo(sentence, err=True)
    sys.exit(CANNOT)


def refuse_interrupted() -> None:
    """End with a sentence where a restore was interrupted: the folder is neither the one installation nor the other."""
    folder = config.instance_folder()
    if swap.is_interrupted(folder):
        fail_with(" ".join((_("A restore of %(folder)s was interrupted.", folder=folder), _(doctors.RESTORE_AGAIN))))


@contextmanager
def opened(*, newest: bool = False) -> Iterator[Flask]:
    """The app of this installation, with its database migrated if `newest`, else to read only; connections are closed at the end."""
    refuse_interrupted()
    stack = ExitStack()
    try:
        settings = config.from_environment() if newest else existing.settings()
        existing.refuse_new_keys(settings)
        app = create_app(settings)
        if newest:
            stack.enter_context(in_use.shared(settings.instance))
    except config.WrongInstance as wrong:
        fail_with(message_text(wrong.message, wrong.values))
    except config.WrongSetting as wrong:
        fail_with(message_text(wrong.message, wrong.values))
    except PermissionError as error:
        fail_with(_cannot_be_written(error, error.filename))
    except OSError as error:
        path = error.filename or config.instance_folder()
        fail_with(_("%(path)s cannot be used: %(reason)s.", path=path, reason=system_reason(error)))
    with stack, app.app_context(), force_locale(language()):
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
            fail_with(
                _(
                    "The database cannot be used: %(reason)s. Check VERIFIER_INSTANCE, its permissions and the free space.",
                    reason=error.orig,
                )
            )
        except OSError as error:
            if error.errno not in STORAGE:
                raise
            fail_with(_cannot_be_written(error, error.filename or settings.instance))
        finally:
            write_transaction.reset(token)
            db.session.remove()
            db.engine.dispose()


def _cannot_be_written(error: OSError, path: object) -> str:
    return _("%(path)s cannot be written: %(reason)s.", path=path, reason=system_reason(error))


def _why(error: Exception) -> str:
    """Why a backup or restore was not possible: our own sentence, else the system's reason with its file."""
    if not isinstance(error, OSError):
        return str(error)
    return f"{error.filename}: {system_reason(error)}" if error.filename else system_reason(error)


def _passphrase(context: click.Context, _option: click.Parameter, wanted: bool) -> str | None:
    """The passphrase of an archive: asked for, else from VERIFIER_BACKUP_PASSPHRASE, else none."""
    if not wanted:
        return config.backup_passphrase()
    asked: str = click.prompt(_("Passphrase of the archive"), hide_input=True, confirmation_prompt=context.command.name == "backup")
    return asked


PASSPHRASE = click.option(
    "--passphrase",
    is_flag=True,
    callback=_passphrase,
    help="Ask for the passphrase of an encrypted archive; without a terminal set VERIFIER_BACKUP_PASSPHRASE.",
)


@click.command("backup", cls=Command)
@click.argument("file", type=FILE)
@PASSPHRASE
def backup(file: Path, passphrase: str | None) -> None:
    """Write a complete backup to one archive while the app runs; FILE contains secrets, so store it securely."""
    with opened():
        try:
            archive = backups.backup(file.absolute(), passphrase=passphrase, now=utcnow())
        except (Unfit, OSError) as error:
            click.echo(_("No backup was created: %(reason)s", reason=_why(error)), err=True)
            sys.exit(CANNOT)
    made = {"files": archive.files, "size": archive.size, "sha256": archive.sha256}
    click.echo(_("%(file)s: %(files)s files, %(size)s bytes, SHA-256 %(sha256)s", file=file, **made))
    for digest in archive.unsound:
        click.echo(_("Missing or altered, not included in the backup: %(sha256)s", sha256=digest), err=True)
    sys.exit(FOUND if archive.unsound else 0)


@click.command("restore", cls=Command)
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Replace the existing installation, which is moved to a folder inside its own.")
@click.option("--only", metavar="SHA256", help="Put one evidence file back into the store of the present installation, which may run.")
@PASSPHRASE
def restore(file: Path, replace: bool, only: str | None, passphrase: str | None) -> None:
    """Restore this installation from a backup: checksums are verified first; all or nothing is restored.

    Stop the app first.
    """
    if only:
        _restore_file(file.absolute(), only.strip().lower(), passphrase)
        return
    try:
        done = restores.restore(file.absolute(), restores.target(os.environ), replace=replace, passphrase=passphrase, now=utcnow())
    except restores.HalfDone as error:
        reason = _why(error.args[0])
        fail_with(
            _(
                "The database was restored, the files of the instance were not (%(reason)s). Correct this and run the restore again.",
                reason=reason,
            )
        )
    except (config.WrongInstance, config.WrongSetting) as wrong:
        fail_with(message_text(wrong.message, wrong.values))
    except (Unfit, OSError) as error:
        fail_with(_("Nothing was changed: %(reason)s", reason=_why(error)))
    if done.before:
        click.echo(_("The previous installation has been moved to %(folder)s", folder=done.before))
    with opened() as app:
        with writing():
            upgrade()
        recovery.sign_missing(app.extensions["verifier"].checkpoints, backed_up_at=done.backed_up_at)
        db.session.rollback()
        broken = [line for problem, line in audit_verification.verified(app.extensions["verifier"]) if problem]
    for line in broken:
        click.echo(line, err=True)
    click.echo(_("Restored.") if not broken else _("Restored, but some audit trails failed verification: see above."))
    sys.exit(FOUND if broken else 0)


def _restore_file(archive: Path, sha256: str, passphrase: str | None) -> None:
    with opened() as app:
        here = app.extensions["verifier"]
        try:
            size = restores.restore_file(archive, sha256, here.store, here.settings.instance, passphrase=passphrase)
        except (Unfit, OSError) as error:
            fail_with(_("Nothing was changed: %(reason)s", reason=_why(error)))
    click.echo(_("%(sha256)s: %(size)s bytes restored", sha256=sha256, size=size))


@click.command("sweep", cls=Command)
def sweep_up() -> None:
    """Remove files left behind by an interrupted process; `serve` does this at start."""
    with opened():
        done = sweep(now=utcnow())
    for what, names in ((_("removed"), (*done.evidence, *done.files)), (_("checkpoint signed"), done.signed)):
        for name in names:
            click.echo(f"{what}: {name}")


@click.command("doctor", cls=Command)
@click.option("--all", "everything", is_flag=True, help="Read every evidence file, not a sample.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(everything: bool, as_json: bool) -> None:
    """List problems of this installation with their remedies; changes nothing."""
    problems = doctors.examine(os.environ, everything=everything)
    if as_json:
        click.echo(json.dumps([each.as_json() for each in problems], ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            click.echo(f"{_(GRADES[problem.grade])}: {problem.what}\n  {problem.do}")
        found = ngettext("%(num)d problem found.", "%(num)d problems found.", len(problems))
        click.echo(found if problems else _("No problems found."))
    sys.exit(doctors.exit_code(problems))


def at_start(app: Flask) -> None:
    """Clean up before serving; files in an object store are left to `verifier sweep`, because its client does not survive a fork."""
    with app.app_context():
        sweep(now=utcnow(), store=app.extensions["verifier"].store.root is not None)


GRADES = {Grade.CANNOT: _l("cannot look"), Grade.BROKEN: _l("broken"), Grade.CARE: _l("take care")}
"""What the text of `verifier doctor` says of a problem's severity; its JSON has the values."""
COMMANDS = (backup, restore, sweep_up, doctor)
