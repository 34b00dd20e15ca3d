"""Actions on supporting documents: submit, link, withdraw; nothing is deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.vouchers import queries
from verifier.checks.data.vouchers.file_kinds import ReadVoucher, read
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher, VoucherLink
from verifier.checks.data.vouchers.request_actions import add_answer, check_open
from verifier.checks.data.vouchers.shown_pages import pictured_as
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, RequestAction, after, check_may_withdraw, of_month
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.evidence import pictures
from verifier.reports import queries as reports


@dataclass(frozen=True, slots=True)
class GivenVoucher:
    """A voucher as it is handed in: the file, and in words what it is, of which meter, and which months it covers.

    `month`: it supports only numbers of this month; empty: all that are named.
    """

    name: str
    data: bytes
    title: str
    meter: str = ""
    period: str = ""
    month: str = ""


def submit(
    engagement: Engagement,
    draft: GivenVoucher,
    keys: Sequence[NumberKey] = (),
    *,
    request: EvidenceRequest | None = None,
    answer: str = "",
    by_unit: bool,
    already: ReadVoucher | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[Voucher, bool]:
    """Store a voucher and link it; the same file again is only linked. Returns the voucher and whether it is new.

    `already` is what `prepare` read of it before the transaction began.
    """
    check_open(engagement, by_unit=by_unit, now=now)
    if request is not None:
        request.state = after(request.state, RequestAction.ANSWER)
        keys = [*request.keys, *keys]
    keys = of_month(keys, draft.month)
    found = already or read(draft.data, draft.name)
    voucher = queries.twin(engagement, found.file.sha256, by_unit=by_unit)
    new = voucher is None
    if voucher is None:
        evidence.keep(draft.data, found.file.media_type, in_store=already is not None, now=now)
        voucher = _stored(engagement, found, draft, by_unit=by_unit, actor=actor, now=now)
    elif voucher.withdrawn_at is not None:
        voucher.withdrawn_at = voucher.withdrawn_by = None
        voucher.withdrawn_reason = ""
        record(TrailAction.DATA_VOUCHER_GIVEN_AGAIN, actor, _subject(voucher), now=now, case=engagement.id, number=voucher.label)
    for key in keys:
        link(engagement, voucher, key, by_unit=by_unit, actor=actor, now=now)
    if request is not None:
        add_answer(engagement, request, voucher, answer, actor, now)
    return voucher, new


def prepare(name: str, content: Callable[[], bytes]) -> tuple[bytes, ReadVoucher]:
    """Read a voucher while its bytes are put into the store; needs no transaction."""
    data = content()
    return data, evidence.put_while(data, lambda: read(data, name))


def link(
    engagement: Engagement, voucher: Voucher, key: NumberKey, page: int | None = None, *, by_unit: bool, actor: Actor, now: datetime
) -> VoucherLink:
    """Say that a number rests on a voucher; said once on either side, and a page may be named later."""
    check_open(engagement, by_unit=by_unit, now=now)
    if voucher.withdrawn_at is not None:
        raise Refusal("voucher.withdraw.already")
    if reports.source_of(engagement.report_version, key.source) is None:
        raise Refusal("voucher.link.no_source", key=key.source)
    if page is not None and (page < 1 or (voucher.pages is not None and page > voucher.pages)):
        raise Refusal("voucher.link.no_page", page=page, pages=voucher.pages or 1)
    row = next((each for each in voucher.links if each.key == key and each.by_unit == by_unit), None)
    if row is None:
        row = VoucherLink(source_key=key.source, period=key.period, parameter=key.parameter, by_unit=by_unit)
        row.voucher = voucher
        db.session.add(row)
    elif row.undone_at is None and row.page == page:
        return row
    row.page, row.undone_at, row.undone_by, row.linked_by, row.linked_at = page, None, None, actor.id, now
    db.session.flush()
    record(
        TrailAction.DATA_VOUCHER_LINKED,
        actor,
        Subject("source", key.source),
        now=now,
        case=engagement.id,
        voucher=voucher.label,
        period=key.period,
        parameter=key.parameter,
        page=page,
    )
    return row


def unlink(engagement: Engagement, row: VoucherLink, *, by_unit: bool, actor: Actor, now: datetime) -> None:
    """Remove a link made by one's own party; it stays on record, and is refused once a verifier relies on the document."""
    check_open(engagement, by_unit=by_unit, now=now)
    if row.by_unit != by_unit:
        raise Refusal("voucher.unlink.not_yours")
    if row.undone_at is not None:
        raise Refusal("voucher.unlink.already")
    if by_unit and queries.relied_on(row.voucher, engagement):
        raise Refusal("voucher.unlink.relied_on")
    row.undone_at, row.undone_by = now, actor.id
    db.session.flush()
    record(
        TrailAction.DATA_VOUCHER_UNLINKED,
        actor,
        Subject("source", row.source_key),
        now=now,
        case=engagement.id,
        voucher=row.voucher.label,
        period=row.period,
        parameter=row.parameter,
        page=row.page,
    )


def withdraw(engagement: Engagement, voucher: Voucher, reason: str, *, by_unit: bool, actor: Actor, now: datetime) -> None:
    """Withdraw a voucher of one's own side before it is relied on; file, row and reason stay."""
    check_open(engagement, by_unit=by_unit, now=now)
    if voucher.by_unit != by_unit:
        raise Refusal("voucher.withdraw.not_yours")
    relied = queries.relied_on(voucher, engagement)
    check_may_withdraw(withdrawn=voucher.withdrawn_at is not None, relied_on=relied, reason=reason)
    voucher.withdrawn_by, voucher.withdrawn_at, voucher.withdrawn_reason = actor.id, now, reason.strip()
    voucher.version += 1
    db.session.flush()
    record(
        TrailAction.DATA_VOUCHER_WITHDRAWN,
        actor,
        _subject(voucher),
        now=now,
        case=engagement.id,
        number=voucher.label,
        reason=reason.strip(),
    )


def _stored(engagement: Engagement, found: ReadVoucher, draft: GivenVoucher, *, by_unit: bool, actor: Actor, now: datetime) -> Voucher:
    where = (Voucher.unit_year_id == engagement.unit_year_id, Voucher.by_unit.is_(by_unit))
    voucher = Voucher(
        unit_year_id=engagement.unit_year_id,
        number=queries.next_number(Voucher, *where),
        sha256=found.file.sha256,
        filename=found.file.safe_name,
        title=draft.title.strip() or found.file.safe_name,
        meter=draft.meter.strip(),
        period=draft.period.strip() or draft.month,
        media_type=found.file.media_type,
        pages=found.pages,
        first_rows=found.first_rows,
        invoice=found.invoice,
        notices=[notice.value for notice in found.notices] or None,
        by_unit=by_unit,
        handed_in_by=actor.id,
        handed_in_at=now,
        links=[],
    )
    db.session.add(voucher)
    db.session.flush()
    if (kind := pictured_as(voucher.media_type)) is not None:
        pictures.request(kind, [voucher.sha256], now=now)
    record(
        TrailAction.DATA_VOUCHER_HANDED_IN,
        actor,
        _subject(voucher),
        now=now,
        case=engagement.id,
        number=voucher.label,
        title=voucher.title,
        file=voucher.filename,
        sha256=voucher.sha256,
    )
    return voucher


def _subject(voucher: Voucher) -> Subject:
    return Subject("voucher", str(voucher.id))
