"""Reconciliation as stated in the statement: exact decimals, which add up for every source and for the case."""

from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.units import round_half_up
from verifier.core.opinion.reconciliation import ReconciledLine, Reconciliation
from verifier.statement.facts import model as said

PLACES = 30
"""Enough for every figure: what the report states, and outcomes of fifteen places."""


def reconciliation(found: Reconciliation, *, own_figure: bool) -> said.Reconciliation:
    """Every source, then what the stated totals have beyond them, and the sum of all; a table that does not add up is not stated."""
    for line in (*found.lines, found.total):
        if not line.adds_up:
            raise ArithmeticError(f"the differences of {line.source or 'the case'} do not add up")
    return said.Reconciliation(tuple(_line(line) for line in found.lines), _line(found.total), own_figure)


def _line(line: ReconciledLine) -> said.ReconciledLine:
    figures = (line.first, line.on_request, line.unrequested, line.final, line.differences, line.verified)
    return said.ReconciledLine(line.source, *(None if figure is None else _exact(figure) for figure in figures))


def _exact(figure: Fraction) -> Decimal:
    return round_half_up(figure, PLACES)
