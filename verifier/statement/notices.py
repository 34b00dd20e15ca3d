"""Tells everyone concerned that an approval is no longer valid, in the transaction of the change that voids it."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from verifier.audit.actions import changed_cases
from verifier.audit.trail_actions import TrailAction
from verifier.casework.events import notices
from verifier.casework.events.recipients import place_of
from verifier.casework.events.table import Event
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.statement import queries


def watch(session: scoped_session[Any]) -> None:
    """Register the listener that tells of voided approvals within the transaction that voids them."""
    event.listen(session, "before_commit", _tell_of_void)


def _tell_of_void(session: Session) -> None:
    """Once for each approval; a correction after issue is an event of its own."""
    session.flush()
    for case, first in changed_cases().items():
        engagement = db.session.get(Engagement, case)
        approval = queries.current_approval(engagement) if engagement is not None else None
        if approval is None or not approval.changes or approval.changes[0].number < first:
            continue
        change, place = approval.changes[0], place_of(case=case)
        if place is not None and change.action != TrailAction.ENGAGEMENT_CASE_CORRECTING:
            notices.tell(place, Event.APPROVAL_VOID, f"review:{approval.review.id}", by=change.actor_id, now=utcnow())
