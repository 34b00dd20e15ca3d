"""Results of a recalculation by source, category and in total: exact tonnes, None for unknown, every step kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class UnknownReason:
    """Why a number is unknown: a code, and the place it comes from (sheet and row are empty where a row is what is missing)."""

    code: str
    period: str | None = None
    sheet: str = ""
    row: int | None = None
    values: tuple[tuple[str, str], ...] = ()


class Unknown(Exception):
    """A value that cannot be known, carrying its reason; it never leaves the calculation."""

    def __init__(self, reason: UnknownReason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a recalculation: `label` is a message id (`step.quantity`), `period` empty for the whole year.

    `origin` says what it comes from: `activity` rows, a `measurement` row, a `factor` row (its sheet and row beside it), the `pack`
    (the constant that turns carbon into CO2), or it is the `result`.
    """

    label: str
    value: Fraction
    unit: str
    period: str = ""
    origin: str = ""
    sheet: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class UsedFactor:
    """A factor the recalculation used, in the unit it was written in, and the row it was read from.

    `table` is as the unit names it, else the published table whose default it is; `version` is the pack's for that table, empty unknown.
    """

    parameter: str
    value: Fraction
    unit: str
    period: str
    sheet: str
    row: int
    basis: str
    table: str
    reference: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class UsedQuantity:
    """A reported amount of one period and its emissions: `ratio` turns it into the method's unit, `per_unit` that into tonnes."""

    period: str
    amount: Fraction
    unit: str
    sheet: str
    row: int
    ratio: Fraction
    converted_unit: str
    per_unit: Fraction

    @property
    def converted(self) -> Fraction:
        """The amount in the unit the method takes."""
        return self.amount * self.ratio

    @property
    def tonnes(self) -> Fraction:
        """Tonnes of CO2 of this amount alone, negative where the source is deducted."""
        return self.amount * self.ratio * self.per_unit


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One source, reported and recalculated, in tonnes of CO2; deductions are negative in both.

    `reasons` say why the number is unknown; `notes` are oddities of rows that leave it known. `method` is the pack's code of how it was
    calculated (several, joined by " + ", where months differ), `quantities` the known amounts month by month.
    """

    source_id: str
    name: str
    facility_id: str
    category: str
    counts: bool
    reported: Decimal | None
    recalculated: Fraction | None
    known: Fraction
    difference: Fraction | None
    complete: bool
    reasons: tuple[UnknownReason, ...]
    steps: Sequence[Step]
    factors: Sequence[UsedFactor]
    notes: tuple[UnknownReason, ...] = ()
    method: str = ""
    quantities: Sequence[UsedQuantity] = ()


@dataclass(frozen=True, slots=True)
class CategoryResult:
    """A category's sources together: `reported` from the totals sheet, `rounded` as the pack rounds."""

    category: str
    counts: bool
    reported: Decimal | None
    recalculated: Fraction | None
    known: Fraction
    rounded: Decimal | None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A quantity of a source the report does not list."""

    source_id: str
    period: str
    quantity: str
    unit: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Data alert at one location; `message` is a message id, `caused_by` the code of the flag of which this one is a consequence.

    `tonnes` estimates what it does to the data, as handed in − right, t CO2; None where nothing can be said. What it does to the reported
    total is `Family.effect`: the tonnes stated need not rest on it. `column` is empty for a whole row.
    """

    code: str
    source: str | None
    period: str | None
    sheet: str
    row: int | None
    message: str
    values: tuple[tuple[str, str], ...] = ()
    tonnes: Decimal | None = None
    caused_by: str | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Calculation:
    """A report recalculated: exact totals of what counts, before rounding; `recalculated_total` None where anything is unknown."""

    sources: tuple[SourceResult, ...]
    by_category: tuple[CategoryResult, ...]
    recalculated_total: Fraction | None
    recalculated_known: Fraction
    rounded_total: Decimal | None
    reported_total: Decimal | None
    unassigned: tuple[Unassigned, ...]
    flags: tuple[Flag, ...]

    def source(self, source_id: str) -> SourceResult | None:
        """The result of one source, None where the report lists none of that id."""
        return next((result for result in self.sources if result.source_id == source_id), None)

    def flags_of(self, source_id: str) -> tuple[Flag, ...]:
        """The flags about one source."""
        return tuple(flag for flag in self.flags if flag.source == source_id)
