"""Actions on sampled errors: a finding raised or named for each, or a reason for none; procedures that cover an unsupported sample."""

from dataclasses import dataclass
from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.sampling import item_errors
from verifier.checks.data.sampling.actions import check_drawn
from verifier.checks.data.sampling.item_errors import WrongItem
from verifier.checks.data.sampling.models import Sample, SampleCover, SampledItem
from verifier.core.actor import Actor
from verifier.core.calculation.units import round_half_up
from verifier.core.errors import NotYours, Refusal
from verifier.core.findings import Check, FindingState
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.actions import Draft, raise_finding
from verifier.findings.models import Finding
from verifier.rulepacks.load import load

PLACES = 6


@dataclass(frozen=True, slots=True)
class ErrorFinding:
    """Class, clause and text of a finding raised from a sampled error, in the language of the person who raises it."""

    class_code: str
    clause: str
    title: str
    description: str


def raise_for(engagement: Engagement, row: SampledItem, words: ErrorFinding, *, actor: Actor, now: datetime) -> Finding:
    """Raise a draft for a wrong item, on its source where it has one, with the item's error as effect where the class has one."""
    wrong = _wrong(engagement, row, now)
    has_effect = load(engagement.pack_id).finding_class(words.class_code).has_effect
    effect = round_half_up(wrong.error.tonnes, PLACES) if has_effect and wrong.error.tonnes else None
    subject = Subject("source", wrong.error.source) if wrong.error.source else Subject("report", f"sample-{wrong.sample.number}")
    finding = raise_finding(
        engagement,
        subject,
        Check.DATA,
        Draft(words.class_code, words.clause, words.title, words.description, effect),
        subject_title=None if wrong.error.source else words.title,
        actor=actor,
        now=now,
    )
    _settle(engagement, wrong, finding, "", actor, now)
    return finding


def name_finding(engagement: Engagement, row: SampledItem, finding: Finding, *, actor: Actor, now: datetime) -> None:
    """Name a finding of the case, not withdrawn, that covers a wrong item."""
    wrong = _wrong(engagement, row, now)
    if finding.engagement_id != engagement.id:
        raise NotYours
    if finding.state is FindingState.WITHDRAWN:
        raise Refusal("data.sample.finding_withdrawn", number=finding.label)
    _settle(engagement, wrong, finding, "", actor, now)


def no_finding(engagement: Engagement, row: SampledItem, reason: str, *, actor: Actor, now: datetime) -> None:
    """State why a wrong item needs no finding; its error still counts."""
    wrong = _wrong(engagement, row, now)
    if not reason.strip():
        raise Refusal("data.sample.no_finding_reason")
    _settle(engagement, wrong, None, reason.strip(), actor, now)


def _wrong(engagement: Engagement, row: SampledItem, now: datetime) -> WrongItem:
    check_drawn(engagement, row.sample, now)
    wrong = item_errors.wrong_item(engagement, row)
    if wrong is None:
        raise Refusal("data.sample.not_wrong")
    return wrong


def _settle(engagement: Engagement, wrong: WrongItem, finding: Finding | None, reason: str, actor: Actor, now: datetime) -> None:
    wrong.row.finding, wrong.row.no_finding_reason = finding, reason
    wrong.row.version += 1
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_ERROR_SETTLED,
        actor,
        Subject("sample", str(wrong.sample.number)),
        now=now,
        case=engagement.id,
        item=wrong.row.line,
        finding=finding.label if finding else "",
        reason=reason,
    )


def cover(engagement: Engagement, sample: Sample, procedures: str, *, actor: Actor, now: datetime) -> SampleCover:
    """Name other procedures that cover what a sample does not support; naming others asks the reviewer again."""
    check_drawn(engagement, sample, now)
    if not procedures.strip():
        raise Refusal("data.sample.procedures")
    if item_errors.supported(sample, item_errors.deducted_sources(engagement)):
        raise Refusal("data.sample.supported")
    row = item_errors.covers(engagement).get(sample.number)
    if row is None:
        row = SampleCover(sample_id=sample.id)
        db.session.add(row)
    else:
        row.version += 1
    assert actor.id is not None
    row.procedures, row.named_by, row.named_at = procedures.strip(), actor.id, now
    row.accepted_by = row.accepted_at = None
    db.session.flush()
    record(
        TrailAction.DATA_SAMPLE_COVERED,
        actor,
        Subject("sample", str(sample.number)),
        now=now,
        case=engagement.id,
        procedures=row.procedures,
    )
    return row


def accept_covers(engagement: Engagement, *, accepted: bool, actor: Actor, now: datetime) -> None:
    """The independent reviewer accepts the procedures named for samples that do not support the figure; refuses an approval without."""
    waiting = item_errors.to_accept(engagement)
    if waiting and not accepted:
        raise Refusal("statement.review.procedures", samples=tuple(str(each.sample.number) for each in waiting))
    for each in waiting:
        each.accepted_by, each.accepted_at = actor.id, now
    if waiting:
        db.session.flush()
        record(
            TrailAction.DATA_SAMPLE_COVER_ACCEPTED,
            actor,
            Subject("case", str(engagement.id)),
            now=now,
            case=engagement.id,
            samples=[each.sample.number for each in waiting],
        )
