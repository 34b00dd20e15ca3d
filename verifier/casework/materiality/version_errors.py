"""Queries on versions as errors: what each corrected report moved, on request or without, and findings that show one change twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select

from verifier.checks.data.versions.queries import ReviewedChange, Step, changes_of, requested_changes, step_of, steps
from verifier.core.findings import FindingState
from verifier.core.opinion.materiality import Error
from verifier.core.opinion.reconciliation import Movement, beyond
from verifier.core.report.differences import Change
from verifier.core.report.movements import accepted_sources, changes_by_source, movements
from verifier.core.report.rows import code_of
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.reports.models import ReportedSource, ReportVersion
from verifier.reports.queries import report_of


@dataclass(frozen=True, slots=True)
class StepMovements:
    """One step with what it moved, source by source; `accepted` are the sources whose unrequested changes a verifier accepted.

    `total_on_request`: what the stated total moved belongs to findings, where it moved (`total_moved`).
    """

    step: Step
    moved: tuple[Movement, ...]
    labels: Mapping[str, tuple[str, ...]]
    accepted: frozenset[str]
    rows: tuple[ReviewedChange, ...]
    total_on_request: bool
    total_moved: bool


Moves = Sequence[StepMovements]


def step_movements(engagement: Engagement) -> tuple[StepMovements, ...]:
    """Every step of the case, the first one first."""
    return tuple(_moved(engagement, step) for step in steps(engagement))


def _moved(engagement: Engagement, step: Step) -> StepMovements:
    rows = tuple(changes_of(engagement, step))
    old, new = report_of(step.before), report_of(step.after)
    by_source = changes_by_source([row.judged for row in rows], old, new)
    limited = {each.label for each in requested_changes(engagement, step) if each.periods}
    whole = {key for key, own in by_source.items() if any(set(each.findings) - limited for each in own)}
    accepted = {row.change.key: _accepted(engagement, row) for row in rows}
    told = {key: [(each, accepted[each.change.key]) for each in own] for key, own in by_source.items()}
    labels = {key: tuple(dict.fromkeys(label for each in own for label in each.findings)) for key, own in by_source.items()}
    moved = movements(reported(step.before), reported(step.after), by_source, whole)
    totals = [row.judged for row in rows if row.change.sheet == "totals" and code_of(row.change.keys[0]) == "total"]
    on_request = all(row.findings for row in totals)
    return StepMovements(step, moved, labels, accepted_sources(told), rows, on_request, bool(totals))


def _accepted(engagement: Engagement, row: ReviewedChange) -> bool:
    """Whether a verifier accepted a change that nobody asked for: with a reason, or by closing its finding without another version."""
    disposition = row.disposition
    if disposition is None:
        return False
    finding = disposition.finding
    return finding is None or (finding.state is FindingState.CLOSED and step_of(engagement, finding) is None)


def reported(version: ReportVersion) -> dict[str, Decimal | None]:
    """The stated tonnes of the sources that count; deductions are negative."""
    of = select(ReportedSource.source_key, ReportedSource.reported).where(
        ReportedSource.version_id == version.id, ReportedSource.counts.is_(True)
    )
    return {row.source_key: row.reported for row in db.session.execute(of)}


def corrected(moves: Moves) -> Iterator[Error]:
    """What corrected reports changed of each source's tonnes on request, and without once a verifier accepted it."""
    for at in moves:
        for each in at.moved:
            if each.on_request:
                yield Error(each.source, each.on_request, True, ", ".join(at.labels.get(each.source, ())))
            if each.unrequested and each.source in at.accepted:
                yield Error(each.source, each.unrequested, True, unrequested=True)


def changes_open(moves: Moves) -> bool:
    """Whether any change that nobody asked for has not been looked at."""
    return any(row.is_open for at in moves for row in at.rows)


@dataclass(frozen=True, slots=True)
class _Raised:
    """An unrequested change that a finding was raised from, in its step."""

    at: StepMovements
    change: Change


def _raised(moves: Moves) -> dict[UUID, _Raised]:
    return {
        row.disposition.finding.id: _Raised(at, row.change)
        for at in moves
        for row in at.rows
        if row.disposition is not None and row.disposition.finding is not None
    }


def effects(moves: Moves, findings: Sequence[Finding]) -> dict[UUID, Fraction]:
    """The effect of each finding on a source beyond what finer findings on the same unrequested change have already.

    Findings on data come first; one on the stated tonnes of a source adds what they leave.
    """
    raised, found, shown = _raised(moves), dict[UUID, Fraction](), dict[tuple[UUID, str], Fraction]()
    for finding in sorted(findings, key=lambda each: each.id in raised and raised[each.id].change.sheet == "sources"):
        if finding.effect is None:
            continue
        effect, of = Fraction(finding.effect), raised.get(finding.id)
        if of is not None and finding.subject_kind == "source":
            place = (of.at.step.after.id, finding.subject_id)
            effect = beyond(effect, shown.get(place, Fraction())) if of.change.sheet == "sources" else effect
            shown[place] = shown.get(place, Fraction()) + effect
        found[finding.id] = effect
    return found


def of_several(moves: Moves, findings: Sequence[Finding], counted: Sequence[Error]) -> dict[UUID, Fraction]:
    """The effect of findings raised from totals and shared factors, beyond what is counted of the sources they show."""
    raised, found = _raised(moves), dict[UUID, Fraction]()
    by_source: dict[str, Fraction] = {}
    for error in counted:
        by_source[error.source] = by_source.get(error.source, Fraction()) + error.tonnes
    before: dict[UUID, Fraction] = {}
    several = [each for each in findings if each.id in raised and each.subject_kind == "report" and each.effect is not None]
    for finding in sorted(several, key=lambda each: _coarseness(raised[each.id].change)):
        of = raised[finding.id]
        sources = {each.source for each in of.at.moved if each.unrequested and _shows(of, each.source)}
        of_sources = sum((by_source.get(key, Fraction()) for key in sources), Fraction())
        step = of.at.step.after.id
        found[finding.id] = beyond(Fraction(finding.effect or 0), of_sources + before.get(step, Fraction()))
        before[step] = before.get(step, Fraction()) + found[finding.id]
    return found


def _coarseness(change: Change) -> int:
    if change.sheet == "factors":
        return 0
    return 2 if code_of(change.keys[0]) == "total" else 1


def _shows(raised: _Raised, source: str) -> bool:
    """Whether a total or a shared factor shows what a source moved."""
    if raised.change.sheet == "factors":
        return True
    code = code_of(raised.change.keys[0])
    if code == "total":
        return True
    versions = (report_of(raised.at.step.before), report_of(raised.at.step.after))
    return any(row.source_id == source and row.category_code == code for version in versions for row in version.sources)
