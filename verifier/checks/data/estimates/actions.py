"""Actions on conservative estimates: confirm as the source's outcome, and withdraw."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data import queries as data
from verifier.checks.data.actions import decide
from verifier.checks.data.estimates import queries
from verifier.checks.data.estimates.models import ConservativeEstimate
from verifier.checks.data.estimates.queries import Sheet
from verifier.core.actor import Actor
from verifier.core.calculation.conservative_estimate import Estimate
from verifier.core.calculation.units import plain
from verifier.core.errors import NotYours, Refusal
from verifier.core.findings import FindingAction
from verifier.core.lifecycle import CaseAction
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.rulepack.pack import RulePack
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.findings.actions import resolve
from verifier.findings.models import Finding
from verifier.rulepacks.load import load


def confirm(
    engagement: Engagement,
    source_key: str,
    finding_number: int | None,
    typed: Mapping[str, Decimal | None],
    reason: str,
    *,
    seen_tonnes: Decimal | None,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> ConservativeEstimate:
    """Confirm the displayed estimate as the source's verified figure; an open finding is resolved with the same reason.

    `seen_tonnes` is the figure that was shown with its difference, t CO2: where it differs by now, the new one is shown first. The newest
    estimate of a source replaces earlier ones.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    review = data.source_review(engagement, source_key)
    if review is None:
        raise NotYours
    sheet = queries.sheet(engagement, review, typed)
    if not queries.is_ours(load(engagement.pack_id)):
        raise Refusal("data.estimate.not_ours")
    finding = next((each for each in sheet.grounds if finding_number in (None, each.number)), None)
    if finding is None:
        raise Refusal("data.estimate.no_finding", key=source_key)
    if sheet.estimate is None:
        raise sheet.refused or Refusal("data.estimate.not_ours")
    if not reason.strip():
        raise Refusal("data.estimate.reason")
    if seen_tonnes != sheet.estimate.tonnes:
        raise Refusal("data.estimate.not_seen", tonnes=plain(sheet.estimate.tonnes, 6))
    if finding.state not in queries.LEFT:
        resolve(finding, FindingAction.ESTIMATE, reason, actor=actor, now=now)
    decide(engagement, source_key, SourceOutcome.DIFFERS, sheet.estimate.tonnes, reason, seen_version=seen_version, actor=actor, now=now)
    row = _write(engagement, sheet, finding, reason, actor, now)
    detail = {"finding": finding.label, "reported": _text(row.reported), "tonnes": _text(row.tonnes), "reason": row.reason}
    record(
        TrailAction.DATA_ESTIMATE_CONFIRMED,
        actor,
        Subject("source", source_key),
        now=now,
        case=engagement.id,
        difference=_text(sheet.estimate.difference),
        **detail,
    )
    return row


def _write(engagement: Engagement, sheet: Sheet, finding: Finding, reason: str, actor: Actor, now: datetime) -> ConservativeEstimate:
    source, found = sheet.review.source, sheet.estimate
    if found is None:
        raise Refusal("data.estimate.not_ours")
    row = queries.of_source(engagement, source.source_key)
    if row is None:
        row = ConservativeEstimate(engagement_id=engagement.id, source_key=source.source_key)
        db.session.add(row)
    row.finding_id, row.reported, row.tonnes, row.reason = finding.id, source.reported, found.tonnes, reason.strip()
    row.working = working(sheet, found, load(engagement.pack_id))
    row.fingerprint, row.made_by, row.made_at = source.fingerprint, actor.id, now
    db.session.flush()
    return row


def take_back(
    engagement: Engagement, source_key: str, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Withdraw an estimate with a reason: the source is undecided again; the resolution of its finding is unchanged."""
    advance(engagement, CaseAction.CHECK, now=now)
    row, outcome = queries.of_source(engagement, source_key), data.outcome_on(engagement, source_key)
    if row is None or outcome is None or not queries.is_outcome(row, outcome):
        raise Refusal("data.estimate.gone", key=source_key)
    if not reason.strip():
        raise Refusal("data.estimate.reason")
    check_version(row, seen_version, lambda: Refusal("data.estimate.stale", who=row.maker.name, tonnes=plain(row.tonnes, 6)))
    tonnes, finding = row.tonnes, row.finding.label
    db.session.delete(row)
    db.session.delete(outcome)
    db.session.flush()
    record(
        TrailAction.DATA_ESTIMATE_WITHDRAWN,
        actor,
        Subject("source", source_key),
        now=now,
        case=engagement.id,
        finding=finding,
        tonnes=_text(tonnes),
        reason=reason.strip(),
    )


def working(sheet: Sheet, found: Estimate, pack: RulePack) -> dict[str, Any]:
    """What the estimate was made of, as text: it stays readable whatever becomes of the report and the rules."""
    rule = pack.conservative
    return {
        "pack": {"id": pack.id, "version": pack.version, "sha256": pack.sha256},
        "rule": {"en": rule.rule.en, "zh": rule.rule.zh, "source": rule.origin.source} if rule else {},
        "quantities": [
            {
                "period": each.month.period,
                "unit": each.month.unit,
                "reported": _text(each.month.reported),
                "independent": _text(each.month.independent),
                "verified": _text(each.verified),
                "taken": _text(each.used),
                "why": each.why,
            }
            for each in sheet.months
        ],
        "factors": [
            {
                "parameter": each.parameter,
                "reported": each.reported,
                "reported_unit": each.reported_unit,
                "taken": each.value,
                "unit": each.unit,
                "table": each.default.table if each.default else None,
                "source": each.default.origin.source if each.default else None,
            }
            for each in found.factors
        ],
        "steps": [{"label": step.label, "period": step.period, "value": plain(step.value), "unit": step.unit} for step in found.steps],
        "reported": _text(found.reported),
        "tonnes": _text(found.tonnes),
        "difference": _text(found.difference),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
