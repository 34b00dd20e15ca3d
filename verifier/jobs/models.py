"""Rows of the queue: the job, its lease, its attempts, and its result."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from verifier.db import Base, Id


class State(StrEnum):
    """State of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    GAVE_UP = "gave_up"
    DONE = "done"


class Job(Base):
    """One thing to do, written in the same transaction as the action that wants it."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name="lease_whole"),
        CheckConstraint("done_at IS NULL OR gave_up_at IS NULL", name="one_end"),
        Index("ix_job_due", "done_at", "gave_up_at", "run_at"),
    )
    id: Mapped[Id]
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(comment="natural key: the same kind and key are one job, however often it is asked for")
    arguments: Mapped[dict[str, Any]]
    enqueued_at: Mapped[datetime]
    run_at: Mapped[datetime] = mapped_column(comment="not before then; moves on with every failure")
    leased_by: Mapped[str | None] = mapped_column(comment="the one run that may finish it")
    leased_until: Mapped[datetime | None] = mapped_column(comment="past it, whoever held the job is taken for dead")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(comment="kind of error and its code, nothing personal")
    done_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    progress_words: Mapped[str | None] = mapped_column(comment="a message id of the catalogue: what is being done now")

    @property
    def state(self) -> State:
        """State of the job; one whose lease ran out is still called running until another worker claims it."""
        if self.done_at is not None:
            return State.DONE
        if self.gave_up_at is not None:
            return State.GAVE_UP
        return State.WAITING if self.leased_by is None else State.RUNNING
