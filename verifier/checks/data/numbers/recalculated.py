"""Effect of verified numbers on the tonnes: a source recalculated with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from verifier.checks.data.numbers import queries
from verifier.checks.data.numbers.queries import NumberRow
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import SourceResult
from verifier.core.outcomes.number_outcomes import Correction, corrected, known_tonnes, resting_on
from verifier.core.outcomes.source_outcomes import OutcomeStatus
from verifier.core.report.reported_numbers import NumberKind
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load


@dataclass(frozen=True, slots=True)
class SourceNumbers:
    """The numbers a source's tonnes rest on: how they are held, and what that does to the tonnes.

    `effect` is t CO2, as handed in − with the verified values; `tonnes` what the source then comes to, None while something is unknown.
    """

    lines: tuple[NumberRow, ...]
    effect: Fraction = field(default=Fraction())
    tonnes: Fraction | None = None

    def count(self, state: str) -> int:
        """Number of lines with a status, or `open`."""
        return sum(each.is_open if state == "open" else each.status == state for each in self.lines)

    @property
    def differing(self) -> list[NumberRow]:
        """Those found to be another value."""
        return [each for each in self.lines if each.differs]


def of_source(engagement: Engagement, result: SourceResult) -> SourceNumbers:
    """The outcomes of the numbers of one source, and the tonnes recalculated with them."""
    places = {(factor.sheet, factor.row) for factor in result.factors}
    lines = tuple(queries.of_source(engagement, result.source_id, sorted(places)))
    differing = [each for each in lines if each.differs]
    if not differing:
        return SourceNumbers(lines, tonnes=result.recalculated)
    pack = load(engagement.pack_id)
    report = reports.report_of(engagement.report_version)
    anew = calculate(corrected(report, {result.source_id}, _corrections(differing)), pack)
    own_result = anew.source(result.source_id)
    return SourceNumbers(lines, result.known - known_tonnes(anew), own_result.recalculated if own_result else None)


def of_number(engagement: Engagement, line: NumberRow) -> Fraction | None:
    """What one number found different does to the report, t CO2, as handed in − verified; None where it is no matter of tonnes."""
    number, outcome = line.number, line.outcome
    if not line.differs or outcome is None or outcome.verified is None or number.kind == NumberKind.PRODUCTION:
        return None
    if number.kind in (NumberKind.REPORTED, NumberKind.TOTAL):
        return None if number.value is None else Fraction(number.value) - Fraction(outcome.verified)
    version = engagement.report_version
    report, calculation = reports.report_of(version), reports.calculation_of(version)
    sources = resting_on(report, number.source_key)
    before = sum((result.known for result in calculation.sources if result.source_id in sources), Fraction())
    return before - known_tonnes(calculate(corrected(report, sources, _corrections([line])), load(engagement.pack_id)))


def _corrections(lines: Sequence[NumberRow]) -> list[Correction]:
    return [
        Correction(row.source_key, row.kind, row.period, row.sheet, row.row, row.cell, row.unit, each.outcome.verified)
        for each in lines
        if (row := each.number) and each.status is OutcomeStatus.DIFFERS and each.outcome is not None and each.outcome.verified is not None
    ]
