"""`verifier backup`, `restore`, `sweep` and `doctor`. Exit codes: 0 good, 1 something found, 2 cannot be done."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

from verifier.app import create_app
from verifier.audit import recovery
from verifier.audit.queries import verify
from verifier.db import db, utcnow, writes_wanted
from verifier.maintenance import backup as backups
from verifier.maintenance import restore as restores
from verifier.maintenance.archive import Unfit
from verifier.maintenance.diagnostics import doctor as doctors
from verifier.maintenance.sweep import sweep
from verifier.reports import number_rows

FOUND, CANNOT = 1, 2
FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def opened(*, newest: bool = False) -> Iterator[Flask]:
    """The app of this installation, its database brought to the newest shape if that is asked for, its connections closed in the end."""
    app = create_app()
    with app.app_context():
        wanted = writes_wanted.set(True)
        try:
            if newest:
                upgrade()
                if number_rows.write_missing():
                    db.session.commit()
            yield app
        finally:
            writes_wanted.reset(wanted)
            db.session.remove()
            db.engine.dispose()


@click.command("backup")
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write everything this installation keeps into one archive, while it runs; FILE holds secrets, keep it as safe as them."""
    with opened():
        try:
            made = backups.backup(file.absolute(), now=utcnow())
        except (Unfit, OSError) as error:
            click.echo(f"No backup was made: {error}", err=True)
            sys.exit(CANNOT)
    click.echo(f"{file}: {made.files} files, {made.size} bytes, SHA-256 {made.sha256}")
    for digest in made.unsound:
        click.echo(f"Missing or altered, and not in the backup: {digest}", err=True)
    sys.exit(FOUND if made.unsound else 0)


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Put it in the place of the installation that is there; that one is moved aside.")
def restore(file: Path, replace: bool) -> None:
    """Make this installation from a backup: every checksum first, then all of it or nothing. Stop the app before."""
    try:
        done = restores.restore(file.absolute(), restores.target(os.environ), replace=replace, now=utcnow())
    except (Unfit, OSError) as error:
        click.echo(f"Nothing was changed: {error}", err=True)
        sys.exit(CANNOT)
    if done.before:
        click.echo(f"What was there before is in {done.before}")
    with opened() as app:
        upgrade()
        recovery.mend(app.extensions["verifier"].heads, backed_up_at=done.backed_up_at)
        db.session.rollback()
        broken = [verdict for verdict in verify(app.extensions["verifier"].heads) if verdict.broken]
    for verdict in broken:
        click.echo(f"{verdict.trail}: row {verdict.broken.number}: {verdict.broken.fault}", err=True)  # type: ignore[union-attr]
    click.echo("Restored." if not broken else "Restored, but trails do not hold: see above.")
    sys.exit(FOUND if broken else 0)


@click.command("sweep")
def sweep_up() -> None:
    """Remove what a killed process left lying; `serve` does so when it starts."""
    with opened():
        done = sweep(now=utcnow())
    for what, names in (("removed", (*done.evidence, *done.files)), ("head signed", done.heads)):
        for name in names:
            click.echo(f"{what}: {name}")


@click.command("doctor")
@click.option("--all", "everything", is_flag=True, help="Read every file of the evidence, not a sample.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(everything: bool, as_json: bool) -> None:
    """Name what is wrong with this installation, and what to do about each; changes nothing."""
    ailments = doctors.examine(os.environ, everything=everything)
    if as_json:
        click.echo(json.dumps([each.as_json() for each in ailments], ensure_ascii=False, indent=1))
    else:
        for each in ailments:
            click.echo(f"{each.grade}: {each.what}\n  {each.do}")
        click.echo("Nothing is wrong." if not ailments else f"{len(ailments)} found.")
    sys.exit(doctors.exit_code(ailments))


def at_start(app: Flask) -> None:
    """What `serve` does before it answers: sweep; files in an object store are left to `verifier sweep`, for its client dies of a fork."""
    with app.app_context():
        sweep(now=utcnow(), store=app.extensions["verifier"].store.root is not None)


COMMANDS = (backup, restore, sweep_up, doctor)
