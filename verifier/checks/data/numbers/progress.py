"""Progress of the numbers of a report: decided individually, or with the tonnes of their source."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select

from verifier.cache import SMALL, Cache
from verifier.checks.data.models import NumberDecision, SourceDecision
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportedNumber, ReportedSource


@dataclass(frozen=True, slots=True)
class NumberProgress:
    """How many numbers there are, and how many are held how."""

    total: int
    agreed: int
    differs: int
    unconfirmed: int
    with_source: int = 0
    """Numbers of sources whose tonnes are decided, with no outcome of their own."""

    @property
    def done(self) -> int:
        """Numbers with an outcome that holds, their own or their source's."""
        return self.agreed + self.differs + self.unconfirmed + self.with_source


def decided_sources(engagement: Engagement) -> Select[str]:
    """The keys of the sources whose outcome holds for what is reported now."""
    same = and_(
        ReportedSource.version_id == engagement.report_version_id,
        ReportedSource.source_key == SourceDecision.source_key,
        ReportedSource.fingerprint == SourceDecision.fingerprint,
    )
    return select(SourceDecision.source_key).join(ReportedSource, same).where(SourceDecision.engagement_id == engagement.id)


def progress(engagement: Engagement) -> NumberProgress:
    """How far the numbers are; positions run from 1 without a gap, so that nothing is counted one by one."""
    last_position = select(func.max(ReportedNumber.position)).where(ReportedNumber.version_id == engagement.report_version_id)
    holding = select(NumberDecision.outcome, func.count()).join(
        ReportedNumber,
        and_(
            ReportedNumber.version_id == engagement.report_version_id,
            ReportedNumber.number_key == NumberDecision.number_key,
            ReportedNumber.fingerprint == NumberDecision.fingerprint,
        ),
    )
    rows = db.session.execute(holding.where(NumberDecision.engagement_id == engagement.id).group_by(NumberDecision.outcome))
    counts = Counter({row[0]: row[1] for row in rows})
    return NumberProgress(
        db.session.scalar(last_position) or 0,
        counts[SourceOutcome.AGREED],
        counts[SourceOutcome.DIFFERS],
        counts[SourceOutcome.CANNOT_CONFIRM],
        _with_source(engagement),
    )


def _with_source(engagement: Engagement) -> int:
    """Numbers of decided sources that have no outcome of their own: all of those sources', less those that have one."""
    decided = select(func.count(), func.max(SourceDecision.decided_at)).where(SourceDecision.engagement_id == engagement.id)
    if not (stamp := db.session.execute(decided).one())[0]:
        return 0
    numbers_of_sources = (
        select(func.count())
        .select_from(ReportedNumber)
        .where(ReportedNumber.version_id == engagement.report_version_id, ReportedNumber.source_key.in_(decided_sources(engagement)))
    )
    at = (engagement.id, engagement.report_version_id, *stamp)
    every = _counts.get(at, lambda: db.session.scalar(numbers_of_sources) or 0)
    own = select(NumberDecision.number_key).where(NumberDecision.engagement_id == engagement.id)
    return every - (db.session.scalar(numbers_of_sources.where(ReportedNumber.number_key.in_(own))) or 0)


_counts: Cache[int] = Cache(SMALL)
"""How many numbers the decided sources of a version have, until another source is decided."""
