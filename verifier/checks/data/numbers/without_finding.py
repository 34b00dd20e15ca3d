"""Differences of single numbers that no finding names, and the reasons why none is needed."""

from sqlalchemy import and_, select

from verifier.checks.data.models import NumberDecision, SourceDecision
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.queries import by_subject
from verifier.reports.models import ReportedNumber


def numbers_without_finding(engagement: Engagement) -> list[str]:
    """Keys of numbers whose value differs, with neither a finding on them or their source nor a reason why none is needed.

    A reason given for the source's difference holds for its numbers.
    """
    of = select(NumberDecision.number_key, NumberDecision.source_key).join(
        ReportedNumber,
        and_(ReportedNumber.number_key == NumberDecision.number_key, ReportedNumber.fingerprint == NumberDecision.fingerprint),
    )
    of = of.where(
        NumberDecision.engagement_id == engagement.id,
        ReportedNumber.version_id == engagement.report_version_id,
        NumberDecision.outcome == SourceOutcome.DIFFERS,
        NumberDecision.no_finding_reason == "",
    )
    open_ = {row.number_key: row.source_key for row in db.session.execute(of.order_by(NumberDecision.number_key))}
    if not open_:
        return []
    reasons = select(SourceDecision.source_key).where(
        SourceDecision.engagement_id == engagement.id,
        SourceDecision.source_key.in_(list(open_.values())),
        SourceDecision.no_finding_reason != "",
    )
    explained = set(db.session.scalars(reasons)) | by_subject(engagement, "source", list(open_.values())).keys()
    named = by_subject(engagement, "number", list(open_))
    return [key for key, source in open_.items() if key not in named and source not in explained]


def number_reasons(engagement: Engagement) -> dict[str, list[str]]:
    """Why differences of single numbers need no finding, by source; the unit is told."""
    of = select(NumberDecision.source_key, NumberDecision.number_key, NumberDecision.no_finding_reason)
    of = of.where(NumberDecision.engagement_id == engagement.id, NumberDecision.no_finding_reason != "")
    found: dict[str, list[str]] = {}
    for source, key, reason in db.session.execute(of.order_by(NumberDecision.number_key)):
        found.setdefault(source, []).append(f"{key}: {reason}")
    return found
