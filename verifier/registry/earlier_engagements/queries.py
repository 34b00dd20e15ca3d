"""Queries on engagements outside this system: those of a body, and which count for a unit."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from verifier.accounts.models import Organisation, User
from verifier.core.earlier_work import EarlierWork, WorkKind
from verifier.db import db
from verifier.registry.earlier_engagements.models import EarlierEngagement
from verifier.registry.models import ProgrammeYear
from verifier.rulepacks.load import load


def of_body(body_id: UUID, *, search: str = "", kind: str = "", year: int | None = None) -> Select[EarlierEngagement]:
    """The engagements a body entered, the latest year first."""
    found = select(EarlierEngagement).where(EarlierEngagement.body_id == body_id)
    if search:
        columns = (EarlierEngagement.unit_name, EarlierEngagement.credit_code, EarlierEngagement.reference, EarlierEngagement.others)
        found = found.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    if kind:
        found = found.where(EarlierEngagement.kind == kind)
    if year is not None:
        found = found.where(EarlierEngagement.year == year)
    return found.order_by(EarlierEngagement.year.desc(), EarlierEngagement.unit_name, EarlierEngagement.id)


def one(body_id: UUID, entry_id: UUID) -> EarlierEngagement | None:
    """An engagement of the body; None where there is none of that id."""
    found = db.session.get(EarlierEngagement, entry_id)
    return found if found is not None and found.body_id == body_id else None


def people_of(body_id: UUID) -> list[User]:
    """The accounts of a body, disabled ones among them: they may have taken part in earlier years."""
    return list(db.session.scalars(select(User).where(User.organisation_id == body_id).order_by(User.name)))


def names_of(entries: list[EarlierEngagement]) -> dict[str, str]:
    """Account id → name, of all who took part in these engagements."""
    keys = {UUID(each) for entry in entries for each in entry.people}
    return {str(user.id): user.name for user in db.session.scalars(select(User).where(User.id.in_(keys)))} if keys else {}


def _for_unit(unit: Organisation) -> Select[EarlierEngagement]:
    """The engagements of any body for a unit; none while the unit has no credit code."""
    return select(EarlierEngagement).where(EarlierEngagement.credit_code == (unit.credit_code or ""))


def _verifications(unit: Organisation, year: ProgrammeYear) -> Select[EarlierEngagement]:
    """The verifications of a unit under the programme of a year."""
    programme = load(year.pack_id).programme
    return _for_unit(unit).where(EarlierEngagement.kind == WorkKind.VERIFICATION, EarlierEngagement.programme == programme)


def years_verified(unit: Organisation, year: ProgrammeYear, body_id: UUID) -> set[int]:
    """The emission years in which the body verified the unit under the programme, outside this system."""
    return {each.year for each in db.session.scalars(_verifications(unit, year).where(EarlierEngagement.body_id == body_id))}


def years_led(unit: Organisation, year: ProgrammeYear, person: User) -> set[int]:
    """The emission years in which the person led the verification of the unit under the programme, outside this system."""
    return {each.year for each in db.session.scalars(_verifications(unit, year).where(EarlierEngagement.lead_id == person.id))}


def other_work(unit: Organisation, body_id: UUID) -> list[EarlierWork]:
    """What the body did for the unit besides verifying."""
    of = _for_unit(unit).where(EarlierEngagement.body_id == body_id, EarlierEngagement.kind != WorkKind.VERIFICATION)
    return [EarlierWork(each.kind, each.year, each.reference) for each in db.session.scalars(of)]
