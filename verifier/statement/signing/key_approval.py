"""Approval of new signing keys and seals: a key signs nothing until a second person has approved it, or its notice period is over.

A coordinator or signatory of the body approves; where there is none besides its maker, an administrator, or nobody for the notice period.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from verifier.accounts import mail, notices
from verifier.accounts import queries as accounts
from verifier.accounts.authentication import proof, secondfactor
from verifier.accounts.authentication.present_factor import Factor
from verifier.accounts.mail import Words
from verifier.accounts.models import Organisation, User
from verifier.accounts.notices import Change
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core import approval
from verifier.core.access import Role
from verifier.core.actor import INSTALLATION, Actor
from verifier.core.errors import Refusal
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.models import TeamMember
from verifier.statement import queries
from verifier.statement.models import SigningKey


def body_of(key: SigningKey) -> Organisation:
    """The verification body a key belongs to: as its seal, or through its holder."""
    return key.organisation or key.maker.organisation


def approvers(key: SigningKey, now: datetime) -> list[User]:
    """Coordinators and signatories of the body, besides the key's maker, with a second factor and an account that is old enough."""
    signing = select(TeamMember.user_id).where(
        TeamMember.role == Role.SIGNATORY,
        TeamMember.removed_at.is_(None),
        TeamMember.declared_at.is_not(None),
        TeamMember.barred_by.is_(None),
    )
    signatories = set(db.session.scalars(signing))
    return [
        person
        for person in accounts.active_in(body_of(key).id)
        if person.id != key.made_by
        and (Role.COORDINATOR in person.roles or person.id in signatories)
        and secondfactor.is_set(person)
        and approval.is_settled(person.created_at, now)
    ]


def may_approve(key: SigningKey, person: User, now: datetime) -> bool:
    """Whether the person may approve the key: an approver of its body, or an administrator where the body has none."""
    found = approvers(key, now)
    return person in found if found else Role.ADMINISTRATOR in person.roles and person.id != key.made_by


def may_refuse(key: SigningKey, person: User) -> bool:
    """Whether the person may refuse the key: anyone of its body, its maker too, whose session may be in other hands; administrators."""
    return person.organisation_id == body_of(key).id or Role.ADMINISTRATOR in person.roles


def waiting_for(person: User, now: datetime) -> list[SigningKey]:
    """The keys that wait, as far as they concern the person: those of their body; for an administrator, those they may approve."""
    found = queries.waiting_keys()
    if Role.ADMINISTRATOR in person.roles:
        return [key for key in found if may_approve(key, person, now)]
    return [key for key in found if body_of(key).id == person.organisation_id]


def announce(key: SigningKey, *, now: datetime) -> None:
    """Start the wait of a key that was just made, and tell whoever must know."""
    maker, body = key.maker, body_of(key)
    found = approvers(key, now)
    key.due_at = None if found else approval.due_at(now)
    db.session.flush()
    notices.changed(maker, Change.SEAL if key.organisation_id else Change.SIGNING_KEY, now=now)
    told: Sequence[User] = found or [*accounts.active_in(body.id), *accounts.active_in_role(Role.ADMINISTRATOR)]
    for person in told:
        if person.id != maker.id:
            notices.tell(person, partial(_notice, key, person), now=now)


def approve(key: SigningKey, approver: User, code: Factor, *, actor: Actor, now: datetime) -> None:
    """Approve a key, with a fresh code; it may be used from now on, and the one before signs no more."""
    _refuse_over(key)
    if not may_approve(key, approver, now):
        raise Refusal("statement.key.second_person")
    proof.prove_factor(approver, code, now=now)
    _put_in_use(key, actor, now)


def refuse(key: SigningKey, person: User, *, actor: Actor, now: datetime) -> None:
    """Refuse a key: it is never used."""
    _refuse_over(key)
    if not may_refuse(key, person):
        raise Refusal("statement.key.second_person")
    key.retired_at, key.refused_by = now, actor.id
    db.session.flush()
    record(TrailAction.STATEMENT_KEY_REFUSED, actor, _subject(key), now=now, serial=key.serial)


def do_due(*, now: datetime) -> int:
    """Put every key in use whose notice period is over; returns how many."""
    due = [key for key in queries.waiting_keys() if key.due_at is not None and key.due_at <= now]
    for key in due:
        _put_in_use(key, INSTALLATION, now)
    return len(due)


def _put_in_use(key: SigningKey, actor: Actor, now: datetime) -> None:
    before = queries.seal_of(key.organisation_id) if key.organisation_id else queries.key_of(_holder(key))
    if before is not None:
        before.retired_at = now
        db.session.flush()
    key.approved_at, key.approved_by = now, actor.id
    db.session.flush()
    record(TrailAction.STATEMENT_KEY_APPROVED, actor, _subject(key), now=now, serial=key.serial)


def _holder(key: SigningKey) -> UUID:
    return key.user_id or key.made_by


def _refuse_over(key: SigningKey) -> None:
    if key.approved_at is not None or key.retired_at is not None:
        raise Refusal("statement.key.decided")


def _subject(key: SigningKey) -> Subject:
    return Subject("organisation", str(key.organisation_id)) if key.organisation_id else Subject("person", str(_holder(key)))


def _notice(key: SigningKey, person: User) -> Words:
    seal, name = key.organisation_id is not None, key.maker.name
    what = (
        _("%(name)s has created a new key for the seal of your organisation.", name=name)
        if seal
        else _("%(name)s has created a new signing key.", name=name)
    )
    wait = (
        _("It can be used once another coordinator or signatory approves it.")
        if key.due_at is None
        else _("It can be used once an administrator approves it, and in any case from %(due)s (UTC).", due=f"{key.due_at:%Y-%m-%d %H:%M}")
    )
    text = _(
        "Hello %(name)s,\n\n%(what)s %(wait)s Ask the person whether they made it. If not, refuse it:\n\n%(link)s\n",
        name=person.name,
        what=what,
        wait=wait,
        link=mail.page_address("/organisation/keys/waiting"),
    )
    return _("A new signing key waits for approval"), text
