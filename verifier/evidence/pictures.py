"""Pictures that pages show of stored files: smaller copies of photos, pages of documents.

They follow from the file alone and are kept beside the database, not in the store: made by a job after the file was accepted, or by the
first page that asks for one. A file of which no picture can be made is marked as such; the file itself stays as it is.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from verifier.core.errors import Refusal
from verifier.db import batched
from verifier.evidence import derived_files, photo_reader
from verifier.evidence.queries import store
from verifier.jobs.actions import enqueue
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

KIND = "evidence.pictures"
SOURCES = ("evidence/photos.py", "evidence/pictures.py", "checks/data/vouchers/pdf_pages.py")
BUSY = "statement.check.busy"
PASSING = frozenset({BUSY, "evidence.file.missing", "evidence.file.damaged"})
"""Refusals that say nothing about the file as it was accepted: its pictures are tried again."""
AT_ONCE = 20
"""Files of one job: what a killed worker has to do again at most."""
PHOTO = "photo"
COPIES = MappingProxyType({"preview": 0, "thumbnail": 1})
"""Place of each copy of a photo among its pictures."""

Maker = Callable[[bytes], tuple[bytes, ...]]
MAKERS: dict[str, Maker] = {}
"""What makes the pictures (JPEG) of a kind of file; each package registers its own."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a file as JPEG, or the message id that says why there are none."""

    pictures: tuple[bytes, ...]
    refused: str | None = None


def maker(kind: str) -> Callable[[Maker], Maker]:
    """Register what makes the pictures of a kind of file."""

    def register(make: Maker) -> Maker:
        MAKERS[kind] = make
        return make

    return register


@maker(PHOTO)
def copies(data: bytes) -> tuple[bytes, ...]:
    """Preview and thumbnail of a photo."""
    read = photo_reader.read(data, "")
    return read.preview, read.thumbnail


def version() -> str:
    """The version of what makes pictures, as a name."""
    return derived_files.version_of(*SOURCES)


def of(kind: str, sha256: str) -> Pictures:
    """The pictures of a stored file: as they were kept, else made now and kept; refused while all readers are busy."""
    path = derived_files.path_of(version(), kind, (sha256,))
    found = derived_files.read(path)
    if found is not None:
        return _opened(found)
    try:
        made = Pictures(MAKERS[kind](store().get(sha256)))
    except Refusal as refusal:
        if refusal.message in PASSING:
            raise
        made = Pictures((), refusal.message)
    derived_files.write(path, _written(made))
    return made


def request(kind: str, digests: Collection[str], *, now: datetime) -> None:
    """Have the pictures of files made once this transaction has committed."""
    for files in batched(sorted(digests), AT_ONCE):
        enqueue(KIND, now=now, kind_of_file=kind, files=list(files))


@task(KIND, tries=5, limit=timedelta(minutes=30), keep=timedelta(days=2), in_steps=True)
def make_pictures(_work: JobRun, *, kind_of_file: str, files: list[str]) -> None:
    """Make what is not there yet; nothing in the database changes."""
    for sha256 in files:
        of(kind_of_file, sha256)


def _written(made: Pictures) -> bytes:
    head = json.dumps({"refused": made.refused, "sizes": [len(each) for each in made.pictures]}).encode()
    return head + b"\n" + b"".join(made.pictures)


def _opened(body: bytes) -> Pictures:
    line, _, rest = body.partition(b"\n")
    head, found, at = json.loads(line), [], 0
    for size in head["sizes"]:
        found.append(rest[at : at + size])
        at += size
    return Pictures(tuple(found), head["refused"])
