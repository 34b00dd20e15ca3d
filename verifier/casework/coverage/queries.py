"""Queries of coverage: the numbers of a case that count, every procedure on them, and what the rules still require."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select

from verifier.cache import REPORTS, Cache
from verifier.casework.coverage import published, stored
from verifier.casework.coverage.derived import Datum, Evidence, evidence_of, first_test, links_of, would_support
from verifier.casework.coverage.models import CoverageDeviation, EvidencePlan, EvidenceProcedure
from verifier.checks.boundary import queries as boundary
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.data.sampling.risk_queries import levels
from verifier.checks.data.vouchers import queries as vouchers
from verifier.core.calculation.results import Calculation
from verifier.core.coverage.assessment import CoverageAssessment, TestPlan, assess
from verifier.core.coverage.procedures import CoverageKind, CoverageNumber, Procedure
from verifier.core.coverage.shortest_way import Lead, LeadKind, Way, ways
from verifier.core.evidence_requests import WITH_UNIT, RequestState
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.rulepack.sections import Coverage
from verifier.core.sampling.ladder import SITES
from verifier.core.sampling.plan import Method
from verifier.core.sampling.risk import Level
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.engagements.queries import signed_snapshot
from verifier.reports import queries as reports
from verifier.reports.models import ReportedNumber
from verifier.reports.open_cases import rules_of
from verifier.rulepacks.load import load

KINDS: Mapping[NumberKind, CoverageKind] = {
    NumberKind.ACTIVITY: CoverageKind.ACTIVITY,
    NumberKind.MEASUREMENT: CoverageKind.ACTIVITY,
    NumberKind.FACTOR: CoverageKind.FACTOR,
}


@dataclass(frozen=True, slots=True)
class CountedNumber:
    """A number that counts, as coverage weighs it, and as the report has it."""

    number: CoverageNumber
    datum: Datum


_counted: Cache[tuple[CountedNumber, ...]] = Cache(REPORTS)


@once_per_read
def counted_numbers(engagement: Engagement) -> tuple[CountedNumber, ...]:
    """Activity data and factors of the sources that count, in the order of the report; what check 1 left out is not among them.

    The rows of a version are never edited: the same value again while the process remembers it.
    """
    version, left_out = engagement.report_version, boundary.not_counted(engagement)
    key = (version.id, version.sha256, rules_of(version.unit_year).sha256, left_out)
    return _counted.get(key, lambda: _numbers_that_count(engagement, left_out))


def _numbers_that_count(engagement: Engagement, left_out: frozenset[str]) -> tuple[CountedNumber, ...]:
    calculation = reports.calculation_of(engagement.report_version)
    categories = {each.source_id: each.category for each in calculation.sources if each.counts and each.source_id not in left_out}
    tonnes, users = _tonnes(calculation, categories)
    columns = ("number_key", "kind", "source_key", "parameter", "period", "value", "sheet", "row", "document", "fingerprint")
    of = (
        select(*(getattr(ReportedNumber, name) for name in columns))
        .where(ReportedNumber.version_id == engagement.report_version_id, ReportedNumber.kind.in_(sorted(KINDS)))
        .order_by(ReportedNumber.position)
    )
    year = [f"{engagement.unit_year.year.emission_year}-{month:02d}" for month in range(1, 13)]
    found = []
    for row in db.session.execute(of):
        place = (row.sheet, row.row or 0)
        used_by = users.get(place, "") if row.kind == NumberKind.FACTOR else ""
        if row.source_key not in categories and not used_by:
            continue
        category = categories.get(row.source_key) or categories[used_by]
        months = frozenset({row.period} if len(row.period) == 7 else year)
        kind = KINDS[row.kind]
        number = CoverageNumber(row.number_key, kind, row.source_key, category, row.period, tonnes.get(place, Fraction()), months)
        datum = Datum(row.number_key, kind, row.source_key, row.period, row.parameter, row.fingerprint, row.value, row.document)
        found.append(CountedNumber(number, datum))
    return tuple(found)


def _tonnes(calculation: Calculation, counting: Iterable[str]) -> tuple[dict[tuple[str, int], Fraction], dict[tuple[str, int], str]]:
    """t CO2 that depend on each row, without sign, and a counting source that uses each factor's row."""
    tonnes: dict[tuple[str, int], Fraction] = {}
    users: dict[tuple[str, int], str] = {}
    known = set(counting)
    for result in calculation.sources:
        if result.source_id not in known:
            continue
        for quantity in result.quantities:
            tonnes[quantity.sheet, quantity.row] = abs(quantity.tonnes)
        for place in {(factor.sheet, factor.row) for factor in result.factors}:
            tonnes[place] = tonnes.get(place, Fraction()) + abs(result.known)
            users.setdefault(place, result.source_id)
    return tonnes, users


@once_per_read
def procedures(engagement: Engagement) -> dict[str, list[Procedure]]:
    """Every procedure on a number that counts, by its key: what was recorded, and what follows from other work."""
    data = [each.datum for each in counted_numbers(engagement)]
    found: dict[str, list[Procedure]] = {each.key: [] for each in data}
    for key, procedure in (*_recorded(engagement, data), *Evidence(engagement, data).all(), *published.equal(engagement, data)):
        if key in found:
            found[key].append(procedure)
    return found


def _recorded(engagement: Engagement, data: Sequence[Datum]) -> Iterator[tuple[str, Procedure]]:
    prints = {each.key: each.fingerprint for each in data}
    for row in recorded(engagement):
        if row.withdrawn_at is None and (row.voucher is None or row.voucher.withdrawn_at is None):
            procedure = Procedure(row.method, evidence_text(row), frozenset(row.months), row.person.name, row.done_at, note=row.note)
            yield from ((key, procedure) for key, fingerprint in row.numbers if prints.get(key) == fingerprint)


def evidence_text(row: EvidenceProcedure) -> str:
    """What a recorded procedure rests on, with its page."""
    if row.voucher is not None:
        return evidence_of(row.voucher, row.page)
    return row.document + (f", p. {row.page}" if row.page else "")


def recorded(engagement: Engagement) -> list[EvidenceProcedure]:
    """The procedures recorded as such, newest first, withdrawn ones included."""
    of = select(EvidenceProcedure).where(EvidenceProcedure.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(EvidenceProcedure.done_at.desc(), EvidenceProcedure.id.desc())).unique())


def procedure_row(engagement: Engagement, procedure_id: object) -> EvidenceProcedure | None:
    """One recorded procedure of the case."""
    row = db.session.get(EvidenceProcedure, procedure_id)
    return row if row is not None and row.engagement_id == engagement.id else None


@once_per_read
def plan_of(engagement: Engagement) -> EvidencePlan | None:
    """The approval of the evidence-gathering plan that holds."""
    of = select(EvidencePlan).where(EvidencePlan.engagement_id == engagement.id)
    return db.session.scalar(of.order_by(EvidencePlan.approved_at.desc(), EvidencePlan.id.desc()).limit(1))


def deviations(engagement: Engagement) -> list[CoverageDeviation]:
    """The sources left out with a reason."""
    of = select(CoverageDeviation).where(CoverageDeviation.engagement_id == engagement.id, CoverageDeviation.withdrawn_at.is_(None))
    return list(db.session.scalars(of.order_by(CoverageDeviation.source_key, CoverageDeviation.stated_at)))


def rule_of(engagement: Engagement) -> Coverage | None:
    """What the case's rules require."""
    return load(engagement.pack_id).coverage


@once_per_read
def assessment_of(engagement: Engagement) -> CoverageAssessment:
    """How every number that counts was tested, against what the case's rules require; in a sealed case, as it was signed."""
    signed = signed_snapshot(engagement)
    if signed is not None:
        return stored.from_json(signed.content["coverage"], rule_of(engagement))
    return _assessed(engagement, rule_of(engagement))


def assessment_under(engagement: Engagement, rule: Coverage | None) -> CoverageAssessment:
    """The same under other rules: what a move to them would leave to be done."""
    return _assessed(engagement, rule)


def _assessed(engagement: Engagement, rule: Coverage | None) -> CoverageAssessment:
    done, risks = procedures(engagement), dict[str, Level]()
    plan = TestPlan()
    if rule is not None and rule.by_plan:
        risks = levels(engagement)
        approved = plan_of(engagement)
        if approved is not None:
            held = {key: Level(level) for key, level in approved.levels.items()}
            plan = TestPlan(approved.approved_at, held, approved.reason)
    return assess(
        [each.number for each in counted_numbers(engagement)],
        done,
        rule,
        deviations={each.source_key: each.reason for each in deviations(engagement)},
        plan=plan,
        levels=risks,
        first_test=_first_test(engagement, done),
    )


def begun_at(engagement: Engagement) -> datetime | None:
    """When testing began."""
    return _first_test(engagement, procedures(engagement))


def _first_test(engagement: Engagement, done: Mapping[str, Sequence[Procedure]]) -> datetime | None:
    return first_test(engagement, (each for several in done.values() for each in several))


def quickest(engagement: Engagement, assessment: CoverageAssessment) -> tuple[Way, ...]:
    """What would cover what is missing: documents, requests and samples shared by several numbers."""
    missing = assessment.missing
    return ways(missing, leads(engagement, {row.number.key for row in missing})) if missing else ()


def leads(engagement: Engagement, keys: set[str]) -> dict[str, list[Lead]]:
    """What could cover each of these numbers."""
    data = [each.datum for each in counted_numbers(engagement) if each.number.key in keys]
    evidence, found = Evidence(engagement, data), {each.key: list[Lead]() for each in data}
    for link in links_of(engagement):
        if link.by_unit:
            for datum in evidence.spoken_of(link.key):
                found[datum.key].append(Lead(LeadKind.UNIT_VOUCHER, link.voucher.label))
    for request in vouchers.requests(engagement):
        kind = LeadKind.ANSWERED_REQUEST if request.state is RequestState.ANSWERED else LeadKind.OPEN_REQUEST
        if request.state is RequestState.ANSWERED or request.state in WITH_UNIT:
            for key in request.keys:
                for datum in evidence.spoken_of(key):
                    found[datum.key].append(Lead(kind, request.label))
    for drawn in sampling.live(engagement):
        if drawn.method != Method.RECIPROCAL and drawn.kind != SITES:
            places = would_support(engagement, drawn)
            for datum in data:
                if datum.kind is CoverageKind.ACTIVITY and (datum.source, datum.period) in places:
                    found[datum.key].append(Lead(LeadKind.OPEN_SAMPLE, f"S-{drawn.number}"))
    named = Counter(each.document.strip() for each in data)
    for datum in data:
        if named[document := datum.document.strip()] > 1 and document:
            found[datum.key].append(Lead(LeadKind.DOCUMENT, document))
        elif datum.kind is CoverageKind.ACTIVITY:
            found[datum.key].append(Lead(LeadKind.SOURCE_DOCUMENTS, datum.source))
    return found
