"""Pictures that pages show of stored files: smaller copies of photos, pages of documents.

They follow from the file alone and are kept beside the database, not in the store: made by a job after the file was accepted, or by the
first page that asks for one. A file of which no picture can be made is marked as such; the file itself stays as it is.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from time import time
from types import MappingProxyType

from verifier.core.errors import Refusal
from verifier.db import batched
from verifier.evidence import derived_files, photo_reader
from verifier.evidence.file_kinds import PHOTO_COPIES
from verifier.evidence.queries import store
from verifier.jobs.actions import enqueue
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

KIND = "evidence.pictures"
BUSY = "statement.check.busy"
TRANSIENT = frozenset({BUSY, "evidence.file.missing", "evidence.file.damaged"})
"""Refusals that say nothing about the file as it was accepted: they are not stored."""
LIMITS = frozenset({"evidence.photo.too_much", "voucher.pdf.too_much", "evidence.scan.too_much"})
"""Refusals of what exceeded its time or memory, perhaps because the machine was busy: stored, and tried again after `AGAIN`."""
AGAIN = timedelta(hours=1)
AT_ONCE = 20
"""Files of one job: what a killed worker has to do again at most."""
PHOTO = PHOTO_COPIES
COPIES = MappingProxyType({"preview": 0, "thumbnail": 1})
"""Place of each copy of a photo among its pictures."""
LAYOUT = "2"
"""Layout of the stored files."""

Make = Callable[[bytes, float | None], tuple[bytes, ...]]
"""Makes the pictures (JPEG) of a file; waits so many seconds for a reader, None: as long as its reader allows."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes the pictures of a kind of file, and the source files (below `verifier/`) that its result follows from."""

    make: Make
    sources: tuple[str, ...]

    @property
    def version(self) -> str:
        """The version of these sources, as a name."""
        return derived_files.version_of(*self.sources)


MAKERS: dict[str, Maker] = {}
"""By kind of file; each package registers its own."""
_making = tuple(Lock() for _ in range(64))
"""So that requests for the pages of one document draw it once."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a file as JPEG, or the message id that says why there are none; `at`: seconds since 1970 when they were made."""

    pictures: tuple[bytes, ...]
    refused: str | None = None
    at: float = field(default=0, compare=False)

    def is_final(self) -> bool:
        """Whether making them again would not give anything else."""
        return self.refused not in LIMITS or time() - self.at < AGAIN.total_seconds()


def maker(kind: str, *sources: str) -> Callable[[Make], Make]:
    """Register what makes the pictures of a kind of file."""

    def register(make: Make) -> Make:
        MAKERS[kind] = Maker(make, sources)
        return make

    return register


@maker(PHOTO, "evidence/photos.py")
def copies(data: bytes, patience: float | None = None) -> tuple[bytes, ...]:
    """Preview and thumbnail of a photo."""
    read = photo_reader.read(data, "", patience=patience)
    return read.preview, read.thumbnail


def versions() -> frozenset[str]:
    """The versions of all that makes pictures: folders of other versions are no longer used."""
    return frozenset(each.version for each in MAKERS.values())


derived_files.VERSIONS.append(versions)


def pictures_of(kind: str, sha256: str, patience: float | None = None) -> Pictures:
    """The pictures of a stored file: as stored, else made now and stored; `BUSY` where no reader is free within the patience."""
    path = derived_files.path_of(MAKERS[kind].version, kind, (LAYOUT, sha256))
    stored = _stored(path)
    if stored is not None:
        return stored
    making = _making[int(sha256[:8], 16) % len(_making)]
    if not making.acquire(timeout=-1 if patience is None else patience):
        raise Refusal(BUSY)
    try:
        return _stored(path) or _made(path, kind, sha256, patience)
    finally:
        making.release()


def _stored(path: Path) -> Pictures | None:
    body = derived_files.read(path)
    found = None if body is None else _from_bytes(body)
    return found if found is not None and found.is_final() else None


def _made(path: Path, kind: str, sha256: str, patience: float | None) -> Pictures:
    try:
        made = Pictures(MAKERS[kind].make(store().get(sha256), patience), at=time())
    except Refusal as refusal:
        if refusal.message in TRANSIENT:
            raise
        made = Pictures((), refusal.message, at=time())
    derived_files.write(path, _to_bytes(made))
    return made


def request(kind: str, digests: Collection[str], *, now: datetime) -> None:
    """Have the pictures of files made once this transaction has committed."""
    for files in batched(sorted(digests), AT_ONCE):
        enqueue(KIND, now=now, kind_of_file=kind, files=list(files))


@task(KIND, tries=5, limit=timedelta(minutes=30), keep=timedelta(days=2), in_steps=True)
def make_pictures(_work: JobRun, *, kind_of_file: str, files: list[str]) -> None:
    """Make what is not there yet; nothing in the database changes."""
    for sha256 in files:
        pictures_of(kind_of_file, sha256)


def _to_bytes(made: Pictures) -> bytes:
    head = json.dumps({"refused": made.refused, "at": made.at, "sizes": [len(each) for each in made.pictures]}).encode()
    return head + b"\n" + b"".join(made.pictures)


def _from_bytes(body: bytes) -> Pictures:
    line, _, rest = body.partition(b"\n")
    head, found, at = json.loads(line), [], 0
    for size in head["sizes"]:
        found.append(rest[at : at + size])
        at += size
    return Pictures(tuple(found), head["refused"], head["at"])
