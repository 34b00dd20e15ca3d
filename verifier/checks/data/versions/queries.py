"""Queries of versions: report versions a case was verified on, their changes, and the resolution of unrequested ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select

from verifier.checks.data.models import FlagDisposition
from verifier.checks.data.versions.models import ChangeDisposition
from verifier.core.findings import FindingState
from verifier.core.report.version_changes import Change, Judged, RequestedChange, SourceKinds, changes, judge, unrequested_tonnes
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.queries import adoptions
from verifier.findings.models import Exchange, Finding
from verifier.reports import queries as reports
from verifier.reports.derived_values import DerivedValues, form_of
from verifier.reports.models import ReportVersion
from verifier.reports.open_cases import rules_of

_compared = DerivedValues[tuple[Change, ...]]("changes", lambda: form_of(tuple[Change, ...]))
"""By the hashes of both workbooks and the pack, from which alone they follow."""


@dataclass(frozen=True, slots=True)
class Step:
    """One report that took another's place in a case."""

    before: ReportVersion
    after: ReportVersion


@dataclass(frozen=True, slots=True)
class ReviewedChange:
    """One change, who asked for it, and what became of it where nobody did."""

    step: Step
    judged: Judged
    disposition: ChangeDisposition | None

    @property
    def change(self) -> Change:
        """The change itself."""
        return self.judged.change

    @property
    def is_open(self) -> bool:
        """Whether nobody asked for it and nobody has looked at it yet; a finding that was withdrawn leaves it open."""
        if self.judged.requested:
            return False
        disposition = self.disposition
        return disposition is None or (disposition.finding is not None and disposition.finding.state is FindingState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ChangeProgress:
    """Number of unrequested changes reviewed, and of all."""

    done: int
    total: int

    @property
    def left(self) -> int:
        """What is still to be looked at."""
        return self.total - self.done


def steps(engagement: Engagement) -> list[Step]:
    """Every report that took another's place in the case, the first one first."""
    return [Step(adoption.before, adoption.version) for adoption in adoptions(engagement)]


def step_between(engagement: Engagement, before: int, after: int) -> Step | None:
    """The step between two released versions of the unit's year, whether or not the case took it; None where there is none."""
    known = {version.number: version for version in reports.versions(engagement.unit_year) if version.released_at is not None}
    return Step(known[before], known[after]) if before < after and {before, after} <= known.keys() else None


def step_of(engagement: Engagement, finding: Finding) -> Step | None:
    """The last step of the case that took up a version the finding was answered with; None where none did."""
    named = {each.report_version_id for each in finding.exchanges if each.report_version_id}
    if not named:
        return None
    numbers = [version.number for version in reports.versions(engagement.unit_year) if version.id in named]
    matching_steps = [step for step in steps(engagement) if any(step.before.number < number <= step.after.number for number in numbers)]
    return matching_steps[-1] if matching_steps else None


def changes_of(engagement: Engagement, step: Step) -> list[ReviewedChange]:
    """Every change of a step, what nobody asked for first."""
    old, new = reports.report_of(step.before), reports.report_of(step.after)
    of = select(ChangeDisposition).where(
        ChangeDisposition.engagement_id == engagement.id,
        ChangeDisposition.before_id == step.before.id,
        ChangeDisposition.after_id == step.after.id,
    )
    dispositions = {row.change_key: row for row in db.session.scalars(of)}
    rows = judge(compared(step), requested_changes(engagement, step), old, new, _kinds(step))
    return [ReviewedChange(step, row, dispositions.get(row.change.key)) for row in rows]


def unrequested(engagement: Engagement, each: ReviewedChange) -> Fraction | None:
    """The tonnes of a change that nobody asked for, without what was asked for or accepted of the sources it shows."""
    rows = changes_of(engagement, each.step)
    settled = [row.change for row in rows if row.judged.requested or (row.disposition is not None and row.disposition.reason)]
    old, new = reports.report_of(each.step.before), reports.report_of(each.step.after)
    return unrequested_tonnes(each.change, settled, old, new, _kinds(each.step))


def _kinds(step: Step) -> SourceKinds:
    """The sources of both versions that do not count, and those that are deducted."""
    pack = rules_of(step.after.unit_year)
    results = [result for version in (step.before, step.after) for result in reports.calculation_of(version).sources]
    deducted = {each.source_id for each in results if (category := pack.category(each.category)) is not None and category.sign < 0}
    return SourceKinds(frozenset(each.source_id for each in results if not each.counts), frozenset(deducted))


def compared(step: Step) -> tuple[Change, ...]:
    """Every change of a step; the same value again while the process remembers it."""
    at = (step.before.sha256, step.after.sha256, rules_of(step.after.unit_year).sha256)
    before, after = step.before, step.after
    return _compared.get(
        at,
        lambda: changes(reports.report_of(before), reports.report_of(after), reports.calculation_of(before), reports.calculation_of(after)),
    )


def requested_changes(engagement: Engagement, step: Step) -> list[RequestedChange]:
    """The findings that the unit answered with a version of the step; one raised from flags of some months asks for those months."""
    between = [version.id for version in reports.versions(engagement.unit_year) if step.before.number < version.number <= step.after.number]
    of = select(Finding).join(Exchange).where(Finding.engagement_id == engagement.id, Exchange.report_version_id.in_(between))
    found = list(db.session.scalars(of.order_by(Finding.number).distinct()))
    periods = _periods(engagement, [finding.id for finding in found])
    return [
        RequestedChange(each.label, each.subject_kind, each.subject_id, periods.get(each.id, frozenset()), each.subject_title)
        for each in found
    ]


def numbers_of(engagement: Engagement) -> dict[str, int]:
    """The number of each finding of the case, by its label."""
    return {each.label: each.number for each in db.session.scalars(select(Finding).where(Finding.engagement_id == engagement.id))}


def _periods(engagement: Engagement, findings: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The months of the flags a finding was raised from; none where one of them was of the whole year."""
    of = select(FlagDisposition.finding_id, FlagDisposition.flag_key).where(
        FlagDisposition.engagement_id == engagement.id, FlagDisposition.finding_id.in_(list(findings))
    )
    found: dict[UUID, list[str]] = {}
    for finding, key in db.session.execute(of):
        found.setdefault(finding, []).append(([*key.split("|"), "", "", ""])[2])
    return {finding: frozenset(named) if all(named) else frozenset() for finding, named in found.items()}


def unrequested_changes(engagement: Engagement) -> list[ReviewedChange]:
    """All unrequested changes of all steps."""
    return [row for step in steps(engagement) for row in changes_of(engagement, step) if not row.judged.requested]


def progress(engagement: Engagement) -> ChangeProgress:
    """Progress of the unrequested changes."""
    rows = unrequested_changes(engagement)
    return ChangeProgress(sum(not row.is_open for row in rows), len(rows))


def matching(rows: Sequence[ReviewedChange], *, search: str = "", sheet: str = "", at: str = "") -> list[ReviewedChange]:
    """The rows of a filter: `at` is `unasked`, `open`, `asked` or `numbers`."""
    term = search.strip().casefold()
    tests = {
        "unasked": lambda row: not row.judged.requested,
        "open": lambda row: row.is_open,
        "asked": lambda row: row.judged.requested,
        "numbers": lambda row: row.change.is_number,
    }
    test = tests.get(at, lambda row: True)
    return [row for row in rows if (not term or term in _words(row)) and (not sheet or row.change.sheet == sheet) and test(row)]


def _words(row: ReviewedChange) -> str:
    change = row.change
    return " ".join((change.key, change.before, change.after, *row.judged.findings)).casefold()
