"""Rows of files: each stored once under its SHA-256, and the subjects it shows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.core.subject import Subject
from verifier.db import Base, Id, Version


class StoredFile(Base):
    """Bytes that are in the store; the hash is the name."""

    __tablename__ = "stored_file"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime]


class Photo(Base):
    """A photo of a case: the untouched original and what it shows; its smaller copies are in `pictures`, older ones in the store."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("case_id", "original_sha256"),)
    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(index=True)
    caption: Mapped[str]
    filename: Mapped[str]
    original_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    preview_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    thumbnail_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    width: Mapped[int]
    height: Mapped[int]
    orientation: Mapped[int]
    taken_at: Mapped[str | None] = mapped_column(comment="as the camera wrote it, with its offset where it gave one")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    camera: Mapped[str | None]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]
    version: Mapped[Version]

    original: Mapped[StoredFile] = relationship(foreign_keys=[original_sha256], lazy="joined")
    shows: Mapped[list["PhotoSubject"]] = relationship(lazy="selectin", order_by="PhotoSubject.tied_at, PhotoSubject.id")


class Attachment(Base):
    """A file that someone handed in with a text: an answer's voucher, a plan, a letter."""

    __tablename__ = "attachment"
    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(index=True)
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(lazy="joined")
    given_with: Mapped[list["AttachmentSubject"]] = relationship(lazy="selectin", order_by="AttachmentSubject.tied_at")


class Tied:
    """What a photo or an attachment is tied to: a row by its checked key, else a natural key of the case; exactly one is set."""

    keys: ClassVar[Mapping[str, str]]
    id: Mapped[Id]
    engagement_id: Mapped[UUID | None] = mapped_column(ForeignKey("engagement.id"), index=True)
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str | None] = mapped_column(comment="of what has a natural key: source, facility, checklist_item, …")
    key: Mapped[str | None] = mapped_column(comment="its natural key in the case")
    tied_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    tied_at: Mapped[datetime]

    @classmethod
    def named(cls, subject: Subject) -> dict[str, Any]:
        """The columns that name a subject, with their values."""
        if subject.kind in cls.keys:
            return {cls.keys[subject.kind]: UUID(subject.id)}
        return {"kind": subject.kind, "key": subject.id}

    @property
    def subject(self) -> Subject:
        """What it is tied to, by value."""
        for kind, column in self.keys.items():
            if (row := getattr(self, column)) is not None:
                return Subject(kind, str(row))
        return Subject(str(self.kind), str(self.key))


def _one_of(keys: Collection[str]) -> CheckConstraint:
    """Exactly one subject is named."""
    return CheckConstraint(
        " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in (*keys, "key")) + " = 1", name="one_subject"
    )


class PhotoSubject(Tied, Base):
    """One thing that a photo shows; a photo may show several."""

    __tablename__ = "photo_subject"
    keys: ClassVar[Mapping[str, str]] = {"case": "engagement_id", "finding": "finding_id", "visit": "visit_id"}
    __table_args__ = (
        _one_of(keys.values()),
        CheckConstraint("(kind IS NULL) = (key IS NULL)", name="kind_with_key"),
        *(UniqueConstraint("photo_id", name) for name in keys.values()),
        UniqueConstraint("photo_id", "kind", "key"),
        Index("ix_photo_subject_named", "kind", "key"),
    )
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("site_visit.id"), index=True)


class AttachmentSubject(Tied, Base):
    """What an attachment was handed in with."""

    __tablename__ = "attachment_subject"
    keys: ClassVar[Mapping[str, str]] = {"case": "engagement_id", "finding": "finding_id", "exchange": "exchange_id"}
    __table_args__ = (
        _one_of(keys.values()),
        CheckConstraint("(kind IS NULL) = (key IS NULL)", name="kind_with_key"),
        *(UniqueConstraint("attachment_id", name) for name in keys.values()),
        UniqueConstraint("attachment_id", "kind", "key"),
        Index("ix_attachment_subject_named", "kind", "key"),
    )
    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachment.id"))
    exchange_id: Mapped[UUID | None] = mapped_column(ForeignKey("exchange.id"), index=True)
