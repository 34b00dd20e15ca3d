"""Stores files: the row and its bytes, both or neither."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, Stage, after
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.evidence import photo_reader, photo_subjects, pictures
from verifier.evidence.file_kinds import ATTACHMENT, FileUse
from verifier.evidence.files import ReadFile, read_attachment, safe_name
from verifier.evidence.models import Attachment, AttachmentSubject, Photo, PhotoSubject, StoredFile
from verifier.evidence.photos import ReadPhoto
from verifier.evidence.queries import photo_with, store

T = TypeVar("T")


def keep(data: bytes, media_type: str, *, in_store: bool = False, now: datetime) -> StoredFile:
    """Store bytes under their hash; identical bytes are the same file.

    The row is written first: the sweep waits for its commit or rollback before deleting unreferenced bytes. `in_store`: they were put into
    the store before the transaction, and are put in again only where the sweep has removed them.
    """
    digest = sha256(data).hexdigest()
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(StoredFile).values(sha256=digest, size=len(data), media_type=media_type, stored_at=now)
    db.session.execute(row.on_conflict_do_nothing(index_elements=["sha256"]))
    if not (in_store and store().exists(digest)):
        store().put(data)
    return db.session.get_one(StoredFile, digest)


def put_while(data: bytes, read: Callable[[], T]) -> T:
    """What `read` finds, while the bytes are put into the store; needs no transaction.

    Bytes that no row comes to name are left to the sweep, which removes none that are younger than an hour.
    """
    put = store().put
    with ThreadPoolExecutor(1) as beside:
        stored = beside.submit(put, data)
        found = read()
        stored.result()
    return found


@dataclass(frozen=True, slots=True)
class AddedPhotos:
    """What became of some photos: those kept now, and those the case already had: which were given the subject, which showed it before."""

    stored: tuple[Photo, ...]
    extended: tuple[Photo, ...]
    known: tuple[Photo, ...]


def read_photos(files: Sequence[tuple[str, bytes]]) -> dict[str, ReadPhoto]:
    """Decode photos while their bytes are put into the store, by SHA-256; needs no transaction."""
    found: dict[str, ReadPhoto] = {}
    for filename, data in files:
        digest = sha256(data).hexdigest()
        if digest not in found:
            found[digest] = put_while(data, partial(photo_reader.read, data, filename, copies=False))
    return found


@dataclass(frozen=True, slots=True)
class PreparedPhotos:
    """Photos as (name, bytes), and what was decoded of them by SHA-256."""

    files: Sequence[tuple[str, bytes]]
    read: Mapping[str, ReadPhoto]


def prepare_photos(attached: Callable[[], Sequence[tuple[str, bytes]]], uploaded: Sequence[tuple[str, Path]]) -> PreparedPhotos:
    """Read and decode the photos of a form and those that were uploaded in pieces before; needs no transaction."""
    files = [*attached(), *((name, path.read_bytes()) for name, path in uploaded)]
    return PreparedPhotos(files, read_photos(files))


def add_photos(
    case: UUID,
    stage: Stage,
    subject: Subject,
    files: Sequence[tuple[str, bytes]],
    caption: str = "",
    *,
    already: Mapping[str, ReadPhoto] | None = None,
    actor: Actor,
    now: datetime,
) -> AddedPhotos:
    """Keep photos, given as (name, bytes), of a subject: all or none; one that the case already has shows the subject from now on as well.

    A photo of the case as a whole names no further subject. `already` holds those that were decoded before the transaction began.
    """
    after(stage, CaseAction.CHECK)
    stored, extended, known = [], [], []
    for filename, data in files:
        digest = sha256(data).hexdigest()
        twin = photo_with(case, digest)
        if twin is None:
            decoded = (already or {}).get(digest)
            read = decoded or photo_reader.read(data, filename, copies=False)
            keep(data, read.media_type, in_store=decoded is not None, now=now)
            stored.append(_kept_photo(case, subject, filename, read, caption=caption, actor=actor, now=now))
        elif subject.kind != "case" and not photo_subjects.shows(twin, subject):
            photo_subjects.add_subject(twin, stage, subject, actor=actor, now=now)
            extended.append(twin)
        elif twin not in (*stored, *extended):
            known.append(twin)
    pictures.request(pictures.PHOTO, [photo.original_sha256 for photo in stored], now=now)
    return AddedPhotos(tuple(stored), tuple(extended), tuple(known))


def caption_photo(photo: Photo, stage: Stage, caption: str, version: int | None, *, actor: Actor, now: datetime) -> None:
    """Set a photo's caption; the photo itself never changes."""
    after(stage, CaseAction.CHECK)
    check_version(photo, version, lambda: Refusal("evidence.photo.stale", theirs=photo.caption, yours=caption.strip()))
    before, photo.caption = photo.caption, caption.strip()
    db.session.flush()
    subject = Subject("photo", str(photo.id))
    record(TrailAction.EVIDENCE_PHOTO_CAPTIONED, actor, subject, now=now, case=photo.case_id, before=before, after=photo.caption)


def store_first(files: Sequence[tuple[str, bytes]]) -> Sequence[tuple[str, bytes]]:
    """Put files, given as (name, bytes), into the store; refused first where one is of no accepted kind. Needs no transaction."""
    for filename, data in files:
        read_attachment(data, filename)
    for _filename, data in files:
        store().put(data)
    return files


def store_read(filename: str, data: bytes, use: FileUse = ATTACHMENT) -> ReadFile:
    """One file recognised and put into the store; refused first where it is of no accepted kind. Needs no transaction."""
    read = read_attachment(data, filename, use)
    store().put(data)
    return read


def attach(case: UUID, subject: Subject, filename: str, data: bytes, *, in_store: bool = False, actor: Actor, now: datetime) -> Attachment:
    """Store an attachment; its type is detected from its content, otherwise refused with a reason."""
    read = read_attachment(data, filename)
    keep(data, read.media_type, in_store=in_store, now=now)
    attachment = Attachment(
        case_id=case,
        filename=read.safe_name,
        sha256=read.sha256,
        added_by=actor.id,
        added_at=now,
        given_with=[AttachmentSubject(**AttachmentSubject.named(subject), tied_by=actor.id, tied_at=now)],
    )
    db.session.add(attachment)
    db.session.flush()
    return attachment


def _kept_photo(case: UUID, subject: Subject, filename: str, read: ReadPhoto, *, caption: str, actor: Actor, now: datetime) -> Photo:
    photo = Photo(
        case_id=case,
        shows=[PhotoSubject(**PhotoSubject.named(subject), tied_by=actor.id, tied_at=now)],
        caption=caption.strip(),
        filename=safe_name(filename),
        original_sha256=read.sha256,
        width=read.width,
        height=read.height,
        orientation=read.orientation,
        taken_at=f"{read.taken_at}{read.utc_offset or ''}" if read.taken_at else None,
        latitude=None if read.latitude is None else float(read.latitude),
        longitude=None if read.longitude is None else float(read.longitude),
        camera=read.camera,
        added_by=actor.id,
        added_at=now,
    )
    db.session.add(photo)
    db.session.flush()
    record(
        TrailAction.EVIDENCE_PHOTO_ADDED,
        actor,
        Subject("photo", str(photo.id)),
        now=now,
        case=case,
        shows=str(subject),
        file=photo.filename,
        sha256=photo.original_sha256,
    )
    return photo
