"""Queries of the analytical procedures of a case: every line with its conclusion and state."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from sqlalchemy import select

from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.checks.data.references import queries as references
from verifier.core.analysis.lines import WAITING, Analysis, AnalysisLine, LineState, Procedure
from verifier.core.analysis.procedures import analyse
from verifier.core.calculation.recalculation import calculate
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.derived_values import DerivedValues, Form, form_of, form_of_list
from verifier.rulepacks.load import load


def _form() -> Form[Analysis]:
    whole, lines = form_of(Analysis), form_of_list(AnalysisLine)

    def written(analysis: Analysis) -> tuple[Any, Any]:
        return whole.written(replace(analysis, lines=()))[0], lines.written(analysis.lines)[1]

    def read(head: Any, details: Callable[[], Any]) -> Analysis:
        return replace(whole.read(head, details), lines=lines.read(None, details))

    return Form(written, read)


_analysed = DerivedValues[Analysis]("analysis", _form)
"""By the hashes of everything it follows from, as the recalculation."""


@dataclass(frozen=True, slots=True)
class ProcedureCount:
    """How many lines a procedure has, and how many of them cannot be compared."""

    procedure: Procedure
    lines: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class AnalysisSummary:
    """The lines that stand out, the number of the others, and the previous year, as in the analysis."""

    standing_out: tuple[AnalysisLine, ...]
    counts: tuple[ProcedureCount, ...]
    last: int | None
    last_total: Fraction | None


_summaries = DerivedValues[AnalysisSummary]("analysis-summary", lambda: form_of(AnalysisSummary))
"""What pages that list no lines show of it, by the same."""


@dataclass(frozen=True, slots=True)
class ProcedureProgress:
    """A procedure with the number of its lines, of those that stand out, and of those that wait for a conclusion."""

    count: ProcedureCount
    out: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Remarked:
    """A line with the conclusion last written on it."""

    line: AnalysisLine
    conclusion: AnalysisConclusion | None

    @property
    def state(self) -> LineState:
        """State of the line."""
        return self.line.state(self.conclusion.fingerprint if self.conclusion else None)

    @property
    def is_open(self) -> bool:
        """Whether it waits for a conclusion."""
        return self.state in WAITING


@dataclass(frozen=True, slots=True)
class AnalysisProgress:
    """How many lines stand out, and how many of them are concluded on; none of them blocks the conclusion of the case."""

    done: int
    total: int


def analysis_of(engagement: Engagement) -> Analysis:
    """The four procedures over the version under verification; the same value again while the process remembers it."""
    return _analysed.get(_key(engagement), lambda: _analyse(engagement))


def summary_of(engagement: Engagement) -> AnalysisSummary:
    """The lines that stand out, and counts of the others."""
    return _summaries.get(_key(engagement), lambda: _summarise(analysis_of(engagement)))


def _summarise(analysis: Analysis) -> AnalysisSummary:
    incomplete = Counter(line.procedure for line in analysis.lines if line.state(None) is LineState.INCOMPLETE)
    counts = tuple(ProcedureCount(each, len(analysis.of(each)), incomplete[each]) for each in Procedure)
    out = tuple(line for line in analysis.lines if line.stands_out)
    return AnalysisSummary(out, counts, analysis.last, analysis.last_total)


def procedures(engagement: Engagement) -> list[ProcedureProgress]:
    """Each procedure with its counts."""
    summary = summary_of(engagement)
    out = _with_conclusions(engagement, summary.standing_out)
    found = []
    for count in summary.counts:
        own = [each for each in out if each.line.procedure is count.procedure]
        found.append(ProcedureProgress(count, len(own), sum(each.is_open for each in own)))
    return found


def _key(engagement: Engagement) -> tuple[str, ...]:
    return (engagement.report_version.sha256, load(engagement.pack_id).sha256, *references.references(engagement).key)


def _analyse(engagement: Engagement) -> Analysis:
    pack, with_it = load(engagement.pack_id), references.references(engagement)
    previous = with_it.last_year()
    before = calculate(previous, pack) if previous is not None else None
    report, calculation = reports.report_of(engagement.report_version), references.calculation_of(engagement)
    return analyse(report, calculation, pack, previous=previous, before=before, body=dict(with_it.body))


def remarked(engagement: Engagement, procedure: Procedure | None = None) -> list[Remarked]:
    """The lines of a procedure, or of all, each with its conclusion."""
    analysis = analysis_of(engagement)
    return _with_conclusions(engagement, analysis.lines if procedure is None else analysis.of(procedure))


def _with_conclusions(engagement: Engagement, lines: Iterable[AnalysisLine]) -> list[Remarked]:
    of = select(AnalysisConclusion).where(AnalysisConclusion.engagement_id == engagement.id)
    conclusions = {row.line_key: row for row in db.session.scalars(of)}
    return [Remarked(line, conclusions.get(line.key)) for line in lines]


def one(engagement: Engagement, key: str) -> Remarked | None:
    """One line by its natural key."""
    return next((each for each in remarked(engagement) if each.line.key == key), None)


def progress(engagement: Engagement) -> AnalysisProgress:
    """How far the lines that stand out are concluded on."""
    out = _with_conclusions(engagement, summary_of(engagement).standing_out)
    return AnalysisProgress(sum(not each.is_open for each in out), len(out))


def grouped(rows: Sequence[Remarked]) -> list[tuple[Remarked, ...]]:
    """Lines of one source or product together: its months stand side by side."""
    return [tuple(group) for _key, group in groupby(rows, key=lambda each: (each.line.of, each.line.code))]


def matching(
    groups: Sequence[tuple[Remarked, ...]], *, search: str = "", of: str = "", state: str = "", sort: str = ""
) -> list[tuple[Remarked, ...]]:
    """The groups with a line of the filter: `state` is a state, `out` or `waiting`; as listed, or the largest change first."""
    term = search.strip().casefold()
    found = [
        group
        for group in groups
        if (not of or group[0].line.of == of)
        and (not term or term in f"{group[0].line.code} {group[0].line.name}".casefold())
        and (not state or any(_at(each, state) for each in group))
    ]
    return sorted(found, key=lambda group: -max(_moved(each) for each in group)) if sort == "change" else found


def next_open(engagement: Engagement, line: AnalysisLine) -> AnalysisLine | None:
    """The next line of the procedure that waits for a conclusion, from the beginning again after the last."""
    rows = remarked(engagement, line.procedure)
    at = next((number for number, each in enumerate(rows) if each.line.key == line.key), 0)
    return next((each.line for each in (*rows[at + 1 :], *rows[:at]) if each.is_open), None)


def _at(each: Remarked, state: str) -> bool:
    return each.line.stands_out if state == "out" else each.is_open if state == "waiting" else each.state == state


def _moved(each: Remarked) -> float:
    """How far a figure moved: what came or went as a whole moved as far as it is large."""
    main = each.line.main
    change = main.change if main.change is not None else main.now or main.then
    return abs(float(change or 0))
