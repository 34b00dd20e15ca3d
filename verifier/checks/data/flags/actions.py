"""Actions on flags: raised as findings, or dismissed with a reason, one or many; all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.flags import queries
from verifier.checks.data.flags.queries import Flagged
from verifier.checks.data.models import FlagDisposition
from verifier.core.actor import Actor
from verifier.core.calculation.units import round_half_up
from verifier.core.datachecks.flag_resolution import FlagState
from verifier.core.errors import NotYours, Refusal
from verifier.core.findings import Check, FindingState
from verifier.core.lifecycle import CaseAction
from verifier.core.rulepack.pack import RulePack
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.findings.actions import Draft, raise_finding
from verifier.findings.models import Finding
from verifier.rulepacks.load import load

PLACES = 6


@dataclass(frozen=True, slots=True)
class FlagFinding:
    """Text of a finding raised from a flag, in the language of the person who raises it."""

    title: str
    description: str
    subject_title: str | None = None


def dismiss(engagement: Engagement, keys: Sequence[str], reason: str, *, actor: Actor, now: datetime) -> int:
    """Dismiss flags with one reason; each keeps who, when and what it was decided on."""
    advance(engagement, CaseAction.CHECK, now=now)
    chosen = _chosen(engagement, keys)
    if not reason.strip():
        raise Refusal("data.flag.reason")
    for each in chosen:
        _write(engagement, each, None, reason.strip(), actor, now)
    db.session.flush()
    record(
        TrailAction.DATA_FLAGS_DISMISSED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        reason=reason.strip(),
        flags=[each.flag.key for each in chosen],
    )
    return len(chosen)


def raise_findings(
    engagement: Engagement, drafts: Mapping[str, FlagFinding], class_code: str, clause: str, *, actor: Actor, now: datetime
) -> list[Finding]:
    """Raise a draft for each flag, its effect on the reported total where the class has one; `drafts` gives its text by the flag's key.

    Without a clause each draft is under the one that the rules name as likely for its flag.
    """
    advance(engagement, CaseAction.CHECK, now=now)
    pack = load(engagement.pack_id)
    has_effect = pack.finding_class(class_code).has_effect
    raised = []
    for each in _chosen(engagement, list(drafts)):
        main, words = each.main, drafts[each.flag.key]
        finding = raise_finding(
            engagement,
            Subject("source", main.source) if main.source else Subject("report", main.code),
            Check.DATA,
            Draft(
                class_code,
                clause or _likely_clause(pack, main.code),
                words.title,
                words.description,
                _effect(each.effect) if has_effect else None,
            ),
            subject_title=words.subject_title,
            actor=actor,
            now=now,
        )
        _write(engagement, each, finding, "", actor, now)
        raised.append(finding)
    db.session.flush()
    record(
        TrailAction.DATA_FLAGS_RAISED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        findings=[finding.label for finding in raised],
        flags=list(drafts),
    )
    return raised


def cover(engagement: Engagement, keys: Sequence[str], finding: Finding, *, actor: Actor, now: datetime) -> int:
    """Name an existing finding of the case, not withdrawn, that covers flags: each is resolved as raised under its number."""
    advance(engagement, CaseAction.CHECK, now=now)
    if finding.engagement_id != engagement.id:
        raise NotYours
    if finding.state is FindingState.WITHDRAWN:
        raise Refusal("data.sample.finding_withdrawn", number=finding.label)
    chosen = _chosen(engagement, keys)
    for each in chosen:
        _write(engagement, each, finding, "", actor, now)
    db.session.flush()
    record(
        TrailAction.DATA_FLAGS_COVERED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        finding=finding.label,
        flags=[each.flag.key for each in chosen],
    )
    return len(chosen)


def reopen(engagement: Engagement, key: str, *, actor: Actor, now: datetime) -> None:
    """Undo a dismissal: the flag is open again."""
    advance(engagement, CaseAction.CHECK, now=now)
    row = next((each.disposition for each in queries.flagged(engagement) if each.flag.key == key), None)
    if row is None or row.finding_id is not None:
        raise Refusal("data.flag.changed", count=0)
    db.session.delete(row)
    db.session.flush()
    record(
        TrailAction.DATA_FLAG_REOPENED, actor, Subject("case", str(engagement.id)), now=now, case=engagement.id, flag=key, reason=row.reason
    )


def _likely_clause(pack: RulePack, code: str) -> str:
    clause = pack.likely_clause(code)
    if clause is None:
        raise Refusal("data.flag.no_clause")
    return clause


def _effect(tonnes: Decimal | None) -> Decimal | None:
    return None if tonnes is None else round_half_up(Fraction(tonnes), PLACES)


def _chosen(engagement: Engagement, keys: Sequence[str]) -> list[Flagged]:
    """Open flags of these keys; refuses an empty selection, keys that no longer exist, and resolved flags."""
    if not keys:
        raise Refusal("data.flag.none")
    rows = {each.flag.key: each for each in queries.flagged(engagement)}
    chosen = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    if len(chosen) != len(set(keys)):
        raise Refusal("data.flag.changed", count=len(chosen))
    settled = [each for each in chosen if each.state in (FlagState.FINDING, FlagState.DISMISSED)]
    if settled:
        raise Refusal("data.flag.resolved", count=len(settled))
    return chosen


def _write(engagement: Engagement, each: Flagged, finding: Finding | None, reason: str, actor: Actor, now: datetime) -> None:
    row = each.disposition
    if row is None:
        row = FlagDisposition(engagement_id=engagement.id, flag_key=each.flag.key, source_key=each.main.source)
        db.session.add(row)
    else:
        row.version += 1
    row.finding_id, row.reason = finding.id if finding else None, reason
    row.fingerprint, row.decided_by, row.decided_at = each.flag.fingerprint, actor.id, now
