"""Hands over what a leaving person holds, all of it or nothing, then disables the account."""

from collections.abc import Mapping
from datetime import datetime

from verifier.accounts import actions as accounts
from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.casework.handover.queries import Duty, duties
from verifier.checks.data.vouchers import request_actions
from verifier.checks.data.vouchers.models import EvidenceRequest
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.engagements import actions as engagements
from verifier.engagements.models import TeamMember


def hand_over(person: User, successors: Mapping[str, User], *, actor: Actor, now: datetime) -> None:
    """Give every duty to its named successor; refused where a role has none, or the rules of a case (independence, stage) forbid one."""
    held = duties(person)
    for duty in held:
        successor = successors.get(duty.key)
        if successor is None or successor not in duty.candidates:
            raise Refusal("handover.successor.missing", name=person.name)
        _give(duty, successor, actor, now)
    record(
        TrailAction.ACCOUNTS_ACCOUNT_HANDED_OVER,
        actor,
        Subject("account", str(person.id)),
        now=now,
        duties={duty.key: successors[duty.key].name for duty in held},
    )
    accounts.disable(person, actor=actor, now=now)


def _give(duty: Duty, successor: User, actor: Actor, now: datetime) -> None:
    """A place on a team, a request; a role in the organisation is one the successor has already."""
    if isinstance(duty.row, TeamMember):
        case, role = duty.row.engagement, duty.row.role
        engagements.remove_member(duty.row, actor=actor, now=now)
        engagements.name_member(case, successor, role, actor=actor, now=now)
    elif isinstance(duty.row, EvidenceRequest) and duty.case is not None:
        request_actions.assign(duty.case, duty.row, successor, duty.row.version, actor=actor, now=now)
