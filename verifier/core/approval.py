"""Approval by a second person: who may give it, and how long a notice runs where there is no second person."""

from datetime import datetime, timedelta
from uuid import UUID

NOTICE_PERIOD = timedelta(hours=72)
"""From a notice by mail until what it announced takes effect without a second person: a mail of Friday evening is read by Monday."""
SETTLED_AFTER = NOTICE_PERIOD
"""How old an account must be to approve a signing key: one invited for the purpose could otherwise approve it within minutes."""


def due_at(asked_at: datetime) -> datetime:
    """When a request or a key takes effect without a second person."""
    return asked_at + NOTICE_PERIOD


def is_second(person: UUID, *, asked_by: UUID | None, concerned: UUID) -> bool:
    """Whether the person is neither who asked nor whom it concerns."""
    return person not in (asked_by, concerned)


def is_settled(created_at: datetime, now: datetime) -> bool:
    """Whether an account is old enough to approve a signing key."""
    return now - created_at >= SETTLED_AFTER
