"""Rows of the table from the first version to the verified figure."""

from dataclasses import dataclass
from fractions import Fraction

from verifier.core.opinion.reconciliation import ReconciledLine
from verifier.core.rulepack.pack import RulePack
from verifier.engagements.models import Engagement
from verifier.statement.facts import assessment

NOTICEABLE = Fraction(1, 200)
"""Tonnes up to which a difference of a source is not shown by itself: it is due to rounding in the report."""


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """A row of the table: a source, all others, what the totals have beyond them, or the total; `marked` are its figures to look at."""

    kind: str
    line: ReconciledLine
    marked: frozenset[str]


def steps_of_figures(engagement: Engagement) -> tuple[list[ReconciledRow], int]:
    """The rows from the first version to the verified figure, and how many sources are in the row of the others."""
    found, pack = assessment.reconciled(engagement), assessment.pack_of(engagement)
    rounding = rounding_of_total(pack)
    shown, others, count = found.grouped(NOTICEABLE)
    rows = [
        ReconciledRow("source", line, marked(line, NOTICEABLE)) if line.source else ReconciledRow("rest", line, marked(line, rounding))
        for line in shown
    ]
    if others is not None:
        rows.insert(len(rows) - 1, ReconciledRow("others", others, frozenset()))
    return [*rows, ReconciledRow("total", found.total, frozenset().union(*(row.marked for row in rows)))], count


def rounding_of_total(pack: RulePack) -> Fraction:
    """Tonnes by which a correctly stated total may miss the sum of its sources: half a unit for each figure that the rules round."""
    rounded = 1 if pack.rounding.total == "rounded_sum" else len(pack.categories)
    return Fraction(rounded, 2 * 10**pack.rounding.places)


def marked(line: ReconciledLine, noticeable: Fraction) -> frozenset[str]:
    """The columns in which a line shows a change without request or a difference that is more than rounding."""
    figures = {"unrequested": line.unrequested, "differences": line.differences}
    return frozenset(name for name, figure in figures.items() if figure is not None and abs(figure) >= noticeable)
