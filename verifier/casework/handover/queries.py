"""What a person holds: places on open cases, evidence requests assigned to them, and roles in their organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from verifier.accounts.models import User
from verifier.accounts.queries import active_in
from verifier.checks.data.vouchers.models import EvidenceRequest
from verifier.checks.data.vouchers.queries import requests_assigned
from verifier.core.access import Role
from verifier.core.lifecycle import CaseAction, Stage, possible
from verifier.db import db
from verifier.engagements.models import Engagement, TeamMember
from verifier.engagements.queries import colleagues

HELD_ALWAYS = (Role.COORDINATOR, Role.CONTACT, Role.RESPONSIBLE, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)
"""Roles that an organisation cannot be without: they go to a colleague who has them too."""


class DutyKind(StrEnum):
    """What is handed over."""

    PLACE = "place"
    REQUEST = "request"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing a person holds, and who may take it over."""

    key: str
    kind: DutyKind
    role: Role | None
    case: Engagement | None
    row: TeamMember | EvidenceRequest | None
    candidates: Sequence[User]


def duties(person: User) -> list[Duty]:
    """Everything the person holds, cases first."""
    others = [each for each in active_in(person.organisation_id) if each.id != person.id]
    roles = [
        Duty(f"role-{role}", DutyKind.ROLE, role, None, None, [each for each in others if role in each.roles])
        for role in HELD_ALWAYS
        if role in person.roles
    ]
    return [*_places(person), *_requests(person, others), *roles]


def _places(person: User) -> list[Duty]:
    of = (
        select(TeamMember)
        .join(Engagement, TeamMember.engagement_id == Engagement.id)
        .where(TeamMember.user_id == person.id, TeamMember.removed_at.is_(None), Engagement.stage != Stage.ISSUED)
        .order_by(Engagement.number, TeamMember.role)
    )
    return [
        Duty(
            f"place-{member.id}",
            DutyKind.PLACE,
            member.role,
            member.engagement,
            member,
            [each for each in colleagues(member.engagement) if each.id != person.id],
        )
        for member in db.session.scalars(of).unique()
        if _has_work_left(member)
    ]


def _has_work_left(member: TeamMember) -> bool:
    """Whether the place still has work: all of them while the team may change, then the signatory's until they have signed."""
    stage = member.engagement.stage
    return possible(stage, CaseAction.ARRANGE) or (stage is Stage.TO_COUNTERSIGN and member.role is Role.SIGNATORY)


def _requests(person: User, others: Sequence[User]) -> list[Duty]:
    return [
        Duty(f"request-{asked.id}", DutyKind.REQUEST, None, case, asked, [each for each in others if each.roles])
        for case, asked in requests_assigned(person)
    ]
