"""Effect of changes between two report versions on the tonnes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.results import Calculation, SourceResult
from verifier.core.report.differences import IN_TONNES, SHEETS, Change, ChangeKind, key_part
from verifier.core.report.rows import FactorRow, ReportedReport, code_of

AMOUNTS_IN = frozenset({"activity", "measurements"})
AMOUNTS = ("quantity", "unit", "hours", "flow", "concentration", "biomass_fraction", "gas")
"""Columns that say how much of something there was: where several changed in one month, the first carries what all of them do."""


def with_tonnes(found: Sequence[Change], old: ReportedReport, new: ReportedReport, was: Calculation, now: Calculation) -> Iterator[Change]:
    """Each change with its tonnes (new − old, t CO2): a stated figure by its difference, a quantity by its month, a factor by what is left.

    Whatever cannot be told of one cell alone stays None. Source: issue 4, "Versions".
    """
    effects, months = _Weigher(found, old, new, was, now), set[tuple[str, str]]()
    for change in found:
        moved = effects.tonnes(change)
        month = (change.source, change.period)
        if moved is not None and change.sheet in AMOUNTS_IN:
            moved = None if month in months else moved
            months.add(month)
        yield replace(change, tonnes=moved)


class _Weigher:
    """Effects of changes in t CO2, from the recalculated tonnes of each source before and after."""

    def __init__(self, found: Sequence[Change], old: ReportedReport, new: ReportedReport, was: Calculation, now: Calculation) -> None:
        self._was = {result.source_id: result for result in reversed(was.sources)}
        self._now = {result.source_id: result for result in reversed(now.sources)}
        self._stated = _stated(was), _stated(now)
        self._months = {key: (_by_period(self._was.get(key)), _by_period(self._now.get(key))) for key in {*self._was, *self._now}}
        self._sources = {row.source_id: row for report in (old, new) for row in report.sources}
        self._rows = {_whole_key(row): row for report in (old, new) for row in report.factors}
        self._amounts: dict[str, Fraction] = {}
        self._factors: dict[str, list[Change]] = {}
        moves = {(each.source, each.period): self._month(each) for each in found if each.sheet in AMOUNTS_IN and each.column in AMOUNTS}
        for (source, _period), moved in moves.items():
            self._amounts[source] = self._amounts.get(source, Fraction()) + (moved or 0)
        for change in found:
            if change.sheet == "factors":
                for source in self._spoken_of(change):
                    self._factors.setdefault(source, []).append(change)

    def tonnes(self, change: Change) -> Fraction | None:
        if change.sheet == "sources":
            return self._of_source(change)
        if change.sheet == "totals":
            first, second = (stated.get(code_of(change.keys[0]), Decimal()) for stated in self._stated)
            return None if first is None or second is None else Fraction(second - first)
        if change.sheet in AMOUNTS_IN:
            return self._month(change)
        return self._of_factor(change) if change.sheet == "factors" else None

    def _of_source(self, change: Change) -> Fraction | None:
        if change.column != IN_TONNES:
            return None
        first, second = (results[change.source].reported if change.source in results else Decimal() for results in (self._was, self._now))
        return None if first is None or second is None else Fraction(second - first)

    def _month(self, change: Change) -> Fraction | None:
        """The month's amount with the factors as they were, now where it was not known; a month unknown in either is not told."""
        old, new = self._months.get(change.source, ({}, {}))
        first, second = old.get(change.period), new.get(change.period)
        if change.column not in AMOUNTS or change.sheet not in AMOUNTS_IN:
            return None
        if first is not None and second is not None:
            return (second[0] - first[0]) * first[1]
        if second is not None and change.how is ChangeKind.ADDED:
            return second[0] * second[1]
        return -first[0] * first[1] if first is not None and change.how is ChangeKind.REMOVED else None

    def _of_factor(self, change: Change) -> Fraction | None:
        """What its sources moved by beyond their amounts, where no other factor of theirs changed."""
        total, spoken = Fraction(), self._spoken_of(change)
        for source in spoken:
            first, second = self._was.get(source), self._now.get(source)
            if first is None or second is None or not (first.complete and second.complete) or len(self._factors[source]) > 1:
                return None
            total += second.known - first.known - self._amounts.get(source, Fraction())
        return total if spoken else None

    def _spoken_of(self, change: Change) -> list[str]:
        if not change.keys[0].startswith("*"):
            return [change.keys[0]] if change.keys[0] in self._sources else []
        row = self._rows.get(change.keys[:3])
        return [key for key, source in self._sources.items() if row is not None and row.speaks_of(source)]


def _whole_key(row: FactorRow) -> tuple[str, ...]:
    return tuple(key_part(name, getattr(row, name)) for name in SHEETS["factors"][0])


def _stated(calculation: Calculation) -> dict[str, Decimal | None]:
    return {row.category: row.reported for row in calculation.by_category} | {"total": calculation.reported_total}


def _by_period(result: SourceResult | None) -> dict[str, tuple[Fraction, Fraction]]:
    """Amount in the method's unit and tonnes per unit, by period."""
    return {used.period: (used.converted, used.per_unit) for used in result.quantities} if result else {}
