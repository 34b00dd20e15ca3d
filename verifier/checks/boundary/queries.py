"""Queries of check 1: facilities and sources compared with the plan, and the decisions on them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.core.boundary import OPEN, BoundaryRow, BoundaryStatus, Kind, Mark, boundary_status, side_by_side
from verifier.core.findings import FindingState
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.references.queries import content_of, plan_in_hand, plan_key
from verifier.findings.models import Finding
from verifier.findings.queries import not_withdrawn
from verifier.reports.derived_values import DerivedValues, form_of
from verifier.reports.queries import report_of

CHECK = "boundary"
_rows = DerivedValues[tuple[BoundaryRow, ...]]("boundary", lambda: form_of(tuple[BoundaryRow, ...]))
"""By the SHA-256 of the workbook and what names the plan handed in beside it."""


@dataclass(frozen=True, slots=True)
class BoundaryProgress:
    """How far the check is; `findings` counts those raised in it and not withdrawn."""

    done: int
    total: int
    findings: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with what was decided of it, the findings raised on it here, and how far it is."""

    row: BoundaryRow
    decision: BoundaryDecision | None
    findings: tuple[Finding, ...]
    status: BoundaryStatus

    @property
    def is_open(self) -> bool:
        """Whether it still has to be decided."""
        return self.status in OPEN

    @property
    def confirmable(self) -> bool:
        """Whether it may be confirmed among others: still open, and nothing stands out."""
        return self.is_open and not self.row.remarkable


def judged(engagement: Engagement, kind: Kind | None = None) -> list[Judged]:
    """Every facility and source of the version under verification, of one kind or both."""
    decisions = {(row.kind, row.key): row for row in db.session.scalars(_decisions(engagement))}
    raised: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings(engagement):
        raised.setdefault((finding.subject_kind, finding.subject_id), []).append(finding)
    found = []
    for row in rows_of(engagement):
        if kind is None or row.kind is kind:
            decision, own_findings = decisions.get((row.kind, row.key)), tuple(raised.get((row.kind, row.key), ()))
            decided = decision.outcome if decision else None
            status = boundary_status(row, decided, decision.fingerprint if decision else None, finding=bool(own_findings))
            found.append(Judged(row, decision, own_findings, status))
    return found


def judged_one(engagement: Engagement, kind: Kind, key: str) -> Judged | None:
    """One facility or source, None where neither report nor plan knows it."""
    return next((each for each in judged(engagement, kind) if each.row.key == key), None)


def matching(
    rows: Sequence[Judged], *, search: str = "", state: str = "", mark: str = "", category: str = "", facility: str = ""
) -> list[Judged]:
    """The rows a filter lets through; `state` is a status or `open`, `mark` a mark or `any` for whatever stands out."""
    term = search.strip().casefold()
    return [
        each
        for each in rows
        if (not term or term in _words(each.row))
        and (not state or (each.is_open if state == "open" else each.status == state))
        and (not mark or (each.row.remarkable if mark == "any" else mark in each.row.marks))
        and (not category or each.row.category == category)
        and (not facility or each.row.facility == facility)
    ]


def rows_of(engagement: Engagement) -> Sequence[BoundaryRow]:
    """Every facility and source as reported, compared with the plan; cached per version and plan."""
    plan, version = plan_in_hand(engagement), engagement.report_version
    key = (version.sha256, plan_key(plan)) if plan is not None else (version.sha256,)
    return _rows.get(key, lambda: tuple(side_by_side(report_of(version), content_of(plan) if plan is not None else None)))


def progress(engagement: Engagement) -> BoundaryProgress:
    """Facilities and sources decided, of all; a row with a finding is decided."""
    parts = progress_by_kind(engagement).values()
    return BoundaryProgress(*(sum(each) for each in zip(*((part.done, part.total, part.findings) for part in parts), strict=True)))


def progress_by_kind(engagement: Engagement) -> dict[Kind, BoundaryProgress]:
    """The same for the facilities and the sources apart; read as bare columns, for every page of a case shows it."""
    of = select(BoundaryDecision.kind, BoundaryDecision.key, BoundaryDecision.outcome, BoundaryDecision.fingerprint)
    decisions = db.session.execute(of.where(BoundaryDecision.engagement_id == engagement.id))
    decided = {(kind, key): (outcome, fingerprint) for kind, key, outcome, fingerprint in decisions}
    raised = [(each.subject_kind, each.subject_id) for each in not_withdrawn(engagement) if each.arose_in == CHECK]
    found, about = {}, set(raised)
    for kind in Kind:
        rows = [row for row in rows_of(engagement) if row.kind is kind]
        at = [boundary_status(row, *decided.get((kind, row.key), (None, None)), finding=(kind, row.key) in about) for row in rows]
        found[kind] = BoundaryProgress(
            sum(each not in OPEN for each in at), len(rows), sum(of_kind in (kind, f"missing_{kind}") for of_kind, _key in raised)
        )
    return found


def undecided_count(engagement: Engagement) -> int:
    """Facilities and sources still to be decided."""
    how_far = progress(engagement)
    return how_far.total - how_far.done


def not_counted(engagement: Engagement) -> frozenset[str]:
    """Keys of the sources that check 1 holds do not count."""
    return frozenset(each.row.key for each in judged(engagement, Kind.SOURCE) if each.status is BoundaryStatus.NOT_COUNTED)


def marks_of(rows: Sequence[Judged]) -> list[Mark]:
    """The marks that occur, in the order of their words."""
    counts = Counter(mark for each in rows for mark in each.row.marks)
    return [mark for mark in Mark if counts[mark]]


def findings(engagement: Engagement) -> list[Finding]:
    """What was raised in this check and not withdrawn, in order."""
    of = select(Finding).where(Finding.engagement_id == engagement.id, Finding.arose_in == CHECK)
    return list(db.session.scalars(of.where(Finding.state != FindingState.WITHDRAWN).order_by(Finding.number)))


def missing(engagement: Engagement, *, withdrawn: bool = False) -> list[MissingSource]:
    """Sources found missing and not withdrawn; on request with the withdrawn ones."""
    of = select(MissingSource).where(MissingSource.engagement_id == engagement.id).order_by(MissingSource.key)
    return list(db.session.scalars(of if withdrawn else of.where(MissingSource.withdrawn_at.is_(None))))


def missing_keyed(engagement: Engagement, key: str) -> MissingSource | None:
    """One thing found missing, by our key."""
    return db.session.scalar(select(MissingSource).where(MissingSource.engagement_id == engagement.id, MissingSource.key == key))


def findings_on_missing(engagement: Engagement, key: str) -> list[Finding]:
    """Findings raised on something found missing, and not withdrawn."""
    return [finding for finding in findings(engagement) if (finding.subject_kind, finding.subject_id) == ("missing_source", key)]


def _decisions(engagement: Engagement) -> Select[BoundaryDecision]:
    return select(BoundaryDecision).where(BoundaryDecision.engagement_id == engagement.id)


def _words(row: BoundaryRow) -> str:
    source, facility = row.source, row.facility_row
    parts = [row.key, row.name, row.facility, facility.name if facility else "", facility.owner if facility else ""]
    if source:
        parts += [source.fuel, source.meter_id, source.owner]
    return " ".join(parts).casefold()
