"""Check 2: decisions on single numbers, and the effect of verified values on the tonnes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from verifier.core.calculation.results import Calculation
from verifier.core.calculation.units import plain
from verifier.core.errors import Refusal
from verifier.core.outcomes.source_outcomes import SourceOutcome
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.report.rows import ActivityRow, ReportedReport, Row

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class NumberReview:
    """Verifier's decision on a number: correct value if it differs, its source, basis and evidence-gathering activity."""

    outcome: SourceOutcome
    verified: Decimal | None = None
    said_by: str = ""
    how: str = ""
    method: str = ""
    no_finding: str = ""
    """Why a difference needs no finding."""


def verified_value(key: str, reported: Decimal | None, review: NumberReview, methods: Collection[str]) -> Decimal | None:
    """The verified value in the number's own unit; None where it cannot be confirmed.

    Refuses what a reviewer could not follow: no evidence-gathering activity out of the pack's list (ISO 14064-3:2019, 6.1.3 as rules.md
    section 5 lists them), agreeing to what cannot be read, another value without who says so and how it was found, or the same value.
    """
    if methods and review.method not in methods:
        raise Refusal("data.number.method", key=key)
    match review.outcome:
        case SourceOutcome.AGREED:
            if reported is None:
                raise Refusal("data.number.nothing", key=key)
            return reported
        case SourceOutcome.CANNOT_CONFIRM:
            if not review.how.strip():
                raise Refusal("data.number.why", key=key)
            return None
    if review.verified is None:
        raise Refusal("data.number.value", key=key)
    if review.verified == reported:
        raise Refusal("data.number.same", value=plain(review.verified))
    if not review.said_by.strip() or not review.how.strip():
        raise Refusal("data.number.unexplained", key=key)
    return review.verified


@dataclass(frozen=True, slots=True)
class Correction:
    """A verified value for one cell: `row` None for a month that is missing."""

    source: str
    kind: str
    period: str
    sheet: str
    row: int | None
    column: str
    unit: str
    value: Decimal

    @property
    def text(self) -> str:
        """The value as it would stand in the cell."""
        return plain(self.value) + ("%" if self.unit == "%" else "")


def corrected(report: ReportedReport, sources: Collection[str], corrections: Iterable[Correction]) -> ReportedReport:
    """Only these sources of a report, with verified values in their cells; what was handed in is left as it is."""
    cells: dict[tuple[str, int], dict[str, str]] = {}
    added: list[ActivityRow] = []
    for each in corrections:
        if each.row is None:
            if each.kind == NumberKind.ACTIVITY and each.source in sources:
                added.append(
                    ActivityRow(sheet=each.sheet, row=0, source_id=each.source, period=each.period, quantity=each.text, unit=each.unit)
                )
        else:
            cells.setdefault((each.sheet, each.row), {})[each.column] = each.text

    return replace(
        report,
        sources=tuple(row for row in report.sources if row.source_id in sources),
        activity=(*(_with(row, cells) for row in report.activity if row.source_id in sources), *added),
        measurements=tuple(_with(row, cells) for row in report.measurements if row.source_id in sources),
        factors=tuple(_with(row, cells) for row in report.factors),
        crosschecks=(),
        totals=(),
        production=(),
        plan=(),
        equipment=(),
        facilities=(),
        meters=(),
    )


def _with(row: AnyRow, cells: Mapping[tuple[str, int], Mapping[str, str]]) -> AnyRow:
    found = cells.get((row.sheet, row.row))
    return replace(row, unstored=(), **found) if found else row  # type: ignore[arg-type]


def resting_on(report: ReportedReport, source: str) -> frozenset[str]:
    """The sources a factor row of this key speaks of: its own, or all of its category and fuel."""
    if not source.startswith("*"):
        return frozenset({source})
    row = next((each for each in report.factors if each.source_id == source), None)
    return frozenset() if row is None else frozenset(each.source_id for each in report.sources if row.speaks_of(each))


def known_tonnes(calculation: Calculation) -> Fraction:
    """The tonnes of CO2 of all sources of a calculation, whether or not they count, as far as they are known."""
    return sum((result.known for result in calculation.sources), Fraction())
