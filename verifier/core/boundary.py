"""Check 1: the reported boundary compared with the monitoring plan, and the rows still to be decided."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from verifier.core.calculation.recalculation import facility_fingerprint
from verifier.core.errors import Refusal
from verifier.core.monitoring_plan import MonitoringPlan, PlanOrigin, of_report
from verifier.core.report.rows import FacilityRow, PlanRow, ReportedReport, SourceRow, plain_text, yes_or_no


class Kind(StrEnum):
    """Kind of boundary row: facility or emission source."""

    FACILITY = "facility"
    SOURCE = "source"


class Mark(StrEnum):
    """Deviation between the report and the monitoring plan."""

    IN_PLAN = "in_plan"
    """A monitoring plan was handed in or entered, and names it."""
    STATED_IN_PLAN = "stated_in_plan"
    """The unit states so; no plan at hand says anything of it."""
    NOT_IN_PLAN = "not_in_plan"
    PLAN_UNSTATED = "plan_unstated"
    """The report does not say, and no plan was handed in with it."""
    NOT_REPORTED = "not_reported"
    """In the plan, but not in the report."""
    RETIRED = "retired"
    OUTSIDE_BOUNDARY = "outside_boundary"
    UNKNOWN_FACILITY = "unknown_facility"
    """The source names a facility that the report does not list."""


CALM = frozenset({Mark.IN_PLAN, Mark.STATED_IN_PLAN, Mark.PLAN_UNSTATED})
"""Marks that ask for no reason; every other one does."""


ALL_OF_ONE = ({Mark.IN_PLAN}, {Mark.STATED_IN_PLAN})
"""A facility is in the plan, or stated to be, where each of its sources is."""


class BoundaryOutcome(StrEnum):
    """Verifier's decision on one facility or source."""

    CONFIRMED = "confirmed"
    NOT_COUNTED = "not_counted"


class BoundaryStatus(StrEnum):
    """Decision status of one row."""

    UNDECIDED = "undecided"
    ASKED_AGAIN = "asked_again"
    """Decided on an earlier version, and what it rested on has changed since."""
    CONFIRMED = "confirmed"
    NOT_COUNTED = "not_counted"
    FINDING = "finding"


OPEN = frozenset({BoundaryStatus.UNDECIDED, BoundaryStatus.ASKED_AGAIN})
"""Still to be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryRow:
    """One facility or source as reported and as planned; `planned` are the plan's rows about it."""

    kind: Kind
    key: str
    name: str
    category: str = ""
    facility: str = ""
    source: SourceRow | None = None
    facility_row: FacilityRow | None = None
    planned: tuple[PlanRow, ...] = ()
    plan_reason: str = ""
    """Why the source is not in the plan, as the verification body entered it."""
    marks: tuple[Mark, ...]
    fingerprint: str

    @property
    def remarkable(self) -> bool:
        """Whether a decision on the row requires a stated reason."""
        return not CALM.issuperset(self.marks)


def side_by_side(report: ReportedReport, handed_in: MonitoringPlan | None = None) -> tuple[BoundaryRow, ...]:
    """All reported facilities and sources in order, then those only in the plan; duplicate keys are listed once.

    A plan handed in beside the report goes before the report's own `plan` sheet.
    """
    plan = handed_in or of_report(report)
    facilities: dict[str, FacilityRow] = {}
    for facility in report.facilities:
        facilities.setdefault(facility.facility_id, facility)
    planned: dict[str, list[PlanRow]] = {}
    for row in plan.rows if plan else ():
        planned.setdefault(row.source_id, []).append(row)
    for key in sorted(plan.named if plan else ()):
        planned.setdefault(key, [])
    sources: dict[str, BoundaryRow] = {}
    for source in report.sources:
        if source.source_id not in sources:
            rows = tuple(planned.get(source.source_id, ()))
            sources[source.source_id] = _source(source, facilities.get(source.facility_id), rows, plan, report)
    found = [_facility(row, sources.values(), plan, report) for row in facilities.values()]
    found += sources.values()
    found += [_only_planned(key, tuple(planned[key])) for key in planned if key and key not in sources]
    return tuple(found)


def boundary_status(row: BoundaryRow, decided: BoundaryOutcome | None, fingerprint: str | None, *, finding: bool) -> BoundaryStatus:
    """Decision status of one row: a finding counts as a decision; a decision is valid only for the content it was made on."""
    if finding:
        return BoundaryStatus.FINDING
    if decided is None:
        return BoundaryStatus.UNDECIDED
    return BoundaryStatus(decided) if fingerprint == row.fingerprint else BoundaryStatus.ASKED_AGAIN


def undecided(
    rows: Iterable[BoundaryRow], decisions: Mapping[tuple[Kind, str], str], findings: Collection[tuple[Kind, str]] = frozenset()
) -> tuple[BoundaryRow, ...]:
    """Rows without a finding whose decision (by key: fingerprint at decision) is missing or outdated."""
    return tuple(row for row in rows if (row.kind, row.key) not in findings and decisions.get((row.kind, row.key)) != row.fingerprint)


def check_decision(row: BoundaryRow, outcome: BoundaryOutcome, note: str) -> None:
    """Refuse a decision without the required reason: needed for an exclusion and for confirming a deviation."""
    if note.strip():
        return
    if outcome is BoundaryOutcome.NOT_COUNTED:
        raise Refusal("boundary.note.left_out", key=row.key)
    if row.remarkable:
        raise Refusal("boundary.note.remarkable", key=row.key)


def next_number(used: Iterable[str]) -> str:
    """Key of the next omission: N-001, N-002 …"""
    return f"N-{max((int(key.removeprefix('N-')) for key in used), default=0) + 1:03d}"


def _source(
    source: SourceRow, facility: FacilityRow | None, rows: tuple[PlanRow, ...], plan: MonitoringPlan | None, report: ReportedReport
) -> BoundaryRow:
    marks, reason = [_planned(source, plan)], plan.absent.get(source.source_id, "") if plan else ""
    if facility is not None and _retired(facility, report.year):
        marks.append(Mark.RETIRED)
    if yes_or_no(source.counts) is False or (facility is not None and yes_or_no(facility.in_boundary) is False):
        marks.append(Mark.OUTSIDE_BOUNDARY)
    if source.facility_id and facility is None:
        marks.append(Mark.UNKNOWN_FACILITY)
    rests_on: list[object] = [_content(source, "reported_tco2"), _content(facility) if facility else None, [_content(row) for row in rows]]
    if plan and plan.origin is not PlanOrigin.REPORT:
        rests_on.append([plan.names(source.source_id), reason])
    return BoundaryRow(
        kind=Kind.SOURCE,
        key=source.source_id,
        name=source.name,
        category=source.category_code,
        facility=source.facility_id,
        source=source,
        facility_row=facility,
        planned=rows,
        plan_reason=reason,
        marks=tuple(marks),
        fingerprint=_digest(rests_on),
    )


def _planned(source: SourceRow, plan: MonitoringPlan | None) -> Mark:
    """A monitoring plan takes precedence over the unit's own statement."""
    named = plan.names(source.source_id) if plan else None
    if named is not None:
        return Mark.IN_PLAN if named else Mark.NOT_IN_PLAN
    stated = yes_or_no(source.in_plan)
    return Mark.PLAN_UNSTATED if stated is None else Mark.STATED_IN_PLAN if stated else Mark.NOT_IN_PLAN


def _facility(facility: FacilityRow, sources: Iterable[BoundaryRow], plan: MonitoringPlan | None, report: ReportedReport) -> BoundaryRow:
    own_sources = [row for row in sources if row.facility == facility.facility_id]
    found = {row.marks[0] for row in own_sources}
    marks = [Mark.NOT_IN_PLAN] if Mark.NOT_IN_PLAN in found else [*found] if found in ALL_OF_ONE else [Mark.PLAN_UNSTATED]
    fingerprint = facility_fingerprint(report, facility.facility_id)
    if plan and plan.origin is not PlanOrigin.REPORT:
        fingerprint = _digest([fingerprint, sorted((row.key, row.marks[0], row.plan_reason) for row in own_sources)])
    if _retired(facility, report.year):
        marks.append(Mark.RETIRED)
    if yes_or_no(facility.in_boundary) is False:
        marks.append(Mark.OUTSIDE_BOUNDARY)
    return BoundaryRow(
        kind=Kind.FACILITY,
        key=facility.facility_id,
        name=facility.name,
        facility=facility.facility_id,
        facility_row=facility,
        planned=tuple(planned for row in own_sources for planned in row.planned),
        marks=tuple(marks),
        fingerprint=fingerprint,
    )


def _only_planned(key: str, plan: tuple[PlanRow, ...]) -> BoundaryRow:
    marks = (Mark.NOT_REPORTED,)
    return BoundaryRow(kind=Kind.SOURCE, key=key, name="", planned=plan, marks=marks, fingerprint=_digest([_content(row) for row in plan]))


def _retired(facility: FacilityRow, year: int) -> bool:
    """Decommissioned by the end of the year; an unreadable date counts as decommissioned, so that it is reviewed."""
    text = plain_text(facility.retired_on)
    found = re.match(r"(\d{4})(?:\D+(\d{1,2}))?(?:\D+(\d{1,2}))?", text)
    try:
        return bool(text) and (not found or date(*(int(part or 1) for part in found.groups())) <= date(year, 12, 31))
    except ValueError:
        return True


def _content(row: SourceRow | FacilityRow | PlanRow, *but: str) -> dict[str, str]:
    """Content of a row, independent of its position."""
    fields = type(row).__dataclass_fields__
    return {name: str(getattr(row, name)) for name in fields if name not in ("sheet", "row", "unstored", *but)}


def _digest(value: object) -> str:
    return sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
