"""Actions on evidence requests: raise, assign, answer and review; nothing is deleted."""

from collections.abc import Sequence
from datetime import date, datetime

from verifier.accounts.models import User
from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.vouchers import queries
from verifier.checks.data.vouchers.models import EvidenceRequest, RequestVoucher, Voucher
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, RequestAction, RequestState, after
from verifier.core.lifecycle import CaseAction, Stage
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports

UNIT_MAY_GIVE = frozenset({Stage.CHECKING, Stage.ANSWERING})


def check_open(engagement: Engagement, *, by_unit: bool, now: datetime) -> None:
    """Refuses a case whose checks are over: the unit gives while they run, a verifier as long as the checks may be worked on."""
    if not by_unit:
        advance(engagement, CaseAction.CHECK, now=now)
    elif engagement.stage not in UNIT_MAY_GIVE:
        raise Refusal("voucher.closed")


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
    subject, number = _request_subject(request), request.label
    match action:
        case RequestAction.ACCEPT:
            record(TrailAction.DATA_REQUEST_ACCEPTED, actor, subject, now=now, case=engagement.id, number=number, reason=request.reason)
        case RequestAction.RETURN:
            record(TrailAction.DATA_REQUEST_RETURNED, actor, subject, now=now, case=engagement.id, number=number, reason=request.reason)
        case _:
            record(TrailAction.DATA_REQUEST_WITHDRAWN, actor, subject, now=now, case=engagement.id, number=number, reason=request.reason)


def answer_in_words(
    engagement: Engagement, request: EvidenceRequest, words: str, seen_version: int | None = None, *, actor: Actor, now: datetime
) -> None:
    """The unit answers without a file: there is none, or it is in one that was handed in already.

    Where somebody else answered since the page was read, their words are not replaced: the second person is told by whom.
    """
    check_open(engagement, by_unit=True, now=now)
    if seen_version not in (None, request.version) and request.state is RequestState.ANSWERED and request.answerer is not None:
        raise Refusal("voucher.request.answered", number=request.label, name=request.answerer.name)
    state = after(request.state, RequestAction.ANSWER)
    if not words.strip():
        raise Refusal("voucher.request.no_answer")
    request.state = state
    add_answer(engagement, request, None, words, actor, now)


def add_answer(engagement: Engagement, request: EvidenceRequest, voucher: Voucher | None, words: str, actor: Actor, now: datetime) -> None:
    """Attach a file or words to a request as its answer, and record it."""
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


def _request_subject(request: EvidenceRequest) -> Subject:
    return Subject("evidence_request", str(request.number))
