"""Reconciliation: first version − corrected on request − changed unrequested = final report; final report − differences = verified figure.

Exact rationals in t CO2 throughout, − where a deduction; None where a figure is unknown, and then in everything that rests on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.calculation.units import round_half_up

Figure = Fraction | None
PLACES = 6
"""Of what was corrected on request, where it follows from data; the rest of a movement is exact."""
TOTALS = ""
"""The line of what the stated totals have beyond their sources: rounding to whole tonnes, and a total that is not their sum."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What versions changed of the reported tonnes of a source, old − new: on request of findings, and without."""

    source: str
    on_request: Fraction = Fraction()
    unrequested: Fraction = Fraction()


@dataclass(frozen=True, slots=True)
class ReconciledLine:
    """One source, the stated totals' remainder (empty), or all of them together."""

    source: str
    first: Figure
    on_request: Figure
    unrequested: Figure
    final: Figure
    differences: Figure
    """Uncorrected or estimated: final − verified; None where either is unknown, or the rules give no verified figure."""
    verified: Figure
    unconfirmed: bool = False
    """Whether the rules give a verified figure, and it is not known."""

    @property
    def adds_up(self) -> bool:
        """Whether both equations hold exactly, as far as their figures are known."""
        changed = _difference(_difference(self.first, self.on_request), self.unrequested)
        verified = _difference(self.final, self.differences)
        return (changed is None or changed == self.final) and (verified is None or verified == self.verified)

    def moved(self, noticeable: Fraction = Fraction()) -> bool:
        """Whether anything changed, differs by more than `noticeable`, or is unknown; a verified figure that is not given is no unknown."""
        if self.first is None or self.final is None or self.on_request != 0 or self.unrequested != 0:
            return True
        return abs(self.differences) > noticeable if self.differences is not None else self.unconfirmed

    def __add__(self, other: "ReconciledLine") -> "ReconciledLine":
        return ReconciledLine(
            source=self.source,
            first=_sum((self.first, other.first)),
            on_request=_sum((self.on_request, other.on_request)),
            unrequested=_sum((self.unrequested, other.unrequested)),
            final=_sum((self.final, other.final)),
            differences=_sum((self.differences, other.differences)),
            verified=_sum((self.verified, other.verified)),
            unconfirmed=self.unconfirmed or other.unconfirmed,
        )


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every source with a line, then what the stated totals have beyond them; `total` is the sum of all lines."""

    lines: tuple[ReconciledLine, ...]
    total: ReconciledLine

    def grouped(self, noticeable: Fraction) -> tuple[tuple[ReconciledLine, ...], ReconciledLine | None, int]:
        """The sources that moved or differ by more than `noticeable`, all others as one line with their number, then the totals' own."""
        own = [line for line in self.lines if line.source != TOTALS]
        moved = [line for line in own if line.moved(noticeable)]
        rest = [line for line in own if not line.moved(noticeable)]
        others = sum(rest[1:], rest[0]) if rest else None
        return (*moved, *(line for line in self.lines if line.source == TOTALS)), others, len(rest)


@dataclass(frozen=True, slots=True)
class StatedFigures:
    """Tonnes of the sources that count, by key, with the stated total; a key that is missing counts with nothing."""

    sources: Mapping[str, Figure]
    total: Figure


def reconcile(
    first: StatedFigures, final: StatedFigures, movements: Iterable[Movement], verified: StatedFigures | None, *, total_on_request: bool
) -> Reconciliation:
    """The whole table; `verified` None: the rules give no figure of the verifier's own, and it ends at the final report.

    `total_on_request`: whether what the stated totals moved beyond their sources belongs to findings.
    """
    moved: dict[str, Movement] = {}
    for each in movements:
        known = moved.get(each.source, Movement(each.source))
        moved[each.source] = Movement(each.source, known.on_request + each.on_request, known.unrequested + each.unrequested)
    keys = dict.fromkeys((*first.sources, *final.sources, *(verified.sources if verified else ())))
    lines = [_line(key, first, final, moved.get(key, Movement(key)), verified) for key in keys]
    rest = _rest(lines, first.total, final.total, verified, on_request=total_on_request)
    return Reconciliation((*lines, rest), _total(first.total, final.total, (*lines, rest), verified))


def _line(key: str, first: StatedFigures, final: StatedFigures, moved: Movement, verified: StatedFigures | None) -> ReconciledLine:
    was, now = first.sources.get(key, Fraction()), final.sources.get(key, Fraction())
    moved = Movement(key, Fraction(round_half_up(moved.on_request, PLACES)))
    right = verified.sources.get(key, Fraction()) if verified else None
    on_request: Figure = moved.on_request
    unrequested = _difference(_difference(was, now), on_request)
    if unrequested is None:
        on_request = None
    unknown = verified is not None and right is None
    return ReconciledLine(key, was, on_request, unrequested, now, _difference(now, right), right, unconfirmed=unknown)


def _rest(
    lines: Iterable[ReconciledLine], first: Figure, final: Figure, verified: StatedFigures | None, *, on_request: bool
) -> ReconciledLine:
    rows = tuple(lines)
    was, now = (
        _difference(total, _sum(figures)) for total, figures in ((first, [r.first for r in rows]), (final, [r.final for r in rows]))
    )
    right = _difference(verified.total, _sum([row.verified for row in rows])) if verified else None
    moved = _difference(was, now)
    asked, silent = (moved, Fraction()) if on_request else (Fraction(), moved)
    if moved is None:
        asked = silent = None
    return ReconciledLine(TOTALS, was, asked, silent, now, _difference(now, right), right)


def _total(first: Figure, final: Figure, rows: Iterable[ReconciledLine], verified: StatedFigures | None) -> ReconciledLine:
    lines = tuple(rows)
    right = verified.total if verified else None
    on_request, unrequested = _sum([row.on_request for row in lines]), _sum([row.unrequested for row in lines])
    return ReconciledLine(TOTALS, first, on_request, unrequested, final, _difference(final, right), right)


def _difference(first: Figure, second: Figure) -> Figure:
    return None if first is None or second is None else first - second


def _sum(figures: Iterable[Figure]) -> Figure:
    total = Fraction()
    for figure in figures:
        if figure is None:
            return None
        total += figure
    return total


def beyond(effect: Fraction, counted: Fraction) -> Fraction:
    """What an error adds beyond tonnes of it that are counted already: between nothing and the whole of it.

    An unrequested change is one error, however many numbers, sources and findings show it.
    """
    rest = effect - counted
    return min(max(rest, min(effect, Fraction())), max(effect, Fraction()))
