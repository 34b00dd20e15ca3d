"""`verifier backup`: one archive of a running installation. Checkpoints first, then the database, then the files it names."""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import current_app
from sqlalchemy import select, text

from verifier.config import Settings, aside_of
from verifier.core.errors import Refusal
from verifier.db import db
from verifier.evidence.derived_files import FOLDER
from verifier.evidence.models import StoredFile
from verifier.evidence.store import Store
from verifier.maintenance import database, encryption
from verifier.maintenance.archive import Unfit, Writer
from verifier.maintenance.swap import BEFORE
from verifier.migrations.copying import STARTS_WITH
from verifier.terminal.sentences import gettext as _

DATABASE = {"sqlite": "database/verifier.sqlite", "postgresql": "database/verifier.dump"}

LEFT_OUT = (".log", ".gz", ".counts", ".lock", ".age")


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: how much is in it, its own hash, and what could not be put in because it is missing or altered."""

    files: int
    size: int
    sha256: str
    unsound: tuple[str, ...]


def backup(file: Path, *, passphrase: str | None = None, now: datetime) -> Made:
    """Write an archive, encrypted if a passphrase is given; it appears under its name when it is whole.

    Heads are read before the database, so they never run ahead of it.
    """
    if passphrase is not None:
        encryption.refuse_weak(passphrase)
    if file.exists():
        raise Unfit(_("%(file)s is already there. Give another name.", file=file))
    here = current_app.extensions["verifier"]
    settings: Settings = here.settings
    aside = file.with_name(f"{file.name}.part")
    plain = aside if passphrase is None else aside_of(settings.instance / "backup")
    try:
        with os.fdopen(os.open(plain, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
                writer = Writer(tar)
                unsound = _fill(writer, settings, here.store, now)
            out.flush()
            os.fsync(out.fileno())
        if passphrase is not None:
            encryption.encrypt(plain, aside, passphrase)
        with aside.open("rb") as archive:
            os.fsync(archive.fileno())
            digest = file_digest(archive, "sha256").hexdigest()
        aside.rename(file)
    finally:
        plain.unlink(missing_ok=True)
        aside.unlink(missing_ok=True)
    return Made(len(writer.files), file.stat().st_size, digest, tuple(unsound))


def _fill(writer: Writer, settings: Settings, store: Store, now: datetime) -> list[str]:
    checkpoint_files = settings.instance / "heads"
    for head in (*checkpoint_files.glob("*.index"), *sorted(checkpoint_files.glob("*.log"))):
        data = head.read_bytes()
        writer.add(f"instance/heads/{head.name}", data[: data.rfind(b"\n") + 1])
    kind = database.kind(settings.database_url)
    with TemporaryDirectory(prefix="verifier-backup-", dir=settings.instance, suffix=".part") as folder:
        snapshot = Path(folder) / "snapshot"
        database.snapshot(settings.database_url, snapshot)
        writer.add_large(DATABASE[kind], snapshot)
    unsound = []
    for digest in _named():
        try:
            writer.add(f"evidence/{digest[:2]}/{digest}", store.get(digest), 0o400)
        except Refusal:
            unsound.append(digest)
    for path in others(settings):
        try:
            writer.add(f"instance/{path.relative_to(settings.instance)}", path.read_bytes(), path.stat().st_mode & 0o700)
        except FileNotFoundError:
            continue
    revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.rollback()
    has_key = (settings.instance / "secret.key").exists()
    writer.finish(made_at=now.isoformat(), database=kind, revision=revision, brings_secret_key=has_key)
    return unsound


def _named() -> list[str]:
    """Read after the snapshot: whatever it names is among them, and what is named is never changed."""
    named = list(db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)))
    db.session.rollback()
    return named


def others(settings: Settings) -> Iterator[Path]:
    """Other files of the instance: secrets, keys, mail, own packs; not what has a place of its own, is derived, or is half-written."""
    kept_apart = [*(settings.instance / name for name in ("heads", "uploads", FOLDER)), Path(settings.store_url).absolute()]
    file = database.sqlite_file(settings.database_url)
    for path in sorted(settings.instance.rglob("*")):
        inside = path.relative_to(settings.instance).parts
        if not path.is_file() or any(part.endswith(".part") for part in inside) or path.suffix in LEFT_OUT:
            continue
        if any(path.is_relative_to(folder) for folder in kept_apart) or (file and path.name.startswith(file.name)):
            continue
        if path.name.startswith(STARTS_WITH) or inside[0].startswith(BEFORE):
            continue
        yield path
