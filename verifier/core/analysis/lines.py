"""Check 2, analytical procedures: the report against the previous year, its months, its production and its total; exact arithmetic.

Asked for by the EU's AVR (analytical procedures: preliminary, substantive, final; rules.md 3) and ISO 14064-3 (analytical testing;
rules.md 5). Deviation thresholds are those of the data checks: set by the pack, by the verification body, or by practice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

from verifier.core.datachecks.thresholds import Thresholds


class Procedure(StrEnum):
    """Analytical procedure, by its basis of comparison."""

    YEAR_ON_YEAR = "year_on_year"
    MONTHS = "months"
    PRODUCTS = "products"
    SHARES = "shares"


class AnalysisLevel(StrEnum):
    """Level of a line: total, category, source or product."""

    TOTAL = "total"
    CATEGORY = "category"
    SOURCE = "source"
    PRODUCT = "product"


class NotComparable(StrEnum):
    """Reason why a line cannot be compared, or only in part."""

    NO_LAST_YEAR = "no_last_year"
    NEW = "new"
    GONE = "gone"
    UNKNOWN = "unknown"
    """A figure of this year is blank, contradicts itself or cannot be read."""
    UNKNOWN_BEFORE = "unknown_before"
    """The same of the figure it is compared with."""
    PARTIAL = "partial"
    """Other months of the year are unknown: the mean is of those that are known, and no share is known."""


class LineState(StrEnum):
    """Status of a line."""

    UNREMARKABLE = "unremarkable"
    INCOMPLETE = "incomplete"
    OPEN = "open"
    CHANGED = "changed"
    """Concluded on before, and its figures have changed since."""
    CONCLUDED = "concluded"


WAITING = frozenset({LineState.OPEN, LineState.CHANGED})
"""Lines that stand out and wait for a conclusion."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure and the one it is compared with, in one unit; None is unknown, never 0."""

    unit: str
    now: Fraction | None
    then: Fraction | None

    @property
    def change(self) -> Fraction | None:
        """Absolute change: current − previous."""
        return None if self.now is None or self.then is None else self.now - self.then

    @property
    def relative(self) -> Fraction | None:
        """Relative change, as a share of the previous value; None if that is 0 or either value is unknown."""
        return None if self.change is None or not self.then else self.change / abs(self.then)

    def moved(self, share: Fraction, floor: Fraction = Fraction(), room: Fraction = Fraction()) -> bool:
        """Whether its size changed by more than a share of what it was, and by at least the floor; `room` is for rounding."""
        if self.now is None or self.then is None:
            return False
        change = abs(abs(self.now) - abs(self.then))
        return change > share * abs(self.then) + room and change >= floor

    def times_away(self, times: Fraction) -> bool:
        """Whether the ratio of the two values, in either direction, exceeds the factor."""
        if self.now is None or self.then is None or min(self.now, self.then) < 0:
            return False
        return max(self.now, self.then) > times * min(self.now, self.then)


@dataclass(frozen=True, slots=True)
class AnalysisLine:
    """One line of a procedure. `main` is what it is about, `others` what it is compared with:

    - year on year: tonnes this year and last; the quantity of both years (none where its sources do not measure the same);
    - months: a month's quantity and the mean of the source's months; with the month before; with the same month last year;
    - products: tonnes for a unit of product this year and last; the tonnes, and the quantity produced, of both;
    - shares: the part of the reported total this year and last; the tonnes, and the total, of both.

    `share` is a month's part of its year; `expected` is what the season of a month far from the mean leads one to expect, or a product's
    year of its months.
    """

    procedure: Procedure
    of: AnalysisLevel
    code: str
    name: str
    period: str
    main: Pair
    others: tuple[Pair, ...] = ()
    share: Fraction | None = None
    expected: Fraction | None = None
    stands_out: bool = False
    not_comparable: tuple[NotComparable, ...] = ()

    @property
    def key(self) -> str:
        """The natural key, also used in addresses: a slash inside a part is escaped."""
        parts = (self.procedure.value, self.of.value, self.code or "~", self.period)
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts if part)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the figures: changed figures require a new assessment, a changed name or threshold does not."""
        pairs = [(pair.unit, str(pair.now), str(pair.then)) for pair in (self.main, *self.others)]
        return sha256("\x1f".join([self.key, *(part for pair in pairs for part in pair), str(self.share)]).encode()).hexdigest()

    def state(self, concluded_on: str | None) -> LineState:
        """Status, by the fingerprint of the figures on which an assessment was recorded."""
        if not self.stands_out:
            return LineState.INCOMPLETE if set(self.not_comparable) - {NotComparable.PARTIAL} else LineState.UNREMARKABLE
        if concluded_on is None:
            return LineState.OPEN
        return LineState.CONCLUDED if concluded_on == self.fingerprint else LineState.CHANGED


@dataclass(frozen=True, slots=True)
class Analysis:
    """Every line of the four procedures, the thresholds they were compared with, and the previous year where its report is available."""

    lines: Sequence[AnalysisLine]
    limits: Thresholds
    floor: Fraction
    """Tonnes below which a change is not worth a look: a share of what the sources state in all."""
    last: int | None

    def of(self, procedure: Procedure) -> tuple[AnalysisLine, ...]:
        """Lines of one procedure."""
        return tuple(line for line in self.lines if line.procedure is procedure)

    @property
    def last_total(self) -> Fraction | None:
        """What the report states of last year's total, t CO2, where only the total of that year is known."""
        if self.last is not None:
            return None
        return next((line.main.then for line in self.of(Procedure.YEAR_ON_YEAR) if line.of is AnalysisLevel.TOTAL), None)
