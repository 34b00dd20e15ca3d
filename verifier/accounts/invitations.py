"""Inviting into one's own organisation: what the inviter sees does not depend on whether the address has an account elsewhere."""

from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _

from verifier.accounts import actions, mail, queries
from verifier.accounts.actions import plain_email
from verifier.accounts.authentication.links import LASTS
from verifier.accounts.models import ColleagueInvitation, Organisation, Purpose, User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Role
from verifier.core.actor import Actor
from verifier.core.errors import NotPermitted, Refusal
from verifier.core.subject import Subject
from verifier.db import db


def invite_colleague(inviter: User, email: str, name: str, *, roles: Collection[Role], actor: Actor, now: datetime) -> None:
    """Invite someone into one's own organisation, in the roles that one may give; the owner of an account elsewhere is told by mail."""
    givable = actions.roles_to_give(inviter)
    if givable is None or not set(roles) <= givable:
        raise NotPermitted
    home, email, found = inviter.organisation, plain_email(email), queries.by_email(plain_email(email))
    sent = queries.invitation(home.id, email)
    if sent is not None and sent.invited_at > now - LASTS[Purpose.INVITATION]:
        raise Refusal("accounts.invitation.sent", email=email)
    if found is not None and found.organisation_id == home.id and (sent is None or found.password_hash is not None):
        raise Refusal("accounts.email.taken", email=email)
    if sent is None:
        sent = ColleagueInvitation(organisation_id=home.id, email=email, name=name.strip(), invited_by=inviter.id, invited_at=now)
        db.session.add(sent)
    sent.invited_at, sent.name = now, name.strip()
    if found is None:
        actions.invite(home, email, name, roles=roles, actor=actor, now=now)
    elif found.organisation_id == home.id and found.is_active:
        actions.resend_invitation(found, actor=actor, now=now)
    else:
        mail.post(found, lambda: _elsewhere(found, home), now=now)
        record(TrailAction.ACCOUNTS_ACCOUNT_INVITED, actor, Subject("account", str(found.id)), now=now, organisation=str(home.id))


def _elsewhere(user: User, organisation: Organisation) -> mail.Words:
    text = _(
        "Hello %(name)s,\n\n%(organisation)s has invited you to Verifier. Your address already belongs to an account "
        "in another organisation, so nothing has changed.\n\n"
        "An account belongs to one organisation. To work for this one, have another address invited.\n",
        name=user.name,
        organisation=organisation.name_zh or organisation.name,
    )
    return _("You were invited to Verifier"), text
