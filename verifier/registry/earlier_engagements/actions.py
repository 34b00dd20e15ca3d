"""Actions on engagements outside this system: enter, edit and remove one; each is recorded with what it said before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.core.earlier_work import WorkKind
from verifier.core.errors import NotPermitted, Refusal
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.registry.earlier_engagements import queries
from verifier.registry.earlier_engagements.models import EarlierEngagement


class EntryField(StrEnum):
    """A field of an entry, as the columns name it."""

    UNIT_NAME = "unit_name"
    CREDIT_CODE = "credit_code"
    YEAR = "year"
    PROGRAMME = "programme"
    KIND = "kind"
    LEAD = "lead_id"
    PEOPLE = "people"
    OTHERS = "others"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class EngagementEntry:
    """What a coordinator states of an engagement outside this system."""

    unit_name: str
    credit_code: str
    year: int
    programme: str
    kind: WorkKind
    reference: str
    lead: UUID | None = None
    people: Sequence[UUID] = ()
    others: str = ""

    def values(self) -> dict[str, Any]:
        """The columns of the row."""
        return {
            "unit_name": self.unit_name.strip(),
            "credit_code": self.credit_code.strip().upper(),
            "year": self.year,
            "programme": self.programme,
            "kind": self.kind,
            "lead_id": self.lead,
            "people": sorted({str(each) for each in (*self.people, *([self.lead] if self.lead else []))}),
            "others": self.others.strip(),
            "reference": self.reference.strip(),
        }


def enter(entry: EngagementEntry, *, actor: Actor, now: datetime) -> EarlierEngagement:
    """Enter an engagement of the coordinator's body; the same one twice is refused."""
    body_id = _body_of(actor)
    _check(entry, body_id, now, known=None)
    row = EarlierEngagement(body_id=body_id, entered_by=actor.id, entered_at=now, **entry.values())
    db.session.add(row)
    db.session.flush()
    record(TrailAction.REGISTRY_EARLIER_ENGAGEMENT_ADDED, actor, _subject(row), now=now, **_written(row))
    return row


def edit(row: EarlierEngagement, entry: EngagementEntry, *, version: int | None, actor: Actor, now: datetime) -> None:
    """Correct an entry; an edit based on an older one is refused with the fields in which it differs from what is stored."""
    _check_own(row, actor)
    differing = tuple(field for field in EntryField if getattr(row, field) != entry.values()[field])
    check_version(row, version, lambda: Refusal("registry.earlier.stale", fields=differing))
    _check(entry, row.body_id, now, known=row)
    before = _written(row)
    for name, value in entry.values().items():
        setattr(row, name, value)
    db.session.flush()
    record(TrailAction.REGISTRY_EARLIER_ENGAGEMENT_EDITED, actor, _subject(row), now=now, before=before, after=_written(row))


def remove(row: EarlierEngagement, *, version: int | None, actor: Actor, now: datetime) -> None:
    """Remove an entry as it was shown; the trail keeps what it said."""
    _check_own(row, actor)
    check_version(row, version, lambda: Refusal("registry.earlier.remove_stale", reference=row.reference, year=row.year))
    before = _written(row)
    db.session.delete(row)
    db.session.flush()
    record(TrailAction.REGISTRY_EARLIER_ENGAGEMENT_REMOVED, actor, _subject(row), now=now, before=before)


def _body_of(actor: Actor) -> UUID:
    person = db.session.get_one(User, actor.id)
    if Role.COORDINATOR not in person.roles:
        raise NotPermitted
    return person.organisation_id


def _check_own(row: EarlierEngagement, actor: Actor) -> None:
    if row.body_id != _body_of(actor):
        raise NotPermitted


def _check(entry: EngagementEntry, body_id: UUID, now: datetime, *, known: EarlierEngagement | None) -> None:
    """The people are the body's own, a lead is named for verifications alone, the year is not to come, and the entry stands once."""
    own = {user.id for user in queries.people_of(body_id)}
    if not {*entry.people, *([entry.lead] if entry.lead else [])} <= own:
        raise Refusal("registry.earlier.not_of_body")
    if entry.lead is not None and entry.kind is not WorkKind.VERIFICATION:
        raise Refusal("registry.earlier.lead_of_verification")
    if entry.year > now.year:
        raise Refusal("registry.earlier.year_to_come", year=entry.year)
    values = entry.values()
    same = select(EarlierEngagement.id).where(
        EarlierEngagement.body_id == body_id,
        *(getattr(EarlierEngagement, name) == values[name] for name in ("credit_code", "year", "programme", "kind", "reference")),
    )
    if any(found != (known.id if known else None) for found in db.session.scalars(same)):
        raise Refusal("registry.earlier.exists", reference=values["reference"], year=entry.year)


def _written(row: EarlierEngagement) -> dict[str, Any]:
    """The entry as the trail keeps it; the people by their ids."""
    return {
        "unit": row.unit_name,
        "credit_code": row.credit_code,
        "year": row.year,
        "programme": row.programme,
        "kind": row.kind.value,
        "lead": str(row.lead_id) if row.lead_id else None,
        "people": list(row.people),
        "others": row.others,
        "reference": row.reference,
    }


def _subject(row: EarlierEngagement) -> Subject:
    return Subject("earlier_engagement", str(row.id))
