"""The parts of a rule pack: values with their names in both languages and where they are from."""

from dataclasses import dataclass
from fractions import Fraction

UNSTATED = "unstated"
"""The basis of a value that nothing we have read states."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or name in both languages."""

    en: str
    zh: str

    def in_(self, lang: str) -> str:
        """The Chinese for any `zh…` language, else the English."""
        return self.zh if lang.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: `basis` is `read` (in a named source), `known` (to practitioners, not re-read), `practice` (a choice) or
    `unstated` (nothing we have read says; `source` tells what stands in its place). A body's own value is `body`."""

    source: str
    basis: str
    source_zh: str = ""
    """The same in Chinese, where the source is told in a sentence; the title of a law or table is as it is published."""

    @property
    def words(self) -> Text:
        """The source in both languages."""
        return Text(self.source, self.source_zh or self.source)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of source: whether it is reported, whether it counts, and −1 where its tonnes are deducted."""

    code: str
    name: Text
    reported: bool
    counts: bool
    sign: int
    origin: Origin

    @property
    def in_total(self) -> bool:
        """Whether its tonnes are in the total: what is not even reported cannot count."""
        return self.reported and self.counts


@dataclass(frozen=True, slots=True)
class DefaultFactor:
    """A published default: `value` exact in `unit`; `written` keeps the digits of the published table.

    It holds for the emission years from `from_year` to `to_year` (None: no end), for `fuel`, for every fuel in `covers`, or with `any_fuel`
    for all of its category. A `suspect` one looks mistyped where it was read: shown, never used.
    """

    table: str
    category: str | None
    fuel: Text
    parameter: str
    written: str
    unit: str
    origin: Origin
    name: Text | None = None
    from_year: int | None = None
    to_year: int | None = None
    covers: tuple[str, ...] = ()
    any_fuel: bool = False
    suspect: bool = False

    @property
    def value(self) -> Fraction:
        """The default as an exact number."""
        return Fraction(self.written)

    def holds_in(self, year: int | None) -> bool:
        """Whether it is the default of an emission year; with None, of whichever."""
        return year is None or (self.from_year or year) <= year <= (self.to_year or year)

    def speaks_of(self, fuel: str) -> bool:
        """Whether it is the default of a fuel, named in either language, case-folded."""
        names = (self.fuel.en, self.fuel.zh, *self.covers)
        return self.any_fuel or fuel in (name.casefold() for name in names)


@dataclass(frozen=True, slots=True)
class FactorTable:
    """A published table of defaults; `version` is empty where what was read does not state it."""

    code: str
    name: Text
    version: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class MethodRule:
    """A way of calculating that the pack admits for some categories; the first admitted one whose factors are at hand is taken."""

    code: str
    name: Text
    formula: Text
    categories: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class FindingClass:
    """A class of finding: what it demands of the unit, what may dispose of it, and what it does to the opinion."""

    code: str
    name: Text
    needs_answer: bool
    blocks_positive_opinion: bool
    has_effect: bool
    dispositions: tuple[str, ...]
    origin: Origin
    reference: str = ""
    """The letter findings of the class are numbered under (A1, A2 …), empty where the pack has none."""
    cites_article: bool = False

    @property
    def letter(self) -> str:
        """The letter its findings are numbered under: the rules' own, else F."""
        return self.reference or "F"

    """Whether each must name the article of law that is not complied with."""


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A code with its name in both languages and where it is from: clauses, dispositions, questions."""

    code: str
    name: Text
    origin: Origin


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion that may be given; `wording` is the sentence of the statement."""

    code: str
    positive: bool
    name: Text
    wording: Text
    origin: Origin


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look at in a check, by which of the four ways (查问看验), under which clause; `evidence` None where it is unstated."""

    code: str
    clause: str
    look: Text
    how: tuple[str, ...]
    origin: Origin
    check: str = "site"
    evidence: Text | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit in working days of the pack's calendar, `before` an event or after it; the day of the event is not counted."""

    code: str
    name: Text
    days: int
    origin: Origin
    before: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedDate:
    """A date the pack suggests for an emission year; the programme manager sets the real one. `for_year` None: every year."""

    code: str
    name: Text
    month: int
    day: int
    years_after: int
    for_year: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Rounding:
    """Tonnes are shown with `places` decimals, half up; the total is the sum of the rounded categories, or the rounded sum."""

    places: int
    mode: str
    origin: Origin
    total: str = "sum_of_rounded_categories"


@dataclass(frozen=True, slots=True)
class Band:
    """Units of up to so many tonnes a year (None: any more), and the share above which errors are material for them."""

    code: str
    name: Text
    up_to: Fraction | None
    share: Fraction


@dataclass(frozen=True, slots=True)
class Threshold:
    """The share of the total above which errors together are material; `share` is the strictest where bands differ by size."""

    share: Fraction
    origin: Origin
    bands: tuple[Band, ...] = ()

    def band_for(self, total: Fraction) -> Band | None:
        """The band a total in tonnes falls into, None where the pack has none."""
        return next((band for band in self.bands if band.up_to is None or total <= band.up_to), None)

    def share_for(self, total: Fraction) -> Fraction:
        """The share that holds for a total in tonnes."""
        band = self.band_for(total)
        return band.share if band else self.share


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off, as a share, before a data check speaks up."""

    code: str
    name: Text
    value: Fraction
    origin: Origin


@dataclass(frozen=True, slots=True)
class Ladder:
    """Sampling by steps: allowed where the sampled facilities emit less than `share_below` of the total; each failure climbs a step.

    `readings` says how “less than” is read, the default first; `covers` what may be sampled; `weigh` what a failure is weighed by.
    """

    share_below: Fraction
    steps: tuple[Fraction, ...]
    readings: tuple[NamedCode, ...]
    covers: tuple[str, ...]
    weigh: tuple[NamedCode, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class SamplingRule:
    """Which ways of sampling the pack admits, its ladder if it has one, and the risks its confidence factors are known for."""

    methods: tuple[NamedCode, ...]
    ladder: Ladder | None
    risks: tuple[Fraction, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Conservative:
    """Who estimates what stays uncorrected (`verifier` or `authority`), by which rule, with the defaults of which tables, in order.

    `own_figure` says whether the verifier states tonnes of its own; where it does not, the opinion is on the reported figure alone.
    """

    by: str
    rule: Text
    tables: tuple[str, ...]
    origin: Origin
    own_figure: bool = True


@dataclass(frozen=True, slots=True)
class Rotation:
    """After how many years in a row who must change, and for how many; `years_off` None where it is unstated."""

    code: str
    name: Text
    years_on: int
    years_off: int | None
    origin: Origin
