"""Reading cases: whose they are, who may see them, and as what."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from verifier.accounts.models import Organisation, User
from verifier.core.access import AUTHORITY, UNIT, Role
from verifier.db import db
from verifier.engagements.models import Engagement, TeamMember
from verifier.registry.models import ProgrammeYear, UnitYear


def roles_on(user: User, engagement: Engagement) -> frozenset[Role]:
    """Everything the person is on this case; empty means it is not theirs to know of."""
    roles = {member.effective_role for member in engagement.team if member.user_id == user.id} - {None}
    if Role.COORDINATOR in user.roles and user.organisation_id == engagement.body_id:
        roles.add(Role.COORDINATOR)
    if user.organisation_id == engagement.unit_year.unit_id:
        roles |= user.roles & UNIT
    if user.organisation_id == engagement.unit_year.year.authority_id:
        roles |= user.roles & AUTHORITY
    return frozenset(role for role in roles if role)


def visible_to(user: User) -> Select[tuple[Engagement]]:
    """The cases a person may know of."""
    on_team = select(TeamMember.engagement_id).where(TeamMember.user_id == user.id, TeamMember.removed_at.is_(None))
    whose = [Engagement.id.in_(on_team)]
    if Role.COORDINATOR in user.roles:
        whose.append(Engagement.body_id == user.organisation_id)
    if user.roles & UNIT:
        whose.append(UnitYear.unit_id == user.organisation_id)
    if user.roles & AUTHORITY:
        whose.append(ProgrammeYear.authority_id == user.organisation_id)
    return (
        select(Engagement)
        .join(UnitYear, Engagement.unit_year_id == UnitYear.id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .join(Organisation, UnitYear.unit_id == Organisation.id)
        .where(or_(*whose))
    )


def engagement(engagement_id: UUID) -> Engagement | None:
    """One case."""
    return db.session.get(Engagement, engagement_id)
