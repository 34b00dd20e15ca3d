"""Leftovers of killed processes: stored bytes that nothing names, half-written files, unsigned checkpoints; found and removed or signed."""

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
from verifier.db import batched, db, reading, writing
from verifier.evidence.models import StoredFile
from verifier.evidence.store import Store, StoredObject
from verifier.jobs.queries import stored_hashes
from verifier.maintenance.swap import STAGING, is_interrupted

GRACE = timedelta(hours=1)
"""Whatever is younger may belong to an action that is still under way, in this process or another."""

AT_ONCE = 100
"""Stored objects removed under one lock."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed, by name, and which trails had a missing checkpoint signed."""

    evidence: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    signed: tuple[str, ...] = field(default=())


def sweep(*, now: datetime, grace: timedelta = GRACE, store: bool = True) -> Swept:
    """Remove what no action will ever name, never what a row names, and sign the checkpoints that a kill left unsigned; each is logged."""
    here = current_app.extensions["verifier"]
    before = now - grace
    with reading():
        swept = Swept(
            tuple(_orphans_removed(here.store, before)) if store else (),
            tuple(_parts_removed(here.settings.instance, before)),
            tuple(recovery.sign_missing(here.checkpoints)),
        )
    for kind, names in (("evidence", swept.evidence), ("files", swept.files), ("heads", swept.signed)):
        for name in names:
            log.warning("swept", kind=kind, name=name)
    return swept


def orphans(store: Store, before: datetime) -> list[StoredObject]:
    """Stored objects that no row names, and half-written copies, last changed before the given time."""
    old = [stored for stored in store.listed() if stored.at < before]
    named = set(_named(stored.digest for stored in old if stored.digest)) | stored_hashes()
    return [stored for stored in old if stored.digest is None or stored.digest not in named]


def _orphans_removed(store: Store, before: datetime) -> Iterator[str]:
    """Looked through without a lock, removed under one: an action that is about to name the same bytes waits, or is waited for."""
    found = orphans(store, before)
    db.session.rollback()
    for portion in batched(found, AT_ONCE):
        with writing():
            try:
                if db.session.get_bind().dialect.name == "postgresql":
                    db.session.execute(text("LOCK TABLE stored_file IN SHARE MODE"))
                named = set(_named(stored.digest for stored in portion if stored.digest)) | stored_hashes()
                for stored in portion:
                    if stored.digest is None or stored.digest not in named:
                        store.remove(stored)
                        yield stored.path
            finally:
                db.session.rollback()


def _named(digests: Iterable[str]) -> Iterator[str]:
    """Those of them that a row names."""
    ordered = sorted(set(digests))
    for at in range(0, len(ordered), 500):
        yield from db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(ordered[at : at + 500])))


def parts(instance: Path) -> list[Path]:
    """Files and folders that were being written aside when their process died; all of ours end in `.part`."""
    return sorted(path for folder in (instance, instance / "keys", instance / "mail") for path in folder.glob("*.part"))


def _parts_removed(instance: Path, before: datetime) -> Iterator[str]:
    for path in parts(instance):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before and not (path.name == STAGING and is_interrupted(instance)):
            if path.is_dir():
                rmtree(path)
            else:
                path.unlink()
            yield str(path.relative_to(instance))


def left_over(here: Any, before: datetime) -> list[str]:
    """What a sweep would remove, by name."""
    found = [stored.path for stored in orphans(here.store, before)]
    db.session.rollback()
    return found + [path.name for path in parts(here.settings.instance)]


def missing_files(store: Store) -> list[str]:
    """Hashes that a row names and that the store does not have."""
    there = {stored.digest for stored in store.listed() if stored.digest}
    missing = [digest for digest in db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)) if digest not in there]
    db.session.rollback()
    return missing
