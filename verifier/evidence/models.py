"""Rows about files: each kept once under its SHA-256, and what each shows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verifier.db import Base, Id, Version


class StoredFile(Base):
    """Bytes that are in the store; the hash is the name."""

    __tablename__ = "stored_file"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime]


class Photo(Base):
    """A photo of a case: the untouched original, a smaller copy without metadata, and what it shows."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("case_id", "original_sha256"), Index("ix_photo_subject", "case_id", "subject_kind", "subject_id"))
    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(index=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    caption: Mapped[str]
    filename: Mapped[str]
    original_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    preview_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    thumbnail_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
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


class Attachment(Base):
    """A file that someone handed in with a text: an answer's voucher, a plan, a letter."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_subject", "case_id", "subject_kind", "subject_id"),)
    id: Mapped[Id]
    case_id: Mapped[UUID] = mapped_column(index=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(lazy="joined")
