"""Rows of the table from the first version to the verified figure."""

from dataclasses import dataclass
from fractions import Fraction

from verifier.core.opinion.reconciliation import ReconciledLine
from verifier.engagements.models import Engagement
from verifier.statement.facts import assessment

NOTICEABLE = Fraction(1, 200)
"""Tonnes up to which a difference of a source is not shown by itself: it is due to rounding in the report."""


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """A row of the table: a source, all others, what the totals have beyond them, or the total."""

    kind: str
    line: ReconciledLine


def steps_of_figures(engagement: Engagement) -> tuple[list[ReconciledRow], int]:
    """The rows from the first version to the verified figure, and how many sources are in the row of the others."""
    found = assessment.reconciled(engagement)
    shown, others, count = found.grouped(NOTICEABLE)
    rows = [ReconciledRow("source" if line.source else "rest", line) for line in shown]
    if others is not None:
        rows.insert(len(rows) - 1, ReconciledRow("others", others))
    return [*rows, ReconciledRow("total", found.total)], count
