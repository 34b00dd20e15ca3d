"""Actions on coverage: record and withdraw procedures on many numbers, approve the evidence-gathering plan, state deviations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.casework.coverage import queries
from verifier.casework.coverage.models import CoverageDeviation, EvidencePlan, EvidenceProcedure
from verifier.checks.data.sampling.risk_queries import levels
from verifier.checks.data.vouchers import queries as vouchers
from verifier.core.actor import Actor
from verifier.core.coverage.procedures import ProcedureMethod, check_recorded, months_between
from verifier.core.errors import NotYours, Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement

AT_ONCE = 20_000
"""Most numbers in one procedure."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A procedure as it is entered: a voucher of the case or a document in words, its page, and the months it covers, in words."""

    method: ProcedureMethod
    voucher_id: UUID | None = None
    document: str = ""
    page: int | None = None
    months: str = ""
    note: str = ""


def record_procedure(engagement: Engagement, keys: Collection[str], draft: Draft, *, actor: Actor, now: datetime) -> EvidenceProcedure:
    """Record one procedure carried out on these numbers, all or none: with its evidence, and only numbers that count."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not keys:
        raise Refusal("coverage.none")
    if len(set(keys)) > AT_ONCE:
        raise Refusal("coverage.too_many", count=len(set(keys)), most=AT_ONCE)
    known = {each.number.key: each for each in queries.counted_numbers(engagement)}
    chosen = [known[key] for key in dict.fromkeys(keys) if key in known]
    if len(chosen) != len(set(keys)):
        raise Refusal("coverage.gone", count=len(set(keys)) - len(chosen))
    voucher = vouchers.voucher(engagement, draft.voucher_id, inside=True) if draft.voucher_id else None
    if draft.voucher_id and (voucher is None or voucher.withdrawn_at is not None):
        raise Refusal("coverage.no_voucher")
    months = months_between(draft.months, engagement.unit_year.year.emission_year)
    evidence = voucher.label if voucher else draft.document
    check_recorded(draft.method, {each.number.kind for each in chosen}, evidence, months)
    if months and (outside := [each for each in chosen if not each.number.months & months]):
        raise Refusal("coverage.other_months", count=len(outside))
    row = EvidenceProcedure(
        engagement_id=engagement.id,
        method=draft.method,
        voucher_id=voucher.id if voucher else None,
        document="" if voucher else draft.document.strip(),
        page=draft.page,
        months=sorted(months),
        numbers=[[each.number.key, each.datum.fingerprint] for each in chosen],
        note=draft.note.strip(),
        done_by=actor.id,
        done_at=now,
        withdrawn_reason="",
    )
    db.session.add(row)
    db.session.flush()
    record(
        TrailAction.DATA_PROCEDURE_RECORDED,
        actor,
        Subject("procedure", str(row.id)),
        now=now,
        case=engagement.id,
        method=draft.method,
        evidence=queries.evidence_text(row),
        months=sorted(months),
        count=len(chosen),
        note=row.note,
    )
    return row


def withdraw_procedure(engagement: Engagement, procedure_id: UUID, reason: str, *, actor: Actor, now: datetime) -> None:
    """Withdraw a recorded procedure with a reason; it stays on record and covers nothing any more."""
    advance(engagement, CaseAction.CHECK, now=now)
    row = queries.procedure_row(engagement, procedure_id)
    if row is None:
        raise NotYours
    if row.withdrawn_at is not None:
        raise Refusal("coverage.withdrawn")
    if not reason.strip():
        raise Refusal("coverage.withdraw_reason")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = actor.id, now, reason.strip()
    db.session.flush()
    record(
        TrailAction.DATA_PROCEDURE_WITHDRAWN,
        actor,
        Subject("procedure", str(row.id)),
        now=now,
        case=engagement.id,
        method=row.method,
        evidence=queries.evidence_text(row),
        count=len(row.numbers),
        reason=reason.strip(),
    )


def approve_plan(engagement: Engagement, reason: str, *, actor: Actor, now: datetime) -> EvidencePlan:
    """Approve the evidence-gathering plan as the risks assessed now ask for it; after testing began only with a reason."""
    advance(engagement, CaseAction.CHECK, now=now)
    rule = queries.rule_of(engagement)
    if rule is None or not rule.by_plan:
        raise Refusal("coverage.no_plan")
    assessed = levels(engagement)
    open_sources = queries.assessment_of(engagement).not_assessed
    if open_sources:
        raise Refusal("coverage.not_assessed", count=len(open_sources))
    late = queries.begun_at(engagement) is not None or queries.plan_of(engagement) is not None
    if late and not reason.strip():
        raise Refusal("coverage.late")
    row = EvidencePlan(
        engagement_id=engagement.id,
        levels={key: str(level) for key, level in sorted(assessed.items())},
        reason=reason.strip(),
        approved_by=actor.id,
        approved_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(
        TrailAction.DATA_EVIDENCE_PLAN_APPROVED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        sources=len(assessed),
        reason=reason.strip(),
    )
    return row


def deviate(engagement: Engagement, source_key: str, reason: str, *, actor: Actor, now: datetime) -> CoverageDeviation:
    """Leave a source out of what the plan asked for, with the reason that the statement prints; only where the rules allow it."""
    advance(engagement, CaseAction.CHECK, now=now)
    rule = queries.rule_of(engagement)
    if rule is None or not rule.deviation:
        raise Refusal("coverage.no_deviation")
    if not reason.strip():
        raise Refusal("coverage.deviation_reason")
    if source_key not in {each.number.source for each in queries.counted_numbers(engagement)}:
        raise Refusal("coverage.no_source")
    if any(each.source_key == source_key for each in queries.deviations(engagement)):
        raise Refusal("coverage.deviation_twice")
    row = CoverageDeviation(engagement_id=engagement.id, source_key=source_key, reason=reason.strip(), stated_by=actor.id, stated_at=now)
    db.session.add(row)
    db.session.flush()
    subject = Subject("source", source_key)
    record(TrailAction.DATA_COVERAGE_DEVIATION_STATED, actor, subject, now=now, case=engagement.id, reason=reason.strip())
    return row


def end_deviation(engagement: Engagement, deviation_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Withdraw a deviation: the source is to be tested as planned."""
    advance(engagement, CaseAction.CHECK, now=now)
    row = next((each for each in queries.deviations(engagement) if each.id == deviation_id), None)
    if row is None:
        raise NotYours
    row.withdrawn_by, row.withdrawn_at = actor.id, now
    row.version += 1
    db.session.flush()
    subject = Subject("source", row.source_key)
    record(TrailAction.DATA_COVERAGE_DEVIATION_WITHDRAWN, actor, subject, now=now, case=engagement.id, reason=row.reason)
