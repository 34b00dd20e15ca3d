"""Queries of the analytical procedures of a case: every line with its conclusion and state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from verifier.cache import REPORTS, Cache
from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.checks.data.references import queries as references
from verifier.core.analysis.lines import WAITING, Analysis, AnalysisLine, LineState, Procedure
from verifier.core.analysis.procedures import analyse
from verifier.core.calculation.recalculation import calculate
from verifier.core.rulepack.pack import RulePack
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load

_analysed: Cache[Analysis] = Cache(REPORTS)
"""By the hashes of everything it follows from, as the recalculation."""


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
    version, pack, with_it = engagement.report_version, load(engagement.pack_id), references.references(engagement)
    key = (version.sha256, pack.sha256, *with_it.key)
    return _analysed.get(key, lambda: _analyse(engagement, pack, with_it))


def _analyse(engagement: Engagement, pack: RulePack, with_it: references.References) -> Analysis:
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
    out = _with_conclusions(engagement, [line for line in analysis_of(engagement).lines if line.stands_out])
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
