"""`verifier restore`: makes an installation of an archive, completely or not at all; everything is checked before anything is changed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copy, disk_usage, move, rmtree

from verifier import config
from verifier.config import Settings
from verifier.evidence.store import Store
from verifier.maintenance import database
from verifier.maintenance.archive import Unfit, Unpacked
from verifier.maintenance.backup import DATABASE

IGNORED = ".gitignore"
"""What a checkout has in the folder before there is an installation."""
GROWS = 1.1
"""Room that must be free, in sizes of the archive: what is in it is mostly compressed already."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the installation before was moved, if there was one, and when the backup was begun."""

    before: Path | None
    backed_up_at: datetime


def target(environ: Mapping[str, str]) -> Settings:
    """Where to restore to; asking makes no secret, for the archive brings its own."""
    return config.from_environment({**environ, "VERIFIER_SECRET_KEY": environ.get("VERIFIER_SECRET_KEY") or "comes with the archive"})


def restore(archive: Path, settings: Settings, *, replace: bool, now: datetime) -> Restored:
    """Put the archive's installation in place; the one before it is moved aside."""
    url, instance = settings.database_url, settings.instance
    in_use = any(each.name != IGNORED for each in instance.iterdir()) or (database.sqlite_file(url) is None and not database.is_empty(url))
    if in_use and not replace:
        raise Unfit(f"There is an installation in {instance} or its database already. Restore elsewhere, or say --replace.")
    if archive.exists() and disk_usage(instance).free < archive.stat().st_size * GROWS:
        raise Unfit(f"There is no room for it beside {instance}. Free {archive.stat().st_size // 1_048_576 + 1} MB and try again.")
    aside = instance.with_name(f"{instance.name}.restoring.part")
    rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700, parents=True)
    try:
        unpacked = Unpacked.of(archive, aside)
        _refuse_unlike(unpacked, url)
        new = _laid_out(unpacked, settings)
        before = _moved_away(settings, now) if in_use else None
        if database.sqlite_file(url) is None:
            try:
                database.restore_postgresql(url, aside / DATABASE["postgresql"], replace=replace)
            except Unfit:
                if before:
                    before.rename(instance)
                raise
        if before is None:
            (instance / IGNORED).unlink(missing_ok=True)
        new.rename(instance)
    finally:
        rmtree(aside, ignore_errors=True)
    return Restored(before, datetime.fromisoformat(unpacked.manifest["made_at"]))


def _refuse_unlike(unpacked: Unpacked, url: str) -> None:
    stored_kind, target_kind = unpacked.manifest["database"], database.kind(url)
    if stored_kind != target_kind:
        raise Unfit(
            f"The backup holds a {stored_kind} database and VERIFIER_DATABASE_URL names {target_kind}. Set it to a {stored_kind} database."
        )
    if stored_kind == "sqlite":
        database.sound(unpacked.folder / DATABASE["sqlite"])
    if not unpacked.manifest["brings_secret_key"] and not os.environ.get("VERIFIER_SECRET_KEY"):
        raise Unfit("The backed-up installation had its secret key in VERIFIER_SECRET_KEY. Set it to the same value.")


def _laid_out(unpacked: Unpacked, settings: Settings) -> Path:
    """The instance folder as it will be, still aside; files whose place is elsewhere are put there, where they change nothing."""
    new = unpacked.folder / "instance"
    new.mkdir(mode=0o700, exist_ok=True)
    evidence, place = unpacked.folder / "evidence", Path(settings.store_url).absolute()
    if evidence.exists():
        if place.is_relative_to(settings.instance):
            move(evidence, new / place.relative_to(settings.instance))
        else:
            store = Store.at(settings.store_url, settings.store_options)
            for path in sorted(evidence.rglob("*")):
                if path.is_file():
                    store.put(path.read_bytes())
    file = database.sqlite_file(settings.database_url)
    if file is not None:
        if not file.is_relative_to(settings.instance):
            raise Unfit(f"VERIFIER_DATABASE_URL names a file outside {settings.instance}. Restore with it unset, then move the file.")
        move(unpacked.folder / DATABASE["sqlite"], new / file.relative_to(settings.instance))
    if (settings.instance / IGNORED).exists():
        copy(settings.instance / IGNORED, new)
    return new


def _moved_away(settings: Settings, now: datetime) -> Path:
    before = settings.instance.with_name(f"{settings.instance.name}.before-{now:%Y%m%dT%H%M%S}")
    settings.instance.rename(before)
    return before
