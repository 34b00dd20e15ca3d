"""Corrected report against the previous version: changes, their effect in tonnes, requesting findings, and unrequested changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.calculation.results import Calculation
from verifier.core.report.differences import IN_TONNES, Change, differences
from verifier.core.report.rows import ReportedReport, SourceRow, code_of
from verifier.core.report.tonnage_effects import with_tonnes

__all__ = ["Change", "Judged", "RequestedChange", "changes", "judge"]


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """A finding that the unit answered with a version: what it is about; `periods` empty where it is about the whole year."""

    label: str
    kind: str
    subject: str
    periods: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """A change with the findings that asked for it; none: nobody did."""

    change: Change
    findings: tuple[str, ...]

    @property
    def requested(self) -> bool:
        """Whether any finding requested the change."""
        return bool(self.findings)


def changes(old: ReportedReport, new: ReportedReport, was: Calculation, now: Calculation) -> tuple[Change, ...]:
    """Every difference between two versions with its tonnes; `was` and `now` are the recalculations, t CO2. Source: issue 4, "Versions"."""
    return tuple(with_tonnes(tuple(differences(old, new)), old, new, was, now))


def judge(found: Sequence[Change], requested: Iterable[RequestedChange], old: ReportedReport, new: ReportedReport) -> tuple[Judged, ...]:
    """Each change with the findings whose subject covers it, what nobody asked for first, then as they stand in the workbook.

    A finding on a source covers its rows (of its periods, where it names some), its own factors, its meter and its reported tonnes; one on
    a facility its row and those of its sources; one on the report its totals, or the shared factors where it is about factors. A total is
    asked for where it moved by what the asked-for sources of its category moved it, to a tonne of rounding.
    """
    listed = [(each, _Cover(each, old, new)) for each in requested]
    judged = {change: tuple(each.label for each, cover in listed if cover.covers(change)) for change in found}
    for change in found:
        if change.sheet == "totals" and not judged[change]:
            judged[change] = _carried(change, found, judged, new)
    rows = [Judged(change, tuple(dict.fromkeys(labels))) for change, labels in judged.items()]
    return tuple(sorted(rows, key=lambda each: each.requested))


class _Cover:
    """What one finding covers."""

    def __init__(self, requested: RequestedChange, old: ReportedReport, new: ReportedReport) -> None:
        self.requested = requested
        own_rows = [row for report in (old, new) for row in report.sources if self._speaks_of(row)]
        self.sources = {row.source_id for row in own_rows} | ({requested.subject} if requested.kind == "source" else set())
        self.meters = {row.meter_id for row in own_rows if row.meter_id}

    def _speaks_of(self, row: SourceRow) -> bool:
        return self.requested.subject == (row.source_id if self.requested.kind == "source" else row.facility_id)

    def covers(self, change: Change) -> bool:
        if self.requested.kind == "report":
            shared = change.sheet == "factors" and change.keys[0].startswith("*") and "factor" in self.requested.subject
            return shared or change.sheet in ("totals", "unit")
        if self.requested.kind not in ("source", "facility"):
            return False
        if change.sheet == "facilities":
            return self.requested.kind == "facility" and change.keys[0] == self.requested.subject
        if change.sheet == "meters":
            return not self.requested.periods and change.keys[0] in self.meters
        if change.source not in self.sources:
            return False
        if not self.requested.periods:
            return True
        return change.column == IN_TONNES if change.sheet == "sources" else change.period in self.requested.periods


def _carried(total: Change, found: Sequence[Change], judged: Mapping[Change, tuple[str, ...]], new: ReportedReport) -> tuple[str, ...]:
    """Findings that account for the full change of a total."""
    if total.tonnes is None:
        return ()
    category = {row.source_id: row.category_code for row in new.sources}
    code = code_of(total.keys[0])
    moved = [
        each
        for each in found
        if each.sheet == "sources" and each.column == IN_TONNES and judged[each] and code in ("total", category.get(each.source))
    ]
    if not moved or any(each.tonnes is None for each in moved):
        return ()
    rounding = len({category.get(each.source) for each in moved})
    difference = abs(total.tonnes - sum((each.tonnes or Fraction() for each in moved), Fraction()))
    return tuple(label for each in moved for label in judged[each]) if difference <= rounding else ()
