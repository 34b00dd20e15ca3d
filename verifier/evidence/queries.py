"""Reading files: the store of this installation, photos of a case, attachments of a subject."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, or_, select

from verifier.core.subject import Subject
from verifier.db import db
from verifier.evidence.models import Attachment, Photo
from verifier.evidence.store import Store


def store() -> Store:
    """Where this installation keeps its bytes."""
    kept: Store = current_app.extensions["verifier"].store
    return kept


def photos(case: UUID, *, search: str = "", subject_kind: str = "") -> Select[Any]:
    """The photos of a case, newest first."""
    found = select(Photo).where(Photo.case_id == case).order_by(Photo.added_at.desc(), Photo.id.desc())
    if search:
        found = found.where(
            or_(Photo.caption.ilike(f"%{search}%"), Photo.filename.ilike(f"%{search}%"), Photo.subject_id.ilike(f"%{search}%"))
        )
    return found.where(Photo.subject_kind == subject_kind) if subject_kind else found


def photos_of(case: UUID, subject: Subject) -> list[Photo]:
    """The photos that show one subject, in the order they were added."""
    of = select(Photo).where(Photo.case_id == case, Photo.subject_kind == subject.kind, Photo.subject_id == subject.id)
    return list(db.session.scalars(of.order_by(Photo.added_at, Photo.id)))


def attachments_of(case: UUID, kind: str, ids: Collection[str]) -> list[Attachment]:
    """The files handed in with some subjects of one kind."""
    of = select(Attachment).where(Attachment.case_id == case, Attachment.subject_kind == kind, Attachment.subject_id.in_(ids))
    return list(db.session.scalars(of.order_by(Attachment.added_at, Attachment.id)))
