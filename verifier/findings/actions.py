"""Actions on findings: raise, send, answer, decide; and the stage of the case that follows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, func, select

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.findings import Check, FindingAction, FindingState, after, check_article, decided
from verifier.core.lifecycle import CaseAction, Stage
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements import actions as engagements
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.evidence.actions import attach
from verifier.evidence.models import Photo, PhotoSubject
from verifier.findings import queries
from verifier.findings.models import Exchange, Finding
from verifier.reports.models import ReportVersion
from verifier.reports.queries import facilities_of, latest_released, source_of
from verifier.rulepacks.load import load

NEEDS_REASON = frozenset(
    {FindingAction.RETURN, FindingAction.WITHDRAW, FindingAction.REPORT_UNCORRECTED, FindingAction.ESTIMATE, FindingAction.CARRY_OVER}
)
"""Actions that the unit, the reviewer or next year's verifier must be able to understand."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Content of a finding as drafted; `effect` in t CO2, reported − correct."""

    class_code: str
    clause: str
    title: str
    description: str
    effect: Decimal | None = None
    internal_note: str = ""


def raise_finding(
    engagement: Engagement, subject: Subject, check: Check, draft: Draft, *, subject_title: str | None = None, actor: Actor, now: datetime
) -> Finding:
    """Write a draft under the next number of the case; class and clause must be the pack's."""
    advance(engagement, CaseAction.CHECK, now=now)
    draft = replace(draft, title=draft.title.strip(), description=draft.description.strip(), internal_note=draft.internal_note.strip())
    _check_draft(engagement, draft)
    finding = Finding(
        engagement_id=engagement.id,
        report_version_id=engagement.report_version_id,
        **_next_numbers(engagement, draft.class_code),
        arose_in=check,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_title=subject_title or _title_of(engagement, subject),
        **asdict(draft),
        state=FindingState.DRAFT,
        raised_by=actor.id,
        raised_at=now,
    )
    db.session.add(finding)
    db.session.flush()
    record(
        TrailAction.FINDING_FINDING_RAISED,
        actor,
        _subject(finding),
        now=now,
        case=engagement.id,
        finding=finding.label,
        about=str(subject),
        finding_class=draft.class_code,
        clause=draft.clause,
    )
    return finding


def edit_draft(finding: Finding, draft: Draft, version: int | None, *, actor: Actor, now: datetime) -> None:
    """Change what has not been sent; an edit made on an older state is refused with both values."""
    _lock(finding)
    advance(finding.engagement, CaseAction.CHECK, now=now)
    if finding.state is not FindingState.DRAFT:
        raise Refusal("finding.edit.not_draft", state=finding.state)
    check_version(finding, version, lambda: Refusal("finding.stale", theirs=finding.title, yours=draft.title))
    _check_draft(finding.engagement, draft)
    changed = [name for name, value in asdict(draft).items() if getattr(finding, name) != value]
    if "class_code" in changed:
        finding.class_number = _next_numbers(finding.engagement, draft.class_code)["class_number"]
    for name, value in asdict(draft).items():
        setattr(finding, name, value)
    db.session.flush()
    record(
        TrailAction.FINDING_FINDING_EDITED,
        actor,
        _subject(finding),
        now=now,
        case=finding.engagement_id,
        finding=finding.label,
        changed=changed,
    )


def withdraw(finding: Finding, reason: str, *, actor: Actor, now: datetime) -> None:
    """Withdraw a finding with a reason; the unit is notified only if the finding was sent."""
    _lock(finding)
    advance(finding.engagement, CaseAction.CHECK, now=now)
    state = after(finding.state, FindingAction.WITHDRAW)
    _add_exchange(finding, FindingAction.WITHDRAW, reason, state, actor=actor, now=now)
    finding.resolved_at = now
    record(
        TrailAction.FINDING_FINDING_WITHDRAWN,
        actor,
        _subject(finding),
        now=now,
        case=finding.engagement_id,
        finding=finding.label,
        sent=finding.sent_at is not None,
    )
    _close_round(finding.engagement, actor=actor, now=now)


def send_all(engagement: Engagement, *, actor: Actor, now: datetime) -> list[Finding]:
    """Send every draft to the unit together; where none of them needs an answer the case stays with the body."""
    drafts = queries.drafts(engagement)
    advance(engagement, CaseAction.SEND_FINDINGS, now=now)
    if not drafts:
        raise Refusal("finding.send.none")
    for finding in drafts:
        finding.state, finding.sent_at = after(finding.state, FindingAction.SEND), now
        finding.version += 1
    db.session.flush()
    record(
        TrailAction.FINDING_FINDINGS_SENT,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        findings=[finding.label for finding in drafts],
    )
    _close_round(engagement, actor=actor, now=now)
    return drafts


def put_photo(finding: Finding, photo: Photo, *, actor: Actor, now: datetime) -> None:
    """Attach a photo of another subject to a finding; visible to the unit once the finding is sent."""
    advance(finding.engagement, CaseAction.CHECK, now=now)
    if photo in queries.photos_of(finding):
        raise Refusal("finding.photo.already", finding=finding.label)
    photo.shows.append(PhotoSubject(finding_id=finding.id, tied_by=actor.id, tied_at=now))
    db.session.flush()
    record(
        TrailAction.FINDING_PHOTO_ADDED,
        actor,
        _subject(finding),
        now=now,
        case=finding.engagement_id,
        finding=finding.label,
        photo=photo.id,
        sha256=photo.original_sha256,
    )


def answer(
    finding: Finding,
    text: str,
    files: Sequence[tuple[str, bytes]] = (),
    report_version: ReportVersion | None = None,
    *,
    in_store: bool = False,
    actor: Actor,
    now: datetime,
) -> Exchange:
    """The unit's answer, its files as (name, bytes) kept with it; a corrected number is named by the released version that holds it.

    `in_store`: the files were put into the store before the transaction.
    """
    _lock(finding)
    engagement = finding.engagement
    _refuse_answered(finding)
    advance(engagement, CaseAction.ANSWER, now=now)
    state = after(finding.state, FindingAction.ANSWER)
    if not text.strip():
        raise Refusal("finding.answer.no_text")
    _check_version(finding, report_version)
    exchange = _add_exchange(finding, FindingAction.ANSWER, text, state, report_version=report_version, actor=actor, now=now)
    subject = Subject("exchange", str(exchange.id))
    attachments = [attach(engagement.id, subject, name, data, in_store=in_store, actor=actor, now=now) for name, data in files]
    record(
        TrailAction.FINDING_FINDING_ANSWERED,
        actor,
        _subject(finding),
        now=now,
        case=engagement.id,
        finding=finding.label,
        report=report_version.number if report_version else None,
        files=[[file.filename, file.sha256] for file in attachments],
    )
    _close_round(engagement, actor=actor, now=now)
    return exchange


def accept(finding: Finding, text: str = "", *, actor: Actor, now: datetime) -> None:
    """Close a finding on its answer, or without one where its class needs none."""
    resolve(finding, FindingAction.ACCEPT, text, actor=actor, now=now)


def return_(finding: Finding, reason: str, *, actor: Actor, now: datetime) -> None:
    """Send a finding back to the unit, which then has the case again."""
    _lock(finding)
    state = after(finding.state, FindingAction.RETURN)
    _add_exchange(finding, FindingAction.RETURN, reason, state, actor=actor, now=now)
    advance(finding.engagement, CaseAction.SEND_FINDINGS, now=now)
    record(TrailAction.FINDING_FINDING_RETURNED, actor, _subject(finding), now=now, case=finding.engagement_id, finding=finding.label)


def resolve(finding: Finding, action: FindingAction, reason: str, *, actor: Actor, now: datetime) -> None:
    """Resolve a finding as its class allows: closed, reported uncorrected, estimated conservatively, carried over."""
    _lock(finding)
    advance(finding.engagement, CaseAction.CHECK, now=now)
    of = queries.class_of(finding)
    state = decided(finding.state, action, needs_answer=of.needs_answer, dispositions=of.dispositions)
    _add_exchange(finding, action, reason, state, actor=actor, now=now)
    finding.resolved_at = now
    record(
        TrailAction.FINDING_FINDING_RESOLVED,
        actor,
        _subject(finding),
        now=now,
        case=finding.engagement_id,
        finding=finding.label,
        state=str(state),
    )
    _close_round(finding.engagement, actor=actor, now=now)


def _subject(finding: Finding) -> Subject:
    return Subject("finding", str(finding.id))


def _check_draft(engagement: Engagement, draft: Draft) -> None:
    """Refuse a class or clause the pack does not have, an effect the class does not admit, and missing title or description."""
    pack = load(engagement.pack_id)
    of_class = pack.finding_class(draft.class_code)
    pack.clause(draft.clause)
    if draft.effect is not None and not of_class.has_effect:
        raise Refusal("finding.effect.not_of_class")
    if not draft.title or not draft.description:
        raise Refusal("finding.text.missing")
    check_article(of_class.cites_article, draft.title, draft.description)


def refuse_duplicate(engagement: Engagement, subject: Subject, draft: Draft) -> None:
    """Refuse a draft equal to an existing one on the same subject, e.g. sent from two tabs."""
    twin = next((one for one in queries.drafts_titled(engagement, draft.title) if one.subject == subject and _written(one) == draft), None)
    if twin is not None:
        raise Refusal("finding.raised.twice", finding=twin.label)


def _written(finding: Finding) -> Draft:
    return Draft(finding.class_code, finding.clause, finding.title, finding.description, finding.effect, finding.internal_note)


def _next_numbers(engagement: Engagement, class_code: str) -> dict[str, int]:
    """Next number in the case and within a class, read under the lock on the case's row: concurrent requests get different numbers."""
    db.session.execute(select(Engagement.id).where(Engagement.id == engagement.id).with_for_update(of=Engagement.__table__))
    of_class = func.max(case((Finding.class_code == class_code, Finding.class_number)))
    last = db.session.execute(select(func.max(Finding.number), of_class).where(Finding.engagement_id == engagement.id)).one()
    return {"number": (last[0] or 0) + 1, "class_number": (last[1] or 0) + 1}


def _title_of(engagement: Engagement, subject: Subject) -> str:
    """What the subject is called in the report or the pack, else its id."""
    if subject.kind == "source":
        source = source_of(engagement.report_version, subject.id)
        return f"{subject.id} {source.name}" if source else subject.id
    if subject.kind == "facility":
        names = {row.facility_key: row.name for row in facilities_of(engagement.report_version)}
        return f"{subject.id} {names[subject.id]}" if subject.id in names else subject.id
    if subject.kind == "checklist_item":
        return load(engagement.pack_id).checklist_item(subject.id).look.en
    return subject.id


def _refuse_answered(finding: Finding) -> None:
    """Of two who answer, the second is told by whom it was answered."""
    if finding.state is FindingState.ANSWERED:
        last = next(each for each in reversed(finding.exchanges) if each.action is FindingAction.ANSWER)
        raise Refusal("finding.answer.answered", finding=finding.label, name=last.speaker.name)


def _lock(finding: Finding) -> None:
    """Lock the row until the transaction ends, so that the second of two concurrent decisions is refused."""
    db.session.refresh(finding, with_for_update={"of": Finding})


def _add_exchange(
    finding: Finding,
    action: FindingAction,
    text: str,
    state: FindingState,
    *,
    report_version: ReportVersion | None = None,
    actor: Actor,
    now: datetime,
) -> Exchange:
    """Store the exchange and set the finding's new state."""
    if action in NEEDS_REASON and not text.strip():
        raise Refusal("finding.reason.missing")
    exchange = Exchange(
        finding_id=finding.id,
        action=action,
        text=text.strip(),
        said_by=actor.id,
        said_at=now,
        report_version_id=report_version.id if report_version else None,
    )
    db.session.add(exchange)
    finding.state = state
    finding.version += 1
    db.session.flush()
    db.session.expire(finding, ["exchanges"])
    return exchange


def _close_round(engagement: Engagement, *, actor: Actor, now: datetime) -> None:
    """Once the unit has nothing left to answer, the case goes back to the body, on the newest report the unit released."""
    if engagement.stage is not Stage.ANSWERING or queries.awaiting_answer(engagement):
        return
    advance(engagement, CaseAction.ALL_ANSWERED, now=now)
    record(TrailAction.FINDING_FINDINGS_ALL_ANSWERED, actor, Subject("case", str(engagement.id)), now=now, case=engagement.id)
    newest = latest_released(engagement.unit_year)
    if newest is not None and newest.id != engagement.report_version_id:
        engagements.adopt_report(engagement, newest, actor=actor, now=now)


def _check_version(finding: Finding, version: ReportVersion | None) -> None:
    """Refuse a correcting version that is of another report, not released, or not newer than the one the finding was raised on."""
    if version is None:
        return
    if version.unit_year_id != finding.engagement.unit_year_id:
        raise Refusal("finding.answer.other_report")
    if version.released_at is None:
        raise Refusal("finding.answer.not_released", number=version.number)
    if version.number <= (raised_on := finding.report_version.number):
        raise Refusal("finding.answer.not_newer", number=version.number, raised_on=raised_on)
