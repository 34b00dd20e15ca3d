"""Reading files: the store of this installation, photos of a case, attachments of a subject."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, or_, select

from verifier.accounts.models import User
from verifier.core.subject import Subject
from verifier.db import db
from verifier.evidence.models import Attachment, Photo
from verifier.evidence.store import Store


def store() -> Store:
    """Where this installation keeps its bytes."""
    kept: Store = current_app.extensions["verifier"].store
    return kept


def photos(case: UUID, *, search: str = "", subject_kind: str = "", among: Select[Any] | None = None) -> Select[Any]:
    """The photos of a case, newest first; `among` selects the ids that the reader may see."""
    found = select(Photo).where(Photo.case_id == case).order_by(Photo.added_at.desc(), Photo.id.desc())
    if among is not None:
        found = found.where(Photo.id.in_(among))
    if search:
        searched = (Photo.caption, Photo.filename, Photo.subject_id, Photo.original_sha256)
        found = found.where(or_(*(column.icontains(search, autoescape=True) for column in searched)))
    return found.where(Photo.subject_kind == subject_kind) if subject_kind else found


def photos_of(case: UUID, subject: Subject) -> list[Photo]:
    """The photos that show one subject, in the order they were added."""
    of = select(Photo).where(Photo.case_id == case, Photo.subject_kind == subject.kind, Photo.subject_id == subject.id)
    return list(db.session.scalars(of.order_by(Photo.added_at, Photo.id)))


def attachments_of(case: UUID, kind: str, ids: Collection[str]) -> list[Attachment]:
    """The files handed in with some subjects of one kind."""
    of = select(Attachment).where(Attachment.case_id == case, Attachment.subject_kind == kind, Attachment.subject_id.in_(ids))
    return list(db.session.scalars(of.order_by(Attachment.added_at, Attachment.id)))


def photos_by_subject(case: UUID, kind: str) -> dict[str, list[Photo]]:
    """The photos of every subject of one kind, by the subject's id."""
    of = select(Photo).where(Photo.case_id == case, Photo.subject_kind == kind).order_by(Photo.added_at, Photo.id)
    found: dict[str, list[Photo]] = {}
    for photo in db.session.scalars(of):
        found.setdefault(photo.subject_id, []).append(photo)
    return found


def photo_with(case: UUID, digest: str) -> Photo | None:
    """The photo of a case with these very bytes."""
    return db.session.scalar(select(Photo).where(Photo.case_id == case, Photo.original_sha256 == digest))


def photo(case: UUID, photo_id: UUID) -> Photo | None:
    """One photo, None where the case has none of it."""
    return db.session.scalar(select(Photo).where(Photo.case_id == case, Photo.id == photo_id))


def attachment(case: UUID, attachment_id: UUID) -> Attachment | None:
    """One file handed in, None where the case has none of it."""
    return db.session.scalar(select(Attachment).where(Attachment.case_id == case, Attachment.id == attachment_id))


def subject_kinds(case: UUID) -> list[str]:
    """The kinds of subject that the photos of a case show."""
    return list(db.session.scalars(select(Photo.subject_kind).where(Photo.case_id == case).distinct().order_by(Photo.subject_kind)))


def names_of(people: Collection[UUID]) -> dict[UUID, str]:
    """Who they are, by id."""
    return {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(set(people))))}
