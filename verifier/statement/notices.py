"""Mail about the independent review: the case was sent back; an approval is no longer valid, with what changed, before and after."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from verifier.accounts import mail
from verifier.accounts.models import User
from verifier.audit.actions import changed_cases
from verifier.audit.models import TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.casework.changed_values import before_and_after
from verifier.casework.review.models import ReviewComment
from verifier.casework.trail_wording import in_words
from verifier.core.access import Role
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.queries import coordinators
from verifier.statement import queries

SIGNING_ROLES = (Role.LEAD_VERIFIER, Role.REVIEWER, Role.SIGNATORY)


def sent_back(engagement: Engagement, comments: Sequence[ReviewComment], *, now: datetime) -> None:
    """Tell the lead verifier that the case was sent back, with every comment."""
    lead = queries.member(engagement, Role.LEAD_VERIFIER)
    if lead is not None:
        mail.post(lead.user, lambda: _sent_back(lead.user, engagement, comments), now=now)


def watch(session: scoped_session[Any]) -> None:
    """Register the listener that tells of voided approvals within the transaction that voids them."""
    event.listen(session, "before_commit", _tell_of_void)


def _tell_of_void(session: Session) -> None:
    session.flush()
    for case, first in changed_cases().items():
        engagement = db.session.get(Engagement, case)
        approval = queries.current_approval(engagement) if engagement is not None else None
        if engagement is None or approval is None or not approval.changes or approval.changes[0].number < first:
            continue
        correcting = approval.changes[0].action == TrailAction.ENGAGEMENT_CASE_CORRECTING
        words = _correction_words if correcting else _void_words
        for person in concerned(engagement):
            key = f"approval-void:{approval.review.id}:{person.id}"
            mail.post(person, words(person, engagement, approval.changes), now=utcnow(), key=key)
        for person in _of_unit(engagement) if correcting else ():
            key = f"under-correction:{approval.review.id}:{person.id}"
            mail.post(person, _unit_words(person, engagement), now=utcnow(), key=key)


def concerned(engagement: Engagement) -> list[User]:
    """Who rests on an approval: lead verifier, reviewer, authorised signatory, and the coordinators, who keep the seal."""
    members = [found.user for role in SIGNING_ROLES if (found := queries.member(engagement, role))]
    return list({person.id: person for person in (*members, *coordinators(engagement))}.values())


def _of_unit(engagement: Engagement) -> list[User]:
    """Who is told at the unit that its statement is under correction: the responsible person and the contacts."""
    of = select(User).where(User.organisation_id == engagement.unit.id, User.disabled_at.is_(None)).order_by(User.name)
    return [each for each in db.session.scalars(of).unique() if each.roles & {Role.RESPONSIBLE, Role.CONTACT}]


def _correction_words(person: User, engagement: Engagement, changes: Sequence[TrailRow]) -> Callable[[], mail.Words]:
    return lambda: _correcting(person, engagement, changes[0])


def _unit_words(person: User, engagement: Engagement) -> Callable[[], mail.Words]:
    return lambda: _under_correction(person, engagement)


def _void_words(person: User, engagement: Engagement, changes: Sequence[TrailRow]) -> Callable[[], mail.Words]:
    return lambda: _void(person, engagement, changes)


def _sent_back(person: User, engagement: Engagement, comments: Sequence[ReviewComment]) -> mail.Words:
    label = current_app.jinja_env.filters["label"]
    said = "\n".join(f"- {label(each.part)}: {each.comment}" for each in comments)
    text = _(
        "Hello %(name)s,\n\nThe independent reviewer has sent back case %(case)s (%(unit)s). Please answer each comment, "
        "then prepare the conclusion again:\n\n%(comments)s\n\n%(link)s\n",
        name=person.name,
        case=engagement.number,
        unit=unit_name(engagement),
        comments=said,
        link=mail.page_address(f"/cases/{engagement.id}/review"),
    )
    return _("Case %(case)s was sent back by the independent reviewer", case=engagement.number), text


def _void(person: User, engagement: Engagement, changes: Sequence[TrailRow]) -> mail.Words:
    said = "\n".join(line for row in changes for line in _lines(row))
    text = _(
        "Hello %(name)s,\n\nCase %(case)s (%(unit)s) was changed after the independent reviewer approved it. The approval is no longer "
        "valid: the lead verifier must prepare the conclusion again. What changed:\n\n%(changes)s\n\n%(link)s\n",
        name=person.name,
        case=engagement.number,
        unit=unit_name(engagement),
        changes=said,
        link=mail.page_address(f"/cases/{engagement.id}/review"),
    )
    return _("Case %(case)s: the approval is no longer valid", case=engagement.number), text


def _correcting(person: User, engagement: Engagement, opened: TrailRow) -> mail.Words:
    text = _(
        "Hello %(name)s,\n\n%(who)s opened case %(case)s (%(unit)s) for correction after its statement was issued. The approval is no "
        "longer valid, and the statement is shown as under correction until another takes its place.\n\nReason: %(reason)s\n\n%(link)s\n",
        name=person.name,
        who=opened.actor_name,
        case=engagement.number,
        unit=unit_name(engagement),
        reason=opened.detail.get("reason", ""),
        link=mail.page_address(f"/cases/{engagement.id}"),
    )
    return _("Case %(case)s is being corrected: the approval is no longer valid", case=engagement.number), text


def _under_correction(person: User, engagement: Engagement) -> mail.Words:
    text = _(
        "Hello %(name)s,\n\nThe verification body is correcting the statement of case %(case)s (%(unit)s). It is shown as under "
        "correction until another takes its place; please do not rely on it until then.\n\n%(link)s\n",
        name=person.name,
        case=engagement.number,
        unit=unit_name(engagement),
        link=mail.page_address(f"/cases/{engagement.id}"),
    )
    return _("Case %(case)s: the statement is under correction", case=engagement.number), text


def _lines(row: TrailRow) -> list[str]:
    """One change with its values before and after."""
    return [f"- {in_words(row.action)} ({row.subject_id}), {row.actor_name}", *(f"    {line}" for line in before_and_after(row.detail))]


def unit_name(engagement: Engagement) -> str:
    """The unit's name in the language of the message."""
    unit = engagement.unit
    return unit.name_zh if unit.name_zh and str(get_locale() or "").startswith("zh") else unit.name
