"""The parts of a rule pack: values with their names in both languages and where they are from."""

from dataclasses import dataclass
from fractions import Fraction


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
    """Where a value comes from; `basis` is `read` (in a named source), `known` (to practitioners, not re-read) or `practice` (a choice)."""

    source: str
    basis: str


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of source: whether it is reported, whether it counts, and −1 where its tonnes are deducted."""

    code: str
    name: Text
    reported: bool
    counts: bool
    sign: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class DefaultFactor:
    """A published default: `value` exact in `unit`; `written` keeps the digits of the published table."""

    table: str
    category: str | None
    fuel: Text
    parameter: str
    written: str
    unit: str
    origin: Origin

    @property
    def value(self) -> Fraction:
        """The default as an exact number."""
        return Fraction(self.written)


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


@dataclass(frozen=True, slots=True)
class Named:
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
    """One thing to look at on site, by which of the four ways (查问看验), under which clause."""

    code: str
    clause: str
    look: Text
    how: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit in working days of the pack's calendar; the day of the event is not counted."""

    code: str
    name: Text
    days: int
    origin: Origin


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
    """Tonnes are shown with `places` decimals, half up; the total is the sum of the rounded categories."""

    places: int
    mode: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Threshold:
    """The share of the total above which errors together are material."""

    share: Fraction
    origin: Origin
