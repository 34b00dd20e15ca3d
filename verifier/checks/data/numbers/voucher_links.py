"""Which vouchers support a number: links by source, month and parameter; a blank part matches all."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from verifier.checks.data.vouchers.models import Voucher, VoucherLink
from verifier.core.evidence_requests import supports
from verifier.db import db
from verifier.engagements.models import Engagement


def links(engagement: Engagement, source_key: str) -> list[VoucherLink]:
    """Every link to a number of a source that holds: neither it nor its voucher was taken back."""
    of = select(VoucherLink).join(Voucher).where(Voucher.unit_year_id == engagement.unit_year_id, VoucherLink.source_key == source_key)
    holding = of.where(VoucherLink.undone_at.is_(None), Voucher.withdrawn_at.is_(None))
    return list(db.session.scalars(holding.order_by(Voucher.by_unit.desc(), Voucher.number, VoucherLink.page)))


def about(every: Sequence[VoucherLink], period: str, parameter: str) -> list[VoucherLink]:
    """Those that speak of one number, each voucher once: by the link to the smallest part of it, a verifier's before the unit's."""
    found: dict[UUID, VoucherLink] = {}
    for each in sorted(every, key=lambda link: (len(link.period), len(link.parameter), not link.by_unit)):
        if supports(each.key, each.voucher.period, period, parameter):
            found[each.voucher_id] = each
    return [each for each in every if found.get(each.voucher_id) is each]


def count(every: Sequence[VoucherLink], period: str) -> int:
    """How many vouchers speak of a month, whichever of its numbers."""
    return len({each.voucher_id for each in every if supports(each.key, each.voucher.period, period, None)})
