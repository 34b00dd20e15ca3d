"""Queries of files: the store of this installation, photos of a case, attachments of a subject."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from verifier.accounts.models import User
from verifier.core.subject import Subject
from verifier.db import db
from verifier.evidence.models import Attachment, AttachmentSubject, Photo, PhotoSubject, Tied
from verifier.evidence.store import Store


def store() -> Store:
    """Where this installation keeps its bytes."""
    found: Store = current_app.extensions["verifier"].store
    return found


def photos(case: UUID, *, search: str = "", subject_kind: str = "", among: Select[Any] | None = None) -> Select[Any]:
    """The photos of a case, newest first.

    `among` selects the ids that a reader outside the verification may see; what those photos show is hidden from them, and so neither
    searched nor filtered by.
    """
    found = select(Photo).where(Photo.case_id == case).order_by(Photo.added_at.desc(), Photo.id.desc())
    searched = [column.icontains(search, autoescape=True) for column in (Photo.caption, Photo.filename, Photo.original_sha256)]
    if among is not None:
        found = found.where(Photo.id.in_(among))
        return found.where(or_(*searched)) if search else found
    if search:
        shown = select(PhotoSubject.photo_id).where(PhotoSubject.key.icontains(search, autoescape=True))
        found = found.where(or_(*searched, Photo.id.in_(shown)))
    return found.where(Photo.id.in_(select(PhotoSubject.photo_id).where(_of_kind(subject_kind)))) if subject_kind else found


def _of_kind(kind: str) -> ColumnElement[bool]:
    """What is tied to some subject of a kind."""
    return getattr(PhotoSubject, PhotoSubject.keys[kind]).is_not(None) if kind in PhotoSubject.keys else PhotoSubject.kind == kind


def photos_of(case: UUID, subject: Subject) -> list[Photo]:
    """The photos that show one subject, in the order they were added."""
    shown = select(PhotoSubject.photo_id).filter_by(**PhotoSubject.named(subject))
    of = select(Photo).where(Photo.case_id == case, Photo.id.in_(shown))
    return list(db.session.scalars(of.order_by(Photo.added_at, Photo.id)))


def attachments_of(case: UUID, kind: str, ids: Collection[str]) -> list[Attachment]:
    """The files handed in with some subjects of one kind."""
    named = [AttachmentSubject.named(Subject(kind, each)) for each in ids]
    attached = select(AttachmentSubject.attachment_id).where(or_(false(), *(and_(*_equal(AttachmentSubject, each)) for each in named)))
    of = select(Attachment).where(Attachment.case_id == case, Attachment.id.in_(attached))
    return list(db.session.scalars(of.order_by(Attachment.added_at, Attachment.id)))


def photos_by_subject(case: UUID, kind: str) -> dict[str, list[Photo]]:
    """The photos of every subject of one kind, by the subject's id."""
    of = select(Photo).where(Photo.case_id == case, Photo.id.in_(select(PhotoSubject.photo_id).where(_of_kind(kind))))
    found: dict[str, list[Photo]] = {}
    for photo in db.session.scalars(of.order_by(Photo.added_at, Photo.id)):
        for shown in photo.shows:
            if shown.subject.kind == kind:
                found.setdefault(shown.subject.id, []).append(photo)
    return found


def _equal(tied: type[Tied], named: Mapping[str, object]) -> list[ColumnElement[bool]]:
    return [getattr(tied, name) == value for name, value in named.items()]


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
    of = select(PhotoSubject).join(Photo).where(Photo.case_id == case)
    return sorted({shown.subject.kind for shown in db.session.scalars(of)})


def names_of(people: Collection[UUID]) -> dict[UUID, str]:
    """Who they are, by id."""
    return {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(set(people))))}
