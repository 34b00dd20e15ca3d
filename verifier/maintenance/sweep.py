"""What a killed process left lying: bytes that no row names, half-written files, heads that were not signed; found and removed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

from flask import current_app
from sqlalchemy import select, text
from structlog import get_logger

from verifier.audit import recovery
from verifier.db import db, writes_wanted
from verifier.evidence.models import StoredFile
from verifier.evidence.store import Store, StoredObject

GRACE = timedelta(hours=1)
"""Whatever is younger may belong to an action that is still under way, in this process or another."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed, by name, and which trails had their heads signed."""

    evidence: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    heads: tuple[str, ...] = field(default=())


def sweep(*, now: datetime, grace: timedelta = GRACE, store: bool = True) -> Swept:
    """Remove what no action will ever name, never what a row names, and make up for heads that a kill cut off; the log says each."""
    here = current_app.extensions["verifier"]
    before = now - grace
    swept = Swept(
        tuple(_orphans_removed(here.store, before)) if store else (),
        tuple(_parts_removed(here.settings.instance, before)),
        tuple(recovery.mend(here.heads)),
    )
    db.session.rollback()
    for kind in ("evidence", "files", "heads"):
        for name in getattr(swept, kind):
            log.warning("swept", kind=kind, name=name)
    return swept


def orphans(store: Store, before: datetime) -> list[StoredObject]:
    """What lies in the store without a row that names it, and half-written copies; only what is older than the moment given."""
    old = [kept for kept in store.listed() if kept.at < before]
    named = set(_named(kept.digest for kept in old if kept.digest))
    return [kept for kept in old if kept.digest is None or kept.digest not in named]


def _orphans_removed(store: Store, before: datetime) -> Iterator[str]:
    """Looked through without a lock, removed under one: an action that is about to name the same bytes waits, or is waited for."""
    found = orphans(store, before)
    db.session.rollback()
    if not found:
        return
    wanted = writes_wanted.set(True)
    try:
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text("LOCK TABLE stored_file IN SHARE MODE"))
        named = set(_named(kept.digest for kept in found if kept.digest))
        for kept in found:
            if kept.digest is None or kept.digest not in named:
                store.remove(kept)
                yield kept.path
    finally:
        db.session.rollback()
        writes_wanted.reset(wanted)


def _named(digests: Iterable[str]) -> Iterator[str]:
    """Those of them that a row names."""
    wanted = sorted(set(digests))
    for at in range(0, len(wanted), 500):
        yield from db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(wanted[at : at + 500])))


def parts(instance: Path) -> list[Path]:
    """Files and folders that were being written aside when their process died; all of ours end in `.part`."""
    return sorted(path for folder in (instance, instance / "keys", instance / "mail") for path in folder.glob("*.part"))


def _parts_removed(instance: Path, before: datetime) -> Iterator[str]:
    for path in parts(instance):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            if path.is_dir():
                rmtree(path)
            else:
                path.unlink()
            yield str(path.relative_to(instance))


def left_over(here: Any, before: datetime) -> list[str]:
    """What a sweep would remove, by name."""
    found = [kept.path for kept in orphans(here.store, before)]
    db.session.rollback()
    return found + [path.name for path in parts(here.settings.instance)]


def missing_files(store: Store) -> list[str]:
    """Hashes that a row names and nothing lies under."""
    there = {kept.digest for kept in store.listed() if kept.digest}
    missing = [digest for digest in db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)) if digest not in there]
    db.session.rollback()
    return missing
