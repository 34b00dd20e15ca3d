"""Actions on materiality: planning threshold, and marks with a reason, which can be withdrawn."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.casework.materiality import queries
from verifier.casework.materiality.models import AgreedAssurance, MarkKind, MaterialityMark, PlanningThreshold, StatedUnitCategory
from verifier.core.actor import Actor
from verifier.core.calculation.units import plain, round_half_up
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.opinion.category import CategoryBasis, StatedCategory, check_stated
from verifier.core.opinion.materiality import MaterialityAssessment, Verdict
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement
from verifier.reports.queries import source_of
from verifier.rulepacks.load import load

PLACES = 6


def plan_with(engagement: Engagement, share: Decimal, reason: str, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Set the body's own planning threshold of a case, as a share of the total; never laxer than the rules."""
    advance(engagement, CaseAction.CHECK, now=now)
    if not reason.strip():
        raise Refusal("materiality.planning.reason")
    if not 0 < share <= 1:
        raise Refusal("materiality.planning.range")
    rules, category = load(engagement.pack_id).materiality, queries.unit_category(engagement)
    limit = category.band.share if category else rules.share if rules else None
    if limit is not None and Fraction(share) > limit:
        raise Refusal("materiality.planning.laxer", share=plain(limit * 100))
    row = queries.planning(engagement)
    if row is None:
        row = PlanningThreshold(engagement_id=engagement.id)
        db.session.add(row)
    else:
        stored_share = plain(row.share * 100)
        check_version(row, seen_version, lambda: Refusal("materiality.stale", theirs=f"{stored_share} %", yours=f"{plain(share * 100)} %"))
    row.share, row.reason, row.set_by, row.set_at = share, reason.strip(), actor.id, now
    db.session.flush()
    record(
        TrailAction.DATA_PLANNING_THRESHOLD_SET,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        share=plain(share),
        reason=reason.strip(),
    )


def state_category(engagement: Engagement, stated: StatedCategory, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Enter the category of the unit with its source; the threshold follows from it."""
    advance(engagement, CaseAction.CHECK, now=now)
    band = check_stated(stated, load(engagement.pack_id).materiality)
    row = queries.stated_category(engagement)
    if row is None:
        row = StatedUnitCategory(engagement_id=engagement.id)
        db.session.add(row)
    else:
        theirs = row.code
        check_version(row, seen_version, lambda: Refusal("materiality.stale", theirs=theirs, yours=band.code))
    average = stated.average if stated.basis is CategoryBasis.AVERAGE else None
    row.basis, row.code, row.source = stated.basis, band.code, stated.source.strip()
    row.average = None if average is None else round_half_up(average, PLACES)
    assert actor.id is not None
    row.set_by, row.set_at = actor.id, now
    db.session.flush()
    record(
        TrailAction.DATA_UNIT_CATEGORY_SET,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        category=band.code,
        basis=stated.basis,
        average=None if average is None else plain(average),
        source=row.source,
    )


def agree_assurance(engagement: Engagement, level: str, source: str, *, actor: Actor, now: datetime) -> None:
    """Enter the level of assurance that was agreed at the start; it is not changed afterwards."""
    advance(engagement, CaseAction.CHECK, now=now)
    if level not in {each.code for each in load(engagement.pack_id).assurance_levels}:
        raise Refusal("materiality.assurance.level")
    if not source.strip():
        raise Refusal("materiality.assurance.source")
    known = queries.assurance(engagement)
    if known is not None:
        raise Refusal("materiality.assurance.agreed", who=known.setter.name)
    db.session.add(AgreedAssurance(engagement_id=engagement.id, level=level, source=source.strip(), set_by=actor.id, set_at=now))
    db.session.flush()
    subject = Subject("case", str(engagement.id))
    record(TrailAction.DATA_ASSURANCE_AGREED, actor, subject, now=now, case=engagement.id, level=level, source=source.strip())


def mark(engagement: Engagement, manner: MarkKind, subject: Subject, reason: str, *, actor: Actor, now: datetime) -> MaterialityMark:
    """Mark a finding or source as material by nature; a reason is required."""
    return _mark(engagement, manner, subject, reason, None, actor=actor, now=now)


def accept_netting(
    engagement: Engagement, assessment: MaterialityAssessment, reason: str, *, actor: Actor, now: datetime
) -> MaterialityMark:
    """Accept that errors offset each other, for the errors of the assessment; what was accepted for other errors is replaced."""
    if reason.strip() and assessment.by_size is not Verdict.ONLY_NETTED:
        raise Refusal("materiality.netting.nothing")
    there = next((row for row in queries.marks(engagement) if row.kind is MarkKind.NETTING), None)
    if there is not None and reason.strip() and not queries.netting_holds(engagement, there, assessment):
        take_back(engagement, there.id, actor=actor, now=now)
    subject = Subject("case", str(engagement.id))
    return _mark(engagement, MarkKind.NETTING, subject, reason, queries.written(assessment), actor=actor, now=now)


def _mark(
    engagement: Engagement, manner: MarkKind, subject: Subject, reason: str, accepted: dict[str, Any] | None, *, actor: Actor, now: datetime
) -> MaterialityMark:
    advance(engagement, CaseAction.CHECK, now=now)
    if not reason.strip():
        raise Refusal("materiality.mark.reason")
    if not _exists(engagement, manner, subject):
        raise Refusal("materiality.mark.nothing")
    there = next(
        (row for row in queries.marks(engagement) if (row.kind, row.subject_kind, row.subject_id) == (manner, subject.kind, subject.id)),
        None,
    )
    if there is not None:
        raise Refusal("materiality.mark.twice", who=there.marker.name, reason=there.reason)
    row = MaterialityMark(
        engagement_id=engagement.id,
        kind=manner,
        subject_kind=subject.kind,
        subject_id=subject.id,
        reason=reason.strip(),
        marked_by=actor.id,
        marked_at=now,
        accepted=accepted,
    )
    db.session.add(row)
    db.session.flush()
    figures = {name: accepted[name] for name in ("net", "gross")} if accepted else {}
    record(TrailAction(f"data:materiality:{manner}"), actor, subject, now=now, case=engagement.id, reason=reason.strip(), **figures)
    return row


def take_back(engagement: Engagement, mark_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Withdraw a mark."""
    advance(engagement, CaseAction.CHECK, now=now)
    row = next((each for each in queries.marks(engagement) if each.id == mark_id), None)
    if row is None:
        raise Refusal("materiality.mark.gone")
    subject = Subject(row.subject_kind, row.subject_id)
    db.session.delete(row)
    db.session.flush()
    record(TrailAction.DATA_MATERIALITY_WITHDRAWN, actor, subject, now=now, case=engagement.id, kind=row.kind, reason=row.reason)


def _exists(engagement: Engagement, kind: MarkKind, subject: Subject) -> bool:
    if kind is MarkKind.NETTING:
        return subject == Subject("case", str(engagement.id))
    if kind is not MarkKind.NATURE:
        return False
    if subject.kind == "finding":
        return any(str(finding.id) == subject.id for finding in queries.findings_of(engagement))
    return subject.kind == "source" and source_of(engagement.report_version, subject.id) is not None
