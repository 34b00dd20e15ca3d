"""The monitoring plan that a report is compared with: what it names, and what was entered of one on paper."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from verifier.core.errors import Refusal
from verifier.core.report.rows import PlanRow, ReportedReport, yes_or_no


class PlanOrigin(StrEnum):
    """How the plan came to the verifier."""

    REPORT = "report"
    """The `plan` sheet of the report."""
    WORKBOOK = "workbook"
    """A workbook of its own."""
    ENTERED = "entered"
    """A document whose sources the verification body entered."""


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One source as the verification body read the plan: whether the plan names it, and why not."""

    source_id: str
    planned: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MonitoringPlan:
    """A plan at hand: the sources it names, its rows, and, of one that was entered, the sources that are not in it with the reason."""

    origin: PlanOrigin
    named: frozenset[str]
    rows: Sequence[PlanRow] = ()
    absent: Mapping[str, str] = field(default_factory=dict)

    def names(self, source_id: str) -> bool | None:
        """Whether the plan names a source; None where an entered plan was not compared with it."""
        if source_id in self.named:
            return True
        return None if self.origin is PlanOrigin.ENTERED and source_id not in self.absent else False


def of_workbook(report: ReportedReport) -> MonitoringPlan | None:
    """The plan of a workbook of its own: its plan rows, and its sources unless one says of itself that it is not in the plan.

    None where it names none.
    """
    listed = {row.source_id for row in report.sources if yes_or_no(row.in_plan) is not False}
    named = frozenset((listed | {row.source_id for row in report.plan}) - {""})
    return MonitoringPlan(PlanOrigin.WORKBOOK, named, report.plan) if named else None


def of_report(report: ReportedReport) -> MonitoringPlan | None:
    """The `plan` sheet of a report; None where it names no source."""
    named = frozenset({row.source_id for row in report.plan} - {""})
    return MonitoringPlan(PlanOrigin.REPORT, named, report.plan) if named else None


def of_entries(entries: Iterable[PlanEntry]) -> MonitoringPlan:
    """A plan as the verification body entered it."""
    read = tuple(entries)
    absent = {each.source_id: each.reason for each in read if not each.planned}
    return MonitoringPlan(PlanOrigin.ENTERED, frozenset(each.source_id for each in read if each.planned), absent=absent)


def read_entries(planned: str, absent: str, reported: Collection[str]) -> tuple[PlanEntry, ...]:
    """Entries typed one a line: sources that the plan names, and `source: reason` for reported sources that it does not name.

    A source that the plan names need not be in the report; one that it does not name must be, with a reason.
    """
    found: dict[str, PlanEntry] = {}
    typed = [(line, True) for line in planned.splitlines()] + [(line, False) for line in absent.splitlines()]
    for line, in_plan in typed:
        if not line.strip():
            continue
        entry = PlanEntry(line.strip(), planned=True) if in_plan else _absent(line, reported)
        if entry.source_id in found:
            raise Refusal("boundary.plan.twice", key=entry.source_id)
        found[entry.source_id] = entry
    if not found:
        raise Refusal("boundary.plan.nothing")
    return tuple(found.values())


def _absent(line: str, reported: Collection[str]) -> PlanEntry:
    """A source with its reason; a number that itself holds a colon is found by the report's own numbers."""
    text = line.strip().replace("：", ":")
    ends = [at for at, character in enumerate(text) if character == ":"]
    split = [(text[:at].strip(), text[at + 1 :].strip()) for at in (*ends, len(text))]
    key, reason = next(((key, reason) for key, reason in reversed(split) if key in reported), split[0])
    if key not in reported:
        raise Refusal("boundary.plan.unknown", key=key)
    if not reason:
        raise Refusal("boundary.plan.no_reason", key=key)
    return PlanEntry(key, planned=False, reason=reason)


def check_document(dated_on: date, document: str, reference: str, today: date) -> None:
    """Refuse a plan without name and reference, or of a date in the future."""
    if not document.strip() or not reference.strip():
        raise Refusal("boundary.plan.incomplete")
    if dated_on > today:
        raise Refusal("boundary.plan.future")
