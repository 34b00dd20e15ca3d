"""Actions on unrequested changes: accept with a reason, or raise as findings; all or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.versions import queries
from verifier.checks.data.versions.models import ChangeDisposition
from verifier.checks.data.versions.queries import ReviewedChange, Step
from verifier.core.actor import Actor
from verifier.core.calculation.units import round_half_up
from verifier.core.errors import Refusal
from verifier.core.findings import Check
from verifier.core.lifecycle import CaseAction
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.findings.actions import Draft, raise_finding
from verifier.findings.models import Finding
from verifier.rulepacks.load import load

PLACES = 6


def accept(engagement: Engagement, step: Step, keys: Sequence[str], reason: str, *, actor: Actor, now: datetime) -> int:
    """Accept unrequested changes with one reason."""
    advance(engagement, CaseAction.CHECK, now=now)
    chosen = _chosen(engagement, step, keys)
    if not reason.strip():
        raise Refusal("data.change.reason")
    for each in chosen:
        _write(engagement, each, None, reason.strip(), actor, now)
    db.session.flush()
    record(
        TrailAction.DATA_CHANGES_ACCEPTED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        reason=reason.strip(),
        before=step.before.number,
        after=step.after.number,
        changes=[each.change.key for each in chosen],
    )
    return len(chosen)


def raise_findings(
    engagement: Engagement, step: Step, texts: Mapping[str, tuple[str, str]], class_code: str, clause: str, *, actor: Actor, now: datetime
) -> list[Finding]:
    """Raise a draft for each change; `texts` says by the change's key its title and what it says."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not clause:
        raise Refusal("data.flag.no_clause")
    has_effect = load(engagement.pack_id).finding_class(class_code).has_effect
    raised = []
    for each in _chosen(engagement, step, list(texts)):
        (title, text), change = texts[each.change.key], each.change
        subject = (
            Subject("source", change.source) if change.source and not change.source.startswith("*") else Subject("report", change.sheet)
        )
        tonnes = queries.unrequested(engagement, each)
        effect = round_half_up(tonnes, PLACES) if has_effect and tonnes is not None else None
        finding = raise_finding(
            engagement,
            subject,
            Check.DATA,
            Draft(class_code, clause, title, text, effect),
            subject_title=None if subject.kind == "source" else title,
            actor=actor,
            now=now,
        )
        _write(engagement, each, finding, "", actor, now)
        raised.append(finding)
    db.session.flush()
    record(
        TrailAction.DATA_CHANGES_RAISED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        before=step.before.number,
        after=step.after.number,
        findings=[finding.label for finding in raised],
    )
    return raised


def _chosen(engagement: Engagement, step: Step, keys: Sequence[str]) -> list[ReviewedChange]:
    if not keys:
        raise Refusal("data.change.none")
    rows = {each.change.key: each for each in queries.changes_of(engagement, step) if each.is_open}
    chosen = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    if len(chosen) != len(set(keys)):
        raise Refusal("data.change.changed", count=len(chosen))
    return chosen


def _write(engagement: Engagement, each: ReviewedChange, finding: Finding | None, reason: str, actor: Actor, now: datetime) -> None:
    row = each.disposition
    if row is None:
        row = ChangeDisposition(
            engagement_id=engagement.id, before_id=each.step.before.id, after_id=each.step.after.id, change_key=each.change.key
        )
        db.session.add(row)
    else:
        row.version += 1
    row.finding_id, row.reason, row.decided_by, row.decided_at = finding.id if finding else None, reason, actor.id, now
