"""Actions on supporting documents and evidence requests: submit, link, request, review, withdraw; nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.vouchers import queries
from verifier.checks.data.vouchers.file_kinds import ReadVoucher, read
from verifier.checks.data.vouchers.models import EvidenceRequest, RequestVoucher, Voucher, VoucherLink, VoucherPicture
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, RequestAction, RequestState, after, check_may_withdraw
from verifier.core.lifecycle import CaseAction, Stage
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.evidence import actions as evidence
from verifier.evidence.file_kinds import JPEG
from verifier.reports import queries as reports

UNIT_MAY_GIVE = frozenset({Stage.CHECKING, Stage.ANSWERING})


def check_open(engagement: Engagement, *, by_unit: bool, now: datetime) -> None:
    """Refuses a case whose checks are over: the unit gives while they run, a verifier as long as the checks may be worked on."""
    if not by_unit:
        advance(engagement, CaseAction.CHECK, now=now)
    elif engagement.stage not in UNIT_MAY_GIVE:
        raise Refusal("voucher.closed")


@dataclass(frozen=True, slots=True)
class GivenVoucher:
    """A voucher as it is handed in: the file, and in words what it is, of which meter, and which months it covers."""

    name: str
    data: bytes
    title: str
    meter: str = ""
    period: str = ""


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
    """Store a voucher and link it; the same file again is only linked. Returns the voucher and whether it is new."""
    check_open(engagement, by_unit=by_unit, now=now)
    if request is not None:
        request.state = after(request.state, RequestAction.ANSWER)
        keys = [*request.keys, *keys]
    found = already or read(draft.data, draft.name)
    voucher = queries.twin(engagement, found.file.sha256, by_unit=by_unit)
    new = voucher is None
    if voucher is None:
        voucher = _stored(engagement, found, draft, by_unit=by_unit, actor=actor, now=now)
    elif voucher.withdrawn_at is not None:
        voucher.withdrawn_at = voucher.withdrawn_by = None
        voucher.withdrawn_reason = ""
        record(TrailAction.DATA_VOUCHER_GIVEN_AGAIN, actor, _subject(voucher), now=now, case=engagement.id, number=voucher.label)
    for key in keys:
        link(engagement, voucher, key, by_unit=by_unit, actor=actor, now=now)
    if request is not None:
        _answered(engagement, request, voucher, answer, actor, now)
    return voucher, new


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


def request_evidence(
    engagement: Engagement,
    keys: Sequence[NumberKey],
    about: str,
    asked: str,
    department: str,
    due: date,
    *,
    each: bool = False,
    actor: Actor,
    now: datetime,
) -> list[EvidenceRequest]:
    """Request evidence from the unit: one request for all the numbers, or one for `each`; without numbers, for what the text describes."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not asked.strip():
        raise Refusal("voucher.request.no_words")
    if not keys and not about.strip():
        raise Refusal("voucher.request.about_nothing")
    unknown = [key.source for key in keys if reports.source_of(engagement.report_version, key.source) is None]
    if unknown:
        raise Refusal("voucher.link.no_source", key=unknown[0])
    groups = [[key] for key in keys] if each and keys else [list(keys)]
    number = queries.next_number(EvidenceRequest, EvidenceRequest.engagement_id == engagement.id)
    requests = [
        EvidenceRequest(
            engagement_id=engagement.id,
            number=number + place,
            about=about.strip(),
            asked=asked.strip(),
            department=department.strip(),
            numbers=[[key.source, key.period, key.parameter] for key in group],
            due=due,
            state=RequestState.OPEN,
            raised_by=actor.id,
            raised_at=now,
        )
        for place, group in enumerate(groups)
    ]
    db.session.add_all(requests)
    db.session.flush()
    for row in requests:
        record(
            TrailAction.DATA_REQUEST_RAISED,
            actor,
            _request_subject(row),
            now=now,
            case=engagement.id,
            number=row.label,
            asked=row.asked,
            numbers=row.numbers,
            due=row.due.isoformat(),
        )
    return requests


def assign(
    engagement: Engagement, request: EvidenceRequest, person: User | None, seen_version: int | None, *, actor: Actor, now: datetime
) -> None:
    """The unit's contact gives a request to someone of the unit, or takes it back to themselves."""
    check_open(engagement, by_unit=True, now=now)
    after(request.state, RequestAction.ASSIGN)
    if person is not None and person not in queries.people_of(engagement):
        raise Refusal("voucher.request.not_of_unit")
    assignee_name = request.assignee.name if request.assignee else "–"
    stale = Refusal("voucher.request.stale", theirs=assignee_name, yours=person.name if person else "–")
    check_version(request, seen_version, lambda: stale)
    request.assigned_to = person.id if person else None
    db.session.flush()
    record(
        TrailAction.DATA_REQUEST_ASSIGNED,
        actor,
        _request_subject(request),
        now=now,
        case=engagement.id,
        number=request.label,
        name=person.name if person else "",
    )


def judge(
    engagement: Engagement, request: EvidenceRequest, action: RequestAction, reason: str = "", *, actor: Actor, now: datetime
) -> None:
    """Accept the evidence, return it, or withdraw the request; the last two require a reason."""
    advance(engagement, CaseAction.CHECK, now=now)
    state = after(request.state, action)
    if action is not RequestAction.ACCEPT and not reason.strip():
        raise Refusal("voucher.request.no_reason")
    request.state, request.reason = state, reason.strip()
    request.version += 1
    db.session.flush()
    subject, detail = _request_subject(request), {"number": request.label, "reason": request.reason}
    if action is RequestAction.ACCEPT:
        record(TrailAction.DATA_REQUEST_ACCEPTED, actor, subject, now=now, case=engagement.id, **detail)
    elif action is RequestAction.RETURN:
        record(TrailAction.DATA_REQUEST_RETURNED, actor, subject, now=now, case=engagement.id, **detail)
    else:
        record(TrailAction.DATA_REQUEST_WITHDRAWN, actor, subject, now=now, case=engagement.id, **detail)


def answer_in_words(engagement: Engagement, request: EvidenceRequest, words: str, *, actor: Actor, now: datetime) -> None:
    """The unit answers without a file: there is none, or it is in one that was handed in already."""
    check_open(engagement, by_unit=True, now=now)
    state = after(request.state, RequestAction.ANSWER)
    if not words.strip():
        raise Refusal("voucher.request.no_answer")
    request.state = state
    _answered(engagement, request, None, words, actor, now)


def _answered(engagement: Engagement, request: EvidenceRequest, voucher: Voucher | None, words: str, actor: Actor, now: datetime) -> None:
    if voucher is not None and voucher.id not in {each.voucher_id for each in request.answers}:
        request.answers.append(RequestVoucher(voucher_id=voucher.id, voucher=voucher, given_at=now))
    request.answer = words.strip() or request.answer
    request.answered_by, request.answered_at, request.reason = actor.id, now, ""
    request.version += 1
    db.session.flush()
    record(
        TrailAction.DATA_REQUEST_ANSWERED,
        actor,
        _request_subject(request),
        now=now,
        case=engagement.id,
        number=request.label,
        voucher=voucher.label if voucher else "",
        note=words.strip(),
    )


def _stored(engagement: Engagement, found: ReadVoucher, draft: GivenVoucher, *, by_unit: bool, actor: Actor, now: datetime) -> Voucher:
    evidence.keep(draft.data, found.file.media_type, now=now)
    pictures = [evidence.keep(picture, JPEG, now=now).sha256 for picture in found.pictures]
    where = (Voucher.unit_year_id == engagement.unit_year_id, Voucher.by_unit.is_(by_unit))
    voucher = Voucher(
        unit_year_id=engagement.unit_year_id,
        number=queries.next_number(Voucher, *where),
        sha256=found.file.sha256,
        filename=found.file.safe_name,
        title=draft.title.strip() or found.file.safe_name,
        meter=draft.meter.strip(),
        period=draft.period.strip(),
        media_type=found.file.media_type,
        pages=found.pages,
        first_rows=found.first_rows,
        by_unit=by_unit,
        handed_in_by=actor.id,
        handed_in_at=now,
        links=[],
        pictures=[VoucherPicture(page=page, sha256=digest, media_type=JPEG) for page, digest in enumerate(pictures, 1)],
    )
    db.session.add(voucher)
    db.session.flush()
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


def _request_subject(request: EvidenceRequest) -> Subject:
    return Subject("evidence_request", str(request.number))
