"""Corrected report against the previous version: changes, their effect in tonnes, requesting findings, and unrequested changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.calculation.results import Calculation
from verifier.core.report.differences import IN_TONNES, Change, ChangeKind, differences
from verifier.core.report.rows import ReportedReport, SourceRow, code_of, plain_text
from verifier.core.report.tonnage_effects import with_tonnes

__all__ = ["Change", "Judged", "RequestedChange", "SourceKinds", "changes", "judge", "unrequested_tonnes"]


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """A finding that the unit answered with a version: what it is about; `periods` empty where it is about the whole year.

    `name` is what its subject was called when it was raised.
    """

    label: str
    kind: str
    subject: str
    periods: frozenset[str] = frozenset()
    name: str = ""


@dataclass(frozen=True, slots=True)
class SourceKinds:
    """Keys of the sources that do not count and of those that are deducted, in either version."""

    not_counted: frozenset[str] = frozenset()
    deducted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """A change with the findings that asked for it; none: nobody did. A total that `follows` moved by what its sources moved."""

    change: Change
    findings: tuple[str, ...]
    follows: bool = False

    @property
    def requested(self) -> bool:
        """Whether any finding requested the change, or it only shows changes of sources, which are judged by themselves."""
        return bool(self.findings) or self.follows


def changes(old: ReportedReport, new: ReportedReport, was: Calculation, now: Calculation) -> tuple[Change, ...]:
    """Every difference between two versions with its tonnes; `was` and `now` are the recalculations, t CO2. Source: issue 4, "Versions"."""
    return tuple(with_tonnes(tuple(differences(old, new)), old, new, was, now))


def judge(
    found: Sequence[Change],
    requested: Iterable[RequestedChange],
    old: ReportedReport,
    new: ReportedReport,
    kinds: SourceKinds = SourceKinds(),
) -> tuple[Judged, ...]:
    """Each change with the findings whose subject covers it, what nobody asked for first, then as they stand in the workbook.

    A finding on a source covers its rows (of its periods, where it names some), its own factors, a meter that no other source has, and its
    reported tonnes; one on a facility its row and those of its sources, but no new deduction; one on a missing source the new source; one
    on the report the totals, the shared factors or the facts of the unit, as it is about them. A total is asked for where it moved by what
    the asked-for sources of its category moved it, to a tonne of rounding, and follows where it moved by what all of them did.
    """
    listed = [(each, _Cover(each, found, old, new, kinds)) for each in requested]
    judged = {change: tuple(each.label for each, cover in listed if cover.covers(change)) for change in found}
    follows = set()
    for change in found:
        if change.sheet == "totals" and not judged[change]:
            judged[change] = _carried(change, found, judged, old, new, kinds.not_counted)
            if not judged[change] and _explained(change, found, old, new, kinds.not_counted):
                follows.add(change)
    rows = [Judged(change, tuple(dict.fromkeys(labels)), change in follows) for change, labels in judged.items()]
    return tuple(sorted(rows, key=lambda each: each.requested))


class _Cover:
    """What one finding covers."""

    def __init__(
        self, requested: RequestedChange, found: Sequence[Change], old: ReportedReport, new: ReportedReport, kinds: SourceKinds
    ) -> None:
        self.requested = requested
        rows = [row for report in (old, new) for row in report.sources]
        before = {row.source_id for row in old.sources}
        own_rows = [row for row in rows if self._speaks_of(row, new=row.source_id not in before, kinds=kinds)]
        self.sources = {row.source_id for row in own_rows} | ({requested.subject} if requested.kind == "source" else set())
        if requested.kind == "missing_source":
            self.sources |= _reported_now(requested, found, new, kinds)
        others = {row.meter_id for row in rows if row.source_id not in self.sources}
        self.meters = {row.meter_id for row in own_rows if row.meter_id} - others

    def _speaks_of(self, row: SourceRow, *, new: bool, kinds: SourceKinds) -> bool:
        if self.requested.kind == "source":
            return self.requested.subject == row.source_id
        return self.requested.subject == row.facility_id and not (new and row.source_id in kinds.deducted)

    def covers(self, change: Change) -> bool:
        if self.requested.kind == "report":
            return self._of_report(change)
        if self.requested.kind not in ("source", "facility", "missing_source"):
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

    def _of_report(self, change: Change) -> bool:
        about = self.requested.subject
        if change.sheet == "factors":
            return change.keys[0].startswith("*") and "factor" in about
        return (change.sheet == "totals" and "total" in about) or (change.sheet == "unit" and about in ("unit", "report"))


def _reported_now(requested: RequestedChange, found: Sequence[Change], new: ReportedReport, kinds: SourceKinds) -> set[str]:
    """The new source that a finding on a missing one asked for: the one of its name, else the only one that came; no deduction."""
    came = {each.source for each in found if each.sheet == "sources" and each.how is ChangeKind.ADDED} - kinds.deducted
    wanted = plain_text(requested.name).casefold()
    names = {row.source_id: plain_text(row.name).casefold() for row in new.sources if row.source_id in came}
    named = {key for key, name in names.items() if name and wanted and (name in wanted or wanted in name)}
    return named or (set(names) if len(names) == 1 else set())


def _moved(
    total: Change, found: Sequence[Change], old: ReportedReport, new: ReportedReport, not_counted: Collection[str]
) -> tuple[list[Change], int]:
    """The changes of tonnes of the sources in a total, and how many categories they are of."""
    category = {row.source_id: row.category_code for report in (old, new) for row in report.sources}
    code = code_of(total.keys[0])
    moved = [
        each
        for each in found
        if each.sheet == "sources"
        and each.column == IN_TONNES
        and (code == category.get(each.source) or (code == "total" and each.source not in not_counted))
    ]
    return moved, len({category.get(each.source) for each in moved})


def _carried(
    total: Change,
    found: Sequence[Change],
    judged: Mapping[Change, tuple[str, ...]],
    old: ReportedReport,
    new: ReportedReport,
    not_counted: Collection[str],
) -> tuple[str, ...]:
    """Findings that account for the full change of a total."""
    moved, categories = _moved(total, [each for each in found if judged[each]], old, new, not_counted)
    return tuple(label for each in moved for label in judged[each]) if moved and _equals(total, moved, categories) else ()


def _explained(total: Change, found: Sequence[Change], old: ReportedReport, new: ReportedReport, not_counted: Collection[str]) -> bool:
    """Whether a total moved by what all of its sources moved."""
    moved, categories = _moved(total, found, old, new, not_counted)
    return bool(moved) and _equals(total, moved, categories)


def _equals(total: Change, moved: Sequence[Change], categories: int) -> bool:
    if total.tonnes is None or any(each.tonnes is None for each in moved):
        return False
    return abs(total.tonnes - sum((each.tonnes or Fraction() for each in moved), Fraction())) <= categories


def unrequested_tonnes(
    change: Change, settled: Sequence[Change], old: ReportedReport, new: ReportedReport, kinds: SourceKinds = SourceKinds()
) -> Fraction | None:
    """What of a change nobody asked for, t CO2: a total without what its sources moved in `settled` changes, requested or accepted."""
    if change.sheet != "totals" or change.tonnes is None:
        return change.tonnes
    moved, _categories = _moved(change, settled, old, new, kinds.not_counted)
    return change.tonnes - sum((each.tonnes or Fraction() for each in moved), Fraction())
