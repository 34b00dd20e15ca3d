"""Assessment of a case: permitted opinions, and reported against verified emissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from verifier.casework.coverage import queries as coverage
from verifier.casework.materiality import queries as materiality
from verifier.casework.materiality.reconciled import reconciliation
from verifier.checks.boundary import queries as boundary
from verifier.checks.data import queries as data
from verifier.checks.data.estimates import queries as estimates
from verifier.checks.data.numbers import without_finding
from verifier.checks.data.sampling import item_errors
from verifier.checks.data.sampling import queries as samples
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.data.versions import queries as versions
from verifier.checks.data.vouchers import queries as vouchers
from verifier.checks.site import queries as site
from verifier.core.calculation.units import round_half_up
from verifier.core.evidence_requests import DONE
from verifier.core.opinion import permitted as rules
from verifier.core.opinion.materiality import MaterialityAssessment
from verifier.core.opinion.permitted import CaseAssessment, Choice, FindingAssessment
from verifier.core.opinion.reconciliation import Reconciliation
from verifier.core.outcomes.source_outcomes import VerifiedTotals
from verifier.core.rulepack.pack import RulePack
from verifier.core.sampling.sample_errors import unsettled
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.queries import signed_snapshot
from verifier.findings import queries as findings
from verifier.findings.models import Finding
from verifier.reports import queries as reports
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load
from verifier.statement.facts import snapshot


def pack_of(engagement: Engagement) -> RulePack:
    """The rules the case is worked under."""
    return load(engagement.pack_id)


def findings_of(engagement: Engagement) -> list[Finding]:
    """Every finding of the case, drafts included, by number."""
    return list(db.session.scalars(findings.findings_of(engagement, inside=True)))


def materiality_assessment(engagement: Engagement) -> MaterialityAssessment:
    """All errors, with what samples project beyond them, against the rules' threshold, or without one."""
    return materiality.assessment_of(engagement, boundary.not_counted(engagement), sampling.projections(engagement))


def case_assessment(engagement: Engagement, now: datetime | None = None) -> CaseAssessment:
    """Undecided items, unresolved findings and unconfirmed sources, as `core.opinion` takes them; `now` is the present if not given."""
    left_out, checklist, visits = boundary.not_counted(engagement), site.progress(engagement), site.visit_counts(engagement, now)
    return CaseAssessment(
        boundary_undecided=boundary.undecided_count(engagement),
        data_undecided=data.undecided_count(engagement),
        checklist_unanswered=checklist.total - checklist.done,
        visits=visits.counted,
        visits_not_over=visits.not_over,
        visits_incomplete=visits.incomplete,
        findings=[FindingAssessment(each.label, each.class_code, each.state) for each in findings_of(engagement)],
        cannot_confirm=[key for key in data.cannot_confirm(engagement) if key not in left_out],
        flags_open=data.flag_progress(engagement).left,
        samples_open=samples.progress(engagement).left,
        sample_errors_open=unsettled(each.error for each in item_errors.wrong_items(engagement)),
        samples_unsupported=item_errors.uncovered(engagement),
        changes_open=versions.progress(engagement).left,
        estimates_missing=estimates.missing(engagement),
        differences_open=[
            *(key for key in data.differences_without_finding(engagement) if key not in left_out),
            *without_finding.numbers_without_finding(engagement),
        ],
        requests_open=[each.label for each in vouchers.requests(engagement) if each.state not in DONE],
        assessment=materiality_assessment(engagement) if pack_of(engagement).materiality else None,
        assurance=agreed.level if (agreed := materiality.assurance(engagement)) else "",
        coverage=coverage.assessment_of(engagement) if pack_of(engagement).coverage else None,
    )


def choices(engagement: Engagement, now: datetime | None = None) -> tuple[Choice, ...]:
    """All opinions of the pack with the reasons against each, at present if no other moment is given."""
    return rules.choices(case_assessment(engagement, now), pack_of(engagement))


def reconciled(engagement: Engagement) -> Reconciliation:
    """First version, changes on request and without, final report, differences, verified figure: for every source and in all."""
    return reconciliation(engagement, boundary.not_counted(engagement))


def verified(engagement: Engagement) -> VerifiedTotals:
    """Verified tonnes by category and in all; what check 1 found not to count is left out."""
    return data.verified_by_category(engagement, boundary.not_counted(engagement))


@dataclass(frozen=True, slots=True)
class Compared:
    """One category or the total: reported and verified in the pack's rounding, and reported − verified."""

    category: str
    counts: bool
    reported: Decimal | None
    verified: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Tonnes reported − verified: + overstated, − understated; unknown where either is."""
        return None if self.reported is None or self.verified is None else self.reported - self.verified


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reported against verified: by category, in all, and source by source where they differ."""

    categories: Sequence[Compared]
    total: Compared
    sources: Sequence[data.Difference]
    first: ReportVersion | None
    """The version first released, where it is not the one under verification."""

    @property
    def within(self) -> Decimal | None:
        """Tonnes by which the reported total is more than its categories come to, as rounded; None where any of them is unknown."""
        parts = [row.reported for row in self.categories if row.counts]
        if self.total.reported is None or any(part is None for part in parts):
            return None
        return self.total.reported - sum((part for part in parts if part is not None), Decimal(0))


def comparison(engagement: Engagement) -> Comparison:
    """The whole comparison, whether or not anything is known of every part; in a sealed case its totals are those signed."""
    signed = signed_snapshot(engagement)
    if signed is not None:
        *lines, total_line = (Compared(*line) for line in snapshot.totals(signed.content))
        return Comparison(lines, total_line, data.differences(engagement), _first_released(engagement))
    found, places = verified(engagement), pack_of(engagement).rounding.places
    rows = [Compared(row.category, row.counts, _rounded(row.reported, places), row.rounded) for row in found.categories]
    total = Compared("total", True, _rounded(found.reported_total, places), _rounded(found.total, places))
    return Comparison(rows, total, data.differences(engagement), _first_released(engagement))


def _rounded(tonnes: Decimal | None, places: int) -> Decimal | None:
    return None if tonnes is None else round_half_up(Fraction(tonnes), places)


def _first_released(engagement: Engagement) -> ReportVersion | None:
    released = [version for version in reports.versions(engagement.unit_year) if version.released_at is not None]
    return released[-1] if released and released[-1].id != engagement.report_version_id else None
