"""Reading cases as wholes: the lists of them, and one with its three checks side by side and what is still missing."""

from sqlalchemy import Select, or_
from sqlalchemy.orm import aliased

from verifier.accounts.models import Organisation, User
from verifier.core.lifecycle import Stage
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.queries import visible_to
from verifier.registry.models import ProgrammeYear


def cases(user: User, *, search: str = "", stage: str = "", year: str = "") -> Select[tuple[Engagement]]:
    """The cases a person may know of, the latest opened first."""
    body = aliased(Organisation)
    found = visible_to(user).join(body, Engagement.body_id == body.id)
    if search:
        columns = (Engagement.number, Organisation.name, Organisation.name_zh, body.name, body.name_zh)
        found = found.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    if stage:
        found = found.where(Engagement.stage == stage)
    if year:
        found = found.where(ProgrammeYear.emission_year == (int(year) if year.isdecimal() and len(year) < 6 else -1))
    return found.order_by(Engagement.opened_at.desc(), Engagement.number.desc())


def years(user: User) -> list[int]:
    """The emission years a person has cases of, newest first."""
    of = visible_to(user).with_only_columns(ProgrammeYear.emission_year).distinct()
    return list(db.session.scalars(of.order_by(ProgrammeYear.emission_year.desc())))


def open_cases(user: User) -> list[Engagement]:
    """The cases of a person whose statement is not issued yet, the longest waiting first."""
    of = visible_to(user).where(Engagement.stage != Stage.ISSUED)
    return list(db.session.scalars(of.order_by(Engagement.stage_since, Engagement.number)).unique())
