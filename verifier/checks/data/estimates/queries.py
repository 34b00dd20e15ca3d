"""Queries of conservative estimates: whether a source may be estimated, the quantities used by month, and confirmed estimates."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import select

from verifier.checks.data import queries as data
from verifier.checks.data.estimates.models import ConservativeEstimate
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.numbers import queries as numbers
from verifier.checks.data.queries import SourceReview
from verifier.core.calculation.conservative_estimate import Estimate, Month, UsedFactor, estimate, factors, months
from verifier.core.errors import Refusal
from verifier.core.findings import DISPOSITION_OF, FindingAction, FindingState, actions_of
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.report.rows import ReportedReport
from verifier.core.rulepack.pack import RulePack
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.reports import queries as reports
from verifier.rulepacks.load import load

LEFT = (FindingState.ESTIMATED, FindingState.UNCORRECTED)
"""Resolved without being corrected."""


class QuantityOrigin(StrEnum):
    """Where the quantity of a month that the estimate takes is from."""

    REPORTED = "reported"
    INDEPENDENT = "independent"
    VERIFIED = "verified"
    """The verifier found it to be this."""
    STATED = "stated"
    """Typed by the verifier, who says why."""


@dataclass(frozen=True, slots=True)
class EstimatedMonth:
    """One month with all that is known of it, and what the estimate takes (None: nothing is known, somebody must say)."""

    month: Month
    verified: Decimal | None
    used: Decimal | None
    sign: int

    @property
    def cautious(self) -> Decimal | None:
        """The known quantity that cannot understate the total."""
        return self.month.larger if self.sign > 0 else self.month.smaller

    @property
    def why(self) -> QuantityOrigin | None:
        """Where it is from."""
        found = (
            (QuantityOrigin.VERIFIED, self.verified),
            (QuantityOrigin.REPORTED, self.month.reported),
            (QuantityOrigin.INDEPENDENT, self.month.independent),
        )
        return None if self.used is None else next((why for why, value in found if value == self.used), QuantityOrigin.STATED)

    @property
    def milder(self) -> bool:
        """Whether it makes the total smaller than what is known of the month would."""
        return self.used is not None and self.cautious is not None and (self.used - self.cautious) * self.sign < 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A source as it would be estimated: what speaks against it (None: nothing), the findings it may rest on, months, factors, result."""

    review: SourceReview
    grounds: tuple[Finding, ...]
    months: tuple[EstimatedMonth, ...] = ()
    factors: tuple[UsedFactor, ...] = ()
    estimate: Estimate | None = None
    refused: Refusal | None = None

    @property
    def largest(self) -> Decimal | None:
        """The largest month that is known, a help where another is not."""
        return max((each.month.larger for each in self.months if each.month.larger is not None), default=None)


def is_ours(pack: RulePack) -> bool:
    """Whether the rules give the estimate to the verifier."""
    return pack.conservative is not None and pack.conservative.by == "verifier"


def grounds(engagement: Engagement, source_key: str) -> tuple[Finding, ...]:
    """Findings on a source an estimate may rest on, those left uncorrected first: their class admits it, and it is not closed."""
    pack, admitted = load(engagement.pack_id), DISPOSITION_OF[FindingAction.ESTIMATE]
    of = [
        finding
        for finding in data.findings_on(engagement, source_key)
        if admitted in pack.finding_class(finding.class_code).dispositions
        and (finding.state in LEFT or FindingAction.ESTIMATE in actions_of(finding.state))
    ]
    return tuple(sorted(of, key=lambda finding: (finding.state not in LEFT, finding.number)))


def sheet(engagement: Engagement, review: SourceReview, typed: Mapping[str, Decimal | None] | None = None) -> Sheet:
    """The source as it would be estimated now, with the quantities typed for some months in place of those proposed."""
    pack, key = load(engagement.pack_id), review.source.source_key
    found, report = grounds(engagement, key), reports.report_of(engagement.report_version)
    if not is_ours(pack):
        return Sheet(review, found, refused=Refusal("data.estimate.not_ours"))
    try:
        rows, used_factors = _months(engagement, review, report, pack, typed or {}), factors(report, key, pack)
    except Refusal as refusal:
        return Sheet(review, found, refused=refusal)
    known = {each.month.period: each.used for each in rows if each.used is not None}
    try:
        return Sheet(review, found, rows, used_factors, estimate(report, key, pack, known))
    except Refusal as refusal:
        return Sheet(review, found, rows, used_factors, refused=refusal)


def _months(
    engagement: Engagement, review: SourceReview, report: ReportedReport, pack: RulePack, typed: Mapping[str, Decimal | None]
) -> tuple[EstimatedMonth, ...]:
    category, key = pack.category(review.source.category), review.source.source_key
    sign = category.sign if category else 1
    right = {
        (each.number.period, each.number.unit): each.outcome.verified
        for each in numbers.of_source(engagement, key)
        if each.differs and each.outcome is not None
    }
    rows = []
    for month in months(report, key):
        verified = right.get((month.period, month.unit))
        proposed = EstimatedMonth(month, verified, None, sign)
        used = verified if verified is not None else proposed.cautious
        rows.append(EstimatedMonth(month, verified, typed.get(month.period, used), sign))
    return tuple(rows)


def of_source(engagement: Engagement, source_key: str) -> ConservativeEstimate | None:
    """The estimate confirmed for a source, whether or not it still holds."""
    of = select(ConservativeEstimate).where(ConservativeEstimate.engagement_id == engagement.id)
    return db.session.scalar(of.where(ConservativeEstimate.source_key == source_key))


def is_outcome(row: ConservativeEstimate, outcome: SourceDecision | None) -> bool:
    """Whether the source's outcome is the estimate: one given later takes its place."""
    if outcome is None or outcome.outcome != SourceOutcome.DIFFERS:
        return False
    return (outcome.verified, outcome.decided_at, outcome.fingerprint) == (row.tonnes, row.made_at, row.fingerprint)


def in_force(engagement: Engagement) -> dict[str, ConservativeEstimate]:
    """The estimates that are the verified figures of their sources in the version under verification, by source."""
    of = select(ConservativeEstimate).where(ConservativeEstimate.engagement_id == engagement.id)
    rows = {row.source_key: row for row in db.session.scalars(of)}
    if not rows:
        return {}
    reviews = {each.source.source_key: each for each in data.source_reviews(engagement)}
    return {key: row for key, row in rows.items() if key in reviews and reviews[key].current and is_outcome(row, reviews[key].outcome)}


def needs_one(engagement: Engagement, finding: Finding) -> bool:
    """Whether resolving a finding as estimated takes an estimate that counts: it is about a source, and the verifier estimates."""
    estimated_by_verifier = finding.subject_kind == "source" and is_ours(load(engagement.pack_id))
    return estimated_by_verifier and data.source_review(engagement, finding.subject_id) is not None


def missing(engagement: Engagement) -> list[str]:
    """Findings resolved as estimated, by number, whose source has no estimate that counts; none where estimating is not ours."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.state == FindingState.ESTIMATED)
    rows = [row for row in db.session.scalars(of.order_by(Finding.number)) if needs_one(engagement, row)]
    counting = in_force(engagement) if rows else {}
    return [row.label for row in rows if row.subject_id not in counting]
