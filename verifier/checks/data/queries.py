"""Queries of check 2: every source as reported and as recalculated, with its outcome."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from verifier.checks.data.flags import queries as flags
from verifier.checks.data.flags.queries import FlagProgress
from verifier.checks.data.models import SourceDecision
from verifier.checks.data.references import queries as references
from verifier.checks.data.sampling import item_errors
from verifier.core.calculation.results import Flag, SourceResult
from verifier.core.findings import RESOLVED_STATES, FindingState
from verifier.core.outcomes.source_outcomes import (
    OPEN,
    OutcomeStatus,
    SourceOutcome,
    VerifiedTotals,
    agrees,
    outcome_status,
    verified_totals,
)
from verifier.core.report.rows import MeterRow, ReportedReport, SourceRow
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.findings.queries import by_subject, not_withdrawn, uncorrected_errors
from verifier.reports import queries as reports
from verifier.reports.models import ReportedSource
from verifier.rulepacks.load import load

CHECK = "data"
SORTS = ("position", "difference", "tonnes", "name")


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """How far the check is; `findings` counts those raised in it and not withdrawn."""

    done: int
    total: int
    findings: int


@dataclass(frozen=True, slots=True)
class SourceReview:
    """One source of the version under verification, with what is held of its tonnes."""

    source: ReportedSource
    result: SourceResult
    outcome: SourceDecision | None
    findings: tuple[Finding, ...]
    status: OutcomeStatus
    flags_open: bool = False
    """Whether a flag of it is neither raised as a finding nor dismissed."""
    wrong_since: datetime | None = None
    """When an item of it was last found wrong in a sample; None where none is, or the report was corrected."""
    uncorrected: Finding | None = None
    """A finding on it with an effect on its tonnes that stays uncorrected: it cannot be agreed as reported."""
    flag_codes: tuple[str, ...] = ()
    """Data alerts of the source in this case, including those from last year's report, the plan and the body's tolerances."""

    @property
    def is_open(self) -> bool:
        """Whether it still has to be decided."""
        return self.status in OPEN

    @property
    def current(self) -> bool:
        """Whether the outcome given holds for what is reported now, and for what its sampled items showed."""
        return self.outcome is not None and _holds(self.outcome, self.source.fingerprint, self.wrong_since, self.uncorrected)

    @property
    def verified(self) -> Decimal | None:
        """Verified tonnes, None while there is no current outcome or nothing could be confirmed."""
        return self.outcome.verified if self.outcome is not None and self.current else None

    @property
    def agrees(self) -> bool:
        """Whether the whole recalculation is what was reported, within the digits reported."""
        return agrees(self.result)

    @property
    def agreeable(self) -> bool:
        """Whether it may be agreed among others: open, recalculated whole, as reported, no flag left open, no known error."""
        return self.is_open and self.agrees and not self.flags_open and self.wrong_since is None and self.uncorrected is None


@dataclass(frozen=True, slots=True)
class Difference:
    """A source whose verified tonnes are not what was reported, with the reason."""

    source_key: str
    name: str
    category: str
    reported: Decimal | None
    verified: Decimal | None
    reason: str

    @property
    def difference(self) -> Decimal | None:
        """Tonnes reported − verified: + overstated, − understated; unknown where either is."""
        return None if self.reported is None or self.verified is None else self.reported - self.verified


def source_reviews(engagement: Engagement, *, search: str = "", category: str = "", flag: str = "", sort: str = "") -> list[SourceReview]:
    """The sources of the version under verification, filtered and sorted; every one by default, in the report's order."""
    version = engagement.report_version
    rows = db.session.scalars(reports.sources_of(version, search=search, category=category, sort=sort)).all()
    results = {result.source_id: result for result in reversed(references.calculation_of(engagement).sources)}
    codes = references.codes_of(engagement)
    decisions = select(SourceDecision).where(SourceDecision.engagement_id == engagement.id)
    outcomes = {row.source_key: row for row in db.session.scalars(decisions)}
    raised, flagged = _by_source(findings(engagement)), flags.open_sources(engagement)
    wrong, uncorrected = item_errors.wrong_since(engagement), uncorrected_errors(engagement)
    found = [
        _held(
            row,
            results[row.source_key],
            outcomes.get(row.source_key),
            raised.get(row.source_key, ()),
            row.source_key in flagged,
            wrong_since=wrong.get(row.source_key),
            uncorrected=uncorrected.get(row.source_key),
            codes=codes.get(row.source_key, frozenset()),
        )
        for row in rows
        if _flagged(codes.get(row.source_key, frozenset()), flag)
    ]
    if sort == "tonnes":
        found.sort(key=lambda each: -abs(each.source.reported or Decimal()))
    return found


def _flagged(codes: Collection[str], code: str) -> bool:
    """Whether a source with these flags is wanted: `any`, `none`, a code, or all."""
    return not code or (bool(codes) if code == "any" else not codes if code == "none" else code in codes)


def matching(rows: Sequence[SourceReview], state: str) -> list[SourceReview]:
    """The rows in a state: a status, `open`, `differs_now`, `incomplete` or `agreeable`; all where none is given."""
    tests = {
        "open": lambda each: each.is_open,
        "differs_now": lambda each: each.result.complete and not each.agrees,
        "incomplete": lambda each: not each.result.complete,
        "agreeable": lambda each: each.agreeable,
    }
    test = tests.get(state, lambda each: not state or each.status == state)
    return [each for each in rows if test(each)]


def source_review(engagement: Engagement, source_key: str) -> SourceReview | None:
    """One source, None where the version has none of that key."""
    version = engagement.report_version
    row = reports.source_of(version, source_key)
    if row is None:
        return None
    result = references.calculation_of(engagement).source(source_key)
    raised = tuple(finding for finding in findings(engagement) if (finding.subject_kind, finding.subject_id) == ("source", source_key))
    flagged = source_key in flags.open_sources(engagement)
    codes = references.codes_of(engagement).get(source_key, frozenset())
    if result is None:
        return None
    return _held(
        row,
        result,
        outcome_on(engagement, source_key),
        raised,
        flagged,
        wrong_since=item_errors.wrong_since(engagement).get(source_key),
        uncorrected=uncorrected_errors(engagement).get(source_key),
        codes=codes,
    )


def outcome_on(engagement: Engagement, source_key: str) -> SourceDecision | None:
    """The outcome given to a source, whatever version it was given on."""
    of = select(SourceDecision).where(SourceDecision.engagement_id == engagement.id, SourceDecision.source_key == source_key)
    return db.session.scalar(of)


def progress(engagement: Engagement) -> SourceProgress:
    """Sources with a current outcome or an open finding, of all; read as bare columns, for every page of a case shows it."""
    of = select(ReportedSource.source_key, ReportedSource.fingerprint).where(ReportedSource.version_id == engagement.report_version_id)
    decisions = select(SourceDecision).where(SourceDecision.engagement_id == engagement.id)
    outcomes = {row.source_key: row for row in db.session.scalars(decisions)}
    wrong, uncorrected = item_errors.wrong_since(engagement), uncorrected_errors(engagement)
    raised = [each for each in not_withdrawn(engagement) if each.arose_in == CHECK]
    waiting = {each.subject_id for each in raised if each.subject_kind == "source" and each.state not in RESOLVED_STATES}
    found = []
    for key, fingerprint in db.session.execute(of):
        row = outcomes.get(key)
        current = row is not None and _holds(row, fingerprint, wrong.get(key), uncorrected.get(key))
        found.append(outcome_status(row.outcome if row else None, current=current, open_finding=key in waiting))
    return SourceProgress(sum(each not in OPEN for each in found), len(found), len(raised))


def undecided_count(engagement: Engagement) -> int:
    """Sources still to be decided; one whose finding is open waits with it, and needs its figure once that is resolved."""
    how_far = progress(engagement)
    return how_far.total - how_far.done


def flag_progress(engagement: Engagement) -> FlagProgress:
    """Number of resolved flags, and of all."""
    return flags.progress(engagement)


def cannot_confirm(engagement: Engagement) -> list[str]:
    """Keys of the sources whose tonnes cannot be confirmed."""
    return [each.source.source_key for each in source_reviews(engagement) if each.status is OutcomeStatus.CANNOT_CONFIRM]


def differences_without_finding(engagement: Engagement) -> list[str]:
    """Keys of sources whose figure differs, with neither a finding on them nor a reason why none is needed."""
    differing = [each for each in source_reviews(engagement) if each.status is OutcomeStatus.DIFFERS]
    open_ = [each.source.source_key for each in differing if each.outcome and not each.outcome.no_finding_reason]
    named = by_subject(engagement, "source", open_) if open_ else {}
    return [key for key in open_ if key not in named]


def verified_by_category(engagement: Engagement, left_out: Collection[str] = frozenset()) -> VerifiedTotals:
    """Verified tonnes by category and in all, rounded as the pack says; `left_out` are keys that check 1 found not to count."""
    verified = {each.source.source_key: each.verified for each in source_reviews(engagement)}
    return verified_totals(reports.calculation_of(engagement.report_version), verified, load(engagement.pack_id), left_out)


def differences(engagement: Engagement) -> list[Difference]:
    """Every source whose current outcome is another figure or none, with its reason."""
    return [
        Difference(each.source.source_key, each.source.name, each.source.category, each.source.reported, each.verified, each.outcome.note)
        for each in source_reviews(engagement)
        if each.outcome is not None and each.current and each.outcome.outcome != SourceOutcome.AGREED
    ]


def findings(engagement: Engagement) -> list[Finding]:
    """What was raised in this check and not withdrawn, in order."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.arose_in == CHECK)
    return list(db.session.scalars(of.where(Finding.state != FindingState.WITHDRAWN).order_by(Finding.number)))


def findings_on(engagement: Engagement, source_key: str) -> list[Finding]:
    """Every finding about a source, from whichever check, that was not withdrawn."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.subject_kind == "source", Finding.subject_id == source_key)
    return list(db.session.scalars(of.where(Finding.state != FindingState.WITHDRAWN).order_by(Finding.number)))


def flags_of_report(engagement: Engagement) -> list[Flag]:
    """What looks wrong in the report as a whole: flags about no source, or about one it does not list."""
    calculation = references.calculation_of(engagement)
    listed = {result.source_id for result in calculation.sources}
    return [flag for flag in calculation.flags if flag.source not in listed]


def source_row(report: ReportedReport, source_key: str) -> SourceRow:
    """The source as the report lists it first."""
    return next(row for row in report.sources if row.source_id == source_key)


def meter_of(report: ReportedReport, meter_id: str | None) -> MeterRow | None:
    """The meter a source names, as the report lists it first."""
    return next((row for row in report.meters if row.meter_id and row.meter_id == meter_id), None)


def _held(
    source: ReportedSource,
    result: SourceResult,
    outcome: SourceDecision | None,
    raised: Sequence[Finding],
    flags_open: bool,
    *,
    wrong_since: datetime | None,
    uncorrected: Finding | None,
    codes: Collection[str],
) -> SourceReview:
    current = outcome is not None and _holds(outcome, source.fingerprint, wrong_since, uncorrected)
    waiting = any(finding.state not in RESOLVED_STATES for finding in raised)
    how_far = outcome_status(outcome.outcome if outcome else None, current=current, open_finding=waiting)
    return SourceReview(source, result, outcome, tuple(raised), how_far, flags_open, wrong_since, uncorrected, tuple(sorted(codes)))


def _holds(outcome: SourceDecision, fingerprint: str, wrong_since: datetime | None, uncorrected: Finding | None) -> bool:
    """Whether an outcome holds: given on the same numbers, after the last sampled item of the source was found wrong, and not agreed
    while a finding says that the figure stays wrong."""
    contradicted = uncorrected is not None and outcome.outcome == SourceOutcome.AGREED
    return outcome.fingerprint == fingerprint and not contradicted and not (wrong_since is not None and outcome.decided_at < wrong_since)


def _by_source(raised: Sequence[Finding]) -> dict[str, tuple[Finding, ...]]:
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in raised:
        if finding.subject_kind == "source":
            found[finding.subject_id] = (*found.get(finding.subject_id, ()), finding)
    return found
