"""Actions on analytical procedures: record an assessment of a deviating line."""

from datetime import datetime

from verifier.audit.actions import record
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.analysis import queries
from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.core.actor import Actor
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction
from verifier.core.subject import Subject
from verifier.db import check_version, db
from verifier.engagements.actions import advance
from verifier.engagements.models import Engagement


def conclude(
    engagement: Engagement, key: str, text: str, *, figures: str, seen_version: int | None = None, actor: Actor, now: datetime
) -> AnalysisConclusion:
    """Write what a verifier holds of a line; `figures` is the fingerprint of what they saw, so that nobody concludes on other figures."""
    advance(engagement, CaseAction.CHECK, now=now)
    found = queries.one(engagement, key)
    if found is None or found.line.fingerprint != figures:
        raise Refusal("analysis.line.changed")
    if not found.line.stands_out:
        raise Refusal("analysis.line.unremarkable")
    if not text.strip():
        raise Refusal("analysis.conclusion.blank")
    row = found.conclusion
    before = row.conclusion if row is not None else ""
    if row is None:
        if seen_version:
            raise Refusal("analysis.line.changed")
        row = AnalysisConclusion(engagement_id=engagement.id, line_key=key)
        db.session.add(row)
    else:
        stale = Refusal("analysis.conclusion.stale", who=row.concluder.name, theirs=row.conclusion, yours=text.strip())
        check_version(row, seen_version, lambda: stale)
    row.conclusion, row.fingerprint = text.strip(), found.line.fingerprint
    row.concluded_by, row.concluded_at = actor.id, now
    db.session.flush()
    record(
        TrailAction.DATA_ANALYSIS_CONCLUDED,
        actor,
        Subject("case", str(engagement.id)),
        now=now,
        case=engagement.id,
        line=key,
        before=before,
        reason=row.conclusion,
        figures=row.fingerprint,
    )
    return row
