"""Queries of supporting documents and evidence requests; a unit sees its own and no working papers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select

from verifier.accounts.models import User
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.vouchers.models import EvidenceRequest, RequestVoucher, Voucher, VoucherLink
from verifier.core.access import UNIT, Role
from verifier.core.evidence_requests import WITH_UNIT, RequestState, supports
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.registry.models import ProgrammeYear, UnitYear


def vouchers(engagement: Engagement, *, inside: bool) -> list[Voucher]:
    """The vouchers of a case, newest first; to those outside, the unit's own."""
    of = select(Voucher).where(Voucher.unit_year_id == engagement.unit_year_id)
    if not inside:
        of = of.where(Voucher.by_unit.is_(True))
    return list(db.session.scalars(of.order_by(Voucher.handed_in_at.desc(), Voucher.id.desc())).unique())


def voucher(engagement: Engagement, voucher_id: UUID, *, inside: bool) -> Voucher | None:
    """One voucher, None where the reader may not know of it."""
    found = db.session.get(Voucher, voucher_id)
    if found is None or found.unit_year_id != engagement.unit_year_id or not (inside or found.by_unit):
        return None
    return found


def twin(engagement: Engagement, sha256: str, *, by_unit: bool) -> Voucher | None:
    """The voucher of these very bytes on the same side."""
    of = select(Voucher).where(Voucher.unit_year_id == engagement.unit_year_id, Voucher.sha256 == sha256, Voucher.by_unit.is_(by_unit))
    return db.session.scalars(of).unique().one_or_none()


def vouchers_of(engagement: Engagement, source_key: str, period: str | None = None, parameter: str | None = None) -> list[VoucherLink]:
    """The links of a number, with their vouchers, by the unit or the body; withdrawn vouchers and undone links are left out.

    A link to a whole source covers each of its numbers. A working paper: for pages that a unit never sees.
    """
    of = (
        select(VoucherLink)
        .join(Voucher, VoucherLink.voucher_id == Voucher.id)
        .where(Voucher.unit_year_id == engagement.unit_year_id, VoucherLink.source_key == source_key)
        .where(VoucherLink.undone_at.is_(None), Voucher.withdrawn_at.is_(None))
        .order_by(VoucherLink.period, VoucherLink.linked_at)
    )
    return [link for link in db.session.scalars(of).unique() if supports(link.key, link.voucher.period, period, parameter)]


def relied_on(voucher: Voucher, engagement: Engagement) -> bool:
    """Whether a verifier built on it: linked it, accepted a request it answers, or decided on a source it was linked to before."""
    live = [link for link in voucher.links if link.undone_at is None]
    if any(not link.by_unit for link in live) and voucher.by_unit:
        return True
    accepted = (
        select(func.count())
        .select_from(RequestVoucher)
        .join(EvidenceRequest, RequestVoucher.request_id == EvidenceRequest.id)
        .where(RequestVoucher.voucher_id == voucher.id, EvidenceRequest.state == RequestState.ACCEPTED)
    )
    if db.session.scalar(accepted):
        return True
    decided = {
        row.source_key: row.decided_at
        for row in db.session.execute(
            select(SourceDecision.source_key, SourceDecision.decided_at).where(SourceDecision.engagement_id == engagement.id)
        )
    }
    return any(link.source_key in decided and decided[link.source_key] >= link.linked_at for link in live)


def requests(engagement: Engagement) -> list[EvidenceRequest]:
    """All evidence requests, by due date."""
    of = select(EvidenceRequest).where(EvidenceRequest.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(EvidenceRequest.due, EvidenceRequest.number)).unique())


def request_numbered(engagement: Engagement, number: int) -> EvidenceRequest | None:
    """One request by its number."""
    of = select(EvidenceRequest).where(EvidenceRequest.engagement_id == engagement.id, EvidenceRequest.number == number)
    return db.session.scalars(of).unique().one_or_none()


class RequestWaiting(NamedTuple):
    """An evidence request that waits for a person of the unit, as bare columns."""

    unit_year: UUID
    due: date
    time_zone: str
    case: UUID
    raised_at: datetime
    number: int
    pack_id: str
    about: str
    numbers: Sequence[Sequence[str]]
    returned: bool


def requests_waiting(user: User, case: UUID | None = None) -> list[RequestWaiting]:
    """What waits for a person of a unit, in one case or in all: assigned to them, and for the contact what is assigned to nobody."""
    if user.roles.isdisjoint(UNIT):
        return []
    mine = EvidenceRequest.assigned_to == user.id
    place = (UnitYear.id, EvidenceRequest.due, ProgrammeYear.time_zone, Engagement.id)
    asked = (EvidenceRequest.about, EvidenceRequest.numbers, EvidenceRequest.state == RequestState.RETURNED)
    of = (
        select(*place, EvidenceRequest.raised_at, EvidenceRequest.number, Engagement.pack_id, *asked)
        .join(Engagement, EvidenceRequest.engagement_id == Engagement.id)
        .join(UnitYear, Engagement.unit_year_id == UnitYear.id)
        .join(ProgrammeYear, UnitYear.year_id == ProgrammeYear.id)
        .where(UnitYear.unit_id == user.organisation_id, EvidenceRequest.state.in_(sorted(WITH_UNIT)))
        .where(or_(mine, EvidenceRequest.assigned_to.is_(None)) if Role.CONTACT in user.roles else mine)
        .order_by(EvidenceRequest.due, EvidenceRequest.number)
    )
    return [RequestWaiting(*row) for row in db.session.execute(of if case is None else of.where(Engagement.id == case))]


def requests_assigned(user: User) -> list[tuple[Engagement, EvidenceRequest]]:
    """The open requests of their unit that are assigned to a person, with their case."""
    of = (
        select(EvidenceRequest, Engagement)
        .join(Engagement, EvidenceRequest.engagement_id == Engagement.id)
        .join(UnitYear, Engagement.unit_year_id == UnitYear.id)
        .where(UnitYear.unit_id == user.organisation_id, EvidenceRequest.assigned_to == user.id)
        .where(EvidenceRequest.state.in_(sorted(WITH_UNIT)))
        .order_by(EvidenceRequest.due, EvidenceRequest.number)
    )
    return [(row.Engagement, row.EvidenceRequest) for row in db.session.execute(of).unique()]


def people_of(engagement: Engagement) -> list[User]:
    """The people of the unit to whom a request may be assigned."""
    of = select(User).where(User.organisation_id == engagement.unit_year.unit_id, User.disabled_at.is_(None)).order_by(User.name)
    return [user for user in db.session.scalars(of).unique() if user.roles & UNIT]


def next_number(model: type[Voucher] | type[EvidenceRequest], *where: object) -> int:
    """The next number people speak, counted among the rows meant."""
    conditions: Sequence[object] = where
    return (db.session.scalar(select(func.max(model.number)).where(*conditions)) or 0) + 1  # type: ignore[arg-type]
