"""Selection of the factor row for a source and month: source-specific before shared, monthly before annual."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.calculation.results import Unknown, UnknownReason, UsedFactor
from verifier.core.calculation.units import FactorUnit, factor_unit, number
from verifier.core.errors import Refusal
from verifier.core.report.rows import FactorRow, SourceRow, code_of, period_of, plain_text
from verifier.core.rulepack.parts import DefaultFactor


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor as read: its value in the unit it was written in."""

    row: FactorRow
    value: Fraction
    unit: FactorUnit

    @property
    def parameter(self) -> str:
        """The parameter's code."""
        return code_of(self.row.parameter)

    @property
    def per_base(self) -> Fraction:
        """The value in base units of numerator and denominator."""
        return self.value * self.unit.numerator.size / (self.unit.denominator.size if self.unit.denominator else 1)

    def used(self) -> UsedFactor:
        """What a result keeps of it."""
        row = self.row
        return UsedFactor(
            self.parameter, self.value, row.unit, row.period, row.sheet, row.row, plain_text(row.basis), row.table, row.reference
        )


def read_factor(row: FactorRow) -> Factor:
    """The factor a row states; unknown where value or unit cannot be read, or the value is negative."""
    parameter = code_of(row.parameter)
    text = plain_text(row.shown)
    try:
        value = number(text.removesuffix("%"))
    except Refusal as refusal:
        raise Unknown(_reason("factor_non_numeric", row, parameter=parameter, value=row.shown)) from refusal
    if value is None:
        raise Unknown(_reason("factor_blank", row, parameter=parameter))
    stated = factor_unit("%" if text.endswith("%") else row.unit)
    if stated is None:
        raise Unknown(_reason("factor_unit", row, parameter=parameter, unit=row.unit))
    if value < 0:
        raise Unknown(_reason("factor_out_of_range", row, parameter=parameter, value=row.shown))
    return Factor(row, Fraction(value), stated)


def _reason(code: str, row: FactorRow, **values: str) -> UnknownReason:
    return UnknownReason(code, period_of(row.period), row.sheet, row.row, tuple(values.items()))


def same_value(factor: Factor, published: DefaultFactor) -> bool:
    """Whether a factor is a published default, in whichever units either is written."""
    stated_in = factor_unit(published.unit)
    if stated_in is None:
        return False
    per = stated_in.denominator
    return factor.per_base == published.value * stated_in.numerator.size / (per.size if per else 1)


class FactorBook:
    """The factor rows of a report, found by source."""

    def __init__(self, rows: Sequence[FactorRow]) -> None:
        self._own: dict[str, list[FactorRow]] = {}
        self._of_kind: list[FactorRow] = []
        self._by_kind: dict[tuple[str, str], tuple[FactorRow, ...]] = {}
        self._read: dict[FactorRow, Factor] = {}
        self.monthly = any(row.period.strip() for row in rows)
        self._chosen: dict[tuple[str, ...], dict[str, Factor]] = {}
        for row in rows:
            if row.source_id.startswith("*"):
                self._of_kind.append(row)
            else:
                self._own.setdefault(row.source_id, []).append(row)

    def rows_of(self, source: SourceRow) -> tuple[FactorRow, ...]:
        """All factor rows that apply to a source, source-specific rows first."""
        own = self._own.get(source.source_id, ()) if source.source_id else ()
        kind = (source.category, source.fuel)
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(row for row in self._of_kind if row.speaks_of(source))
        return (*own, *self._by_kind[kind])

    def factors_of(self, source: SourceRow, period: str) -> dict[str, Factor]:
        """The factors of a source in a period by parameter; unknown where rows of equal rank contradict each other."""
        own = source.source_id if source.source_id in self._own else ""
        kind = (own, source.category, source.fuel, period if self.monthly else "")
        if kind not in self._chosen:
            self._chosen[kind] = self._choose(source, period)
        return self._chosen[kind]

    def _choose(self, source: SourceRow, period: str) -> dict[str, Factor]:
        ranked: dict[str, dict[int, list[FactorRow]]] = {}
        for row in self.rows_of(source):
            rank = _rank(row, period)
            if rank is not None:
                ranked.setdefault(code_of(row.parameter), {}).setdefault(rank, []).append(row)
        chosen = {}
        for parameter, ranks in ranked.items():
            factors = [self._factor(row) for row in ranks[min(ranks)]]
            if len({(factor.per_base, factor.unit.substance) for factor in factors}) > 1:
                raise Unknown(_reason("factor_contradicted", factors[-1].row, parameter=parameter, first_row=str(factors[0].row.row)))
            chosen[parameter] = factors[0]
        return chosen

    def _factor(self, row: FactorRow) -> Factor:
        if row not in self._read:
            self._read[row] = read_factor(row)
        return self._read[row]


def _rank(row: FactorRow, period: str) -> int | None:
    """0 is the strongest; None where the row speaks of another period."""
    kind = 2 if row.source_id.startswith("*") else 0
    if not row.period.strip():
        return kind + 1
    stated = period_of(row.period)
    if stated is None:
        raise Unknown(_reason("unreadable_period", row, text=row.period))
    return kind if stated == period and len(stated) > 4 else kind + 1 if stated == period[:4] else None
