"""What the bars of a procedure of whole years show: categories, and the heaviest sources."""

from collections.abc import Sequence
from fractions import Fraction

from flask_babel import gettext as _

from verifier.checks.data.analysis.queries import Remarked
from verifier.checks.data.analysis.views.figures import Namer
from verifier.core.analysis.lines import AnalysisLevel, AnalysisLine, Procedure

HEAVIEST = 10
Bar = tuple[str, list[Fraction | None] | None]


def bars(procedure: Procedure, rows: Sequence[Remarked], name: Namer, *, both: bool) -> list[Bar]:
    """This year (and last with `both`) of the whole, each category and the ten heaviest sources, a head before them; shares in percent."""
    if procedure not in (Procedure.YEAR_ON_YEAR, Procedure.SHARES):
        return []
    scale = 100 if procedure is Procedure.SHARES else 1
    lines = [row.line for row in rows]
    sources = sorted(
        (line for line in lines if line.of is AnalysisLevel.SOURCE), key=lambda line: -abs(line.main.now or line.main.then or 0)
    )
    totals = [_bar(line, name(line), scale, both) for line in lines if line.of is not AnalysisLevel.SOURCE]
    heaviest = [_bar(line, name(line), scale, both) for line in sources[:HEAVIEST]]
    return [*totals, (_("Largest sources"), None), *heaviest] if totals and heaviest else totals + heaviest


def _bar(line: AnalysisLine, words: str, scale: int, both: bool) -> Bar:
    values = [line.main.now, line.main.then] if both else [line.main.now]
    return words, [None if value is None else value * scale for value in values]
