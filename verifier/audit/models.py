"""Rows of the trails, each hashed over the previous row's hash; and one head per trail, locked while appending."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from verifier.db import Base, Id, enum_of

INSTALLATION_TRAIL = "installation"


class Effect(StrEnum):
    """What an action does to the case it is recorded in."""

    CHANGE = "change"
    """Something a reviewer would have to look at again."""
    PROCEED = "proceed"
    """The case moves on: a review, a signature."""
    LOOK = "look"
    """A file was downloaded, and nothing changed."""


class TrailHead(Base):
    """How long a trail is and the hash of its last row; locked while a row is appended."""

    __tablename__ = "trail_head"
    trail: Mapped[str] = mapped_column(primary_key=True, comment="'installation' or a case's id")
    rows: Mapped[int]
    hash: Mapped[str]
    last_change: Mapped[int] = mapped_column(comment="number of the last row that changed the case")


class TrailRow(Base):
    """Who did what to what, when; never updated, never deleted."""

    __tablename__ = "trail_row"
    __table_args__ = (UniqueConstraint("trail", "number"),)
    id: Mapped[Id]
    trail: Mapped[str] = mapped_column(index=True)
    number: Mapped[int]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str] = mapped_column(comment="source:subject:verb")
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    effect: Mapped[Effect] = mapped_column(enum_of(Effect, "effect"))
    detail: Mapped[dict[str, Any]]
    rows: Mapped[dict[str, Any] | None] = mapped_column(deferred=True, comment="hashes of the rows that the action wrote, by table and key")
    previous: Mapped[str]
    hash: Mapped[str]


class RecordedRow(Base):
    """Where a domain row was recorded last, so that recording needs no search; what the trails say decides, not this index."""

    __tablename__ = "recorded_row"
    table_name: Mapped[str] = mapped_column(primary_key=True)
    row_key: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(comment="how often the row was recorded: orders its hashes across trails")
    sha256: Mapped[str | None] = mapped_column(comment="empty where the row was deleted")
    trail: Mapped[str] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(comment="the trail row that recorded it")
