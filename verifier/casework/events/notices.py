"""Writes a notice for each person told of an event, in the transaction of the event."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from verifier.audit.actions import RecordedAct, recorded_acts
from verifier.casework.events.models import Notice
from verifier.casework.events.recipients import Place, people_of, place_of
from verifier.casework.events.table import RULES, Event, EventRule, Timing, rule_of
from verifier.core.subject import Subject
from verifier.db import batched, db, utcnow, uuid7

NEWS = timedelta(days=1)
"""What is entered later than this after it happened is history, and nobody is mailed."""
ROWS_AT_ONCE = 50
WHOLE_CASE = Subject("case", "")
Row = dict[str, Any]


def watch(session: scoped_session[Any]) -> None:
    """Register the listener that writes notices of recorded acts before the transaction commits."""
    event.listen(session, "before_commit", _of_recorded_acts)


def tell(
    place: Place,
    of: Event,
    occasion: str,
    *,
    subject: Subject = WHOLE_CASE,
    about: str = "",
    count: int = 1,
    by: UUID | None = None,
    now: datetime,
) -> None:
    """Write an event's notices: one for each person whom the table mails, but not for who did it; once for each occasion."""
    at_once: dict[UUID, bool] = {}
    for told in RULES[of].told:
        for person in people_of(place, told, subject) if told.mail is not None else ():
            at_once[person] = at_once.get(person, False) or told.mail is Timing.AT_ONCE
    others = {person: soon for person, soon in at_once.items() if person != by}
    at = (place.unit_year_id, place.case_id)
    write(notice(at, of, person, occasion, about=about, count=count, at_once=soon, now=now) for person, soon in others.items())


def notice(
    at: tuple[UUID, UUID | None],
    of: Event,
    person: UUID,
    occasion: str,
    *,
    about: str = "",
    count: int = 1,
    at_once: bool = False,
    now: datetime,
) -> Row:
    """The columns of a notice at a unit's year and its case."""
    return {
        "id": uuid7(),
        "event": str(of),
        "user_id": person,
        "unit_year_id": at[0],
        "engagement_id": at[1],
        "occasion": occasion,
        "about": about,
        "count": count,
        "at_once": at_once,
        "occurred_at": now,
    }


def write(rows: Iterable[Row]) -> None:
    """Insert notices; one that is there for the same person, event and occasion stays as it is."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for portion in batched(list(rows), ROWS_AT_ONCE):
        row = insert(Notice).values(list(portion))
        db.session.execute(row.on_conflict_do_nothing(index_elements=["user_id", "event", "occasion"]))


def _of_recorded_acts(session: Session) -> None:
    """Notices of the acts that this transaction recorded."""
    session.flush()
    places: dict[UUID, Place | None] = {}
    for act in recorded_acts():
        rule = rule_of(act.action, act.detail)
        if rule is None or not any(told.mail for told in rule.told) or utcnow() - act.now > NEWS:
            continue
        key = act.case or UUID(act.subject.id)
        if key not in places:
            places[key] = place_of(case=act.case) if act.case else place_of(unit_year=key)
        found = places[key]
        if found is not None:
            _tell_of_act(found, rule, act)


def _tell_of_act(place: Place, rule: EventRule, act: RecordedAct) -> None:
    several = act.detail.get("findings")
    labels = [str(each) for each in several] if isinstance(several, list) else []
    one = act.detail.get("finding") or (act.detail.get("number") if act.subject.kind == "evidence_request" else None)
    about = str(one) if one else ""
    tell(place, rule.event, act.row, subject=act.subject, about=about, count=len(labels) or 1, by=act.actor_id, now=act.now)
