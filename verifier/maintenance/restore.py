"""`verifier restore`: makes an installation of an archive in the instance folder; everything is checked before anything is changed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import disk_usage, move, rmtree
from tempfile import TemporaryDirectory

from verifier import config, failpoints
from verifier.config import Settings
from verifier.evidence.store import Store
from verifier.maintenance import database, encryption, in_use, swap
from verifier.maintenance.archive import Unfit, Unpacked
from verifier.maintenance.backup import DATABASE
from verifier.terminal.sentences import gettext as _

GROWS = 1.1
"""Room that must be free, in sizes of the archive: what is in it is mostly compressed already."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the installation before was moved, if there was one, and when the backup was begun."""

    before: Path | None
    backed_up_at: datetime


class HalfDone(Exception):
    """The database was restored and the files of the instance were not; they are as they were before."""


def target(environ: Mapping[str, str]) -> Settings:
    """Where to restore to; asking makes no secret, for the archive brings its own."""
    return config.from_environment({**environ, "VERIFIER_SECRET_KEY": environ.get("VERIFIER_SECRET_KEY") or "comes with the archive"})


def restore(archive: Path, settings: Settings, *, replace: bool, passphrase: str | None = None, now: datetime) -> Restored:
    """Put the archive's installation into the instance folder; what was there is moved to a folder in it. Nobody may use it meanwhile.

    Raises Unfit with nothing changed, HalfDone where the database was restored and the files were not.
    """
    with in_use.alone(settings.instance):
        if swap.is_interrupted(settings.instance):
            swap.put_back(settings.instance)
        rmtree(settings.instance / swap.STAGING, ignore_errors=True)
        _refuse_unfit_place(archive, settings, replace)
        return _restored(archive, settings, replace, passphrase, now)


def _refuse_unfit_place(archive: Path, settings: Settings, replace: bool) -> None:
    url, instance = settings.database_url, settings.instance
    on_server = database.sqlite_file(url) is None
    if not replace and (swap.content(instance) or (on_server and not database.is_empty(url))):
        raise Unfit(
            _("There is an installation in %(folder)s or its database already. Restore elsewhere, or say --replace.", folder=instance)
        )
    if on_server:
        database.refuse_if_used(url)
    for each in swap.content(instance):
        if each.is_mount():
            raise Unfit(
                _(
                    "%(path)s is a mount of its own inside %(folder)s and cannot be moved aside. Unmount it for the restore.",
                    path=each,
                    folder=instance,
                )
            )
    if archive.exists() and disk_usage(instance).free < archive.stat().st_size * GROWS:
        size = archive.stat().st_size // 1_048_576 + 1
        raise Unfit(_("There is no room for it in %(folder)s. Free %(size)s MB and try again.", folder=instance, size=size))


def _restored(archive: Path, settings: Settings, replace: bool, passphrase: str | None, now: datetime) -> Restored:
    url, instance = settings.database_url, settings.instance
    on_server = database.sqlite_file(url) is None
    staging = instance / swap.STAGING
    staging.mkdir(mode=0o700)
    try:
        unpacked = unpack(archive, staging, passphrase)
        _refuse_unlike(unpacked, url)
        _laid_out(unpacked, settings)
        exchange = swap.Exchange.begin(instance, f"{swap.BEFORE}{now:%Y%m%dT%H%M%S}")
        failpoints.point("restore:moved-aside")
        if on_server:
            database.restore_postgresql(url, staging / DATABASE["postgresql"], replace=replace)
            failpoints.point("restore:database")
    except BaseException:
        if swap.is_interrupted(instance):
            swap.put_back(instance)
        rmtree(staging, ignore_errors=True)
        raise
    try:
        before = exchange.complete()
    except OSError as error:
        swap.put_back(instance)
        if on_server:
            raise HalfDone(error) from error
        raise
    return Restored(before, datetime.fromisoformat(unpacked.manifest["made_at"]))


def unpack(archive: Path, folder: Path, passphrase: str | None) -> Unpacked:
    """An archive laid out in a folder, decrypted first if it is encrypted; raises Unfit."""
    if not encryption.is_encrypted(archive):
        return Unpacked.of(archive, folder)
    if passphrase is None:
        raise Unfit(_("%(file)s is encrypted. Give its passphrase: --passphrase, or VERIFIER_BACKUP_PASSPHRASE.", file=archive))
    with TemporaryDirectory(prefix="decrypted-", suffix=".part", dir=folder.parent) as aside:
        plain = Path(aside) / "archive"
        encryption.decrypt(archive, plain, passphrase)
        return Unpacked.of(plain, folder)


def restore_file(archive: Path, sha256: str, store: Store, folder: Path, *, passphrase: str | None = None) -> int:
    """Put one evidence file of an archive back into the store, under its hash; returns its size in bytes. The app may run."""
    with TemporaryDirectory(prefix="file-", suffix=".part", dir=folder) as aside:
        found = unpack(archive, Path(aside), passphrase).folder / "evidence" / sha256[:2] / sha256
        if not found.is_file():
            raise Unfit(
                _(
                    "%(file)s holds no file with the SHA-256 %(sha256)s. `verifier doctor --all` lists the hashes that are missing.",
                    file=archive,
                    sha256=sha256,
                )
            )
        store.put(found.read_bytes())
        return found.stat().st_size


def _refuse_unlike(unpacked: Unpacked, url: str) -> None:
    stored_kind, target_kind = unpacked.manifest["database"], database.kind(url)
    if stored_kind != target_kind:
        raise Unfit(
            _(
                "The backup holds a %(kind)s database and VERIFIER_DATABASE_URL names %(other)s. Set it to a %(kind)s database.",
                kind=stored_kind,
                other=target_kind,
            )
        )
    if stored_kind == "sqlite":
        database.sound(unpacked.folder / DATABASE["sqlite"])
    if not unpacked.manifest["brings_secret_key"] and not os.environ.get("VERIFIER_SECRET_KEY"):
        raise Unfit(_("The backed-up installation had its secret key in VERIFIER_SECRET_KEY. Set it to the same value."))


def _laid_out(unpacked: Unpacked, settings: Settings) -> None:
    """The content of the instance as it will be, still aside; files stored elsewhere are put there, where they change nothing."""
    new = unpacked.folder / swap.NEW
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
            raise Unfit(
                _(
                    "VERIFIER_DATABASE_URL names a file outside %(folder)s. Restore with it unset, then move the file.",
                    folder=settings.instance,
                )
            )
        move(unpacked.folder / DATABASE["sqlite"], new / file.relative_to(settings.instance))
