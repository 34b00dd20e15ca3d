"""The parts of a rule pack: values with their names in both languages and where they are from."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from verifier.core.rulepack.kinds import Check, Day, Key, Month, NumberText, Share, Shares, Sign, Steps, Whole

LIMITED = "limited"
"""The level of assurance under which an opinion is worded negatively: nothing came to our attention."""
UNSTATED = "unstated"
"""The basis of a value that nothing we have read states."""
YEAR_AT_END = re.compile(r"[,，]\s*\d{4}(\s*年度?)?$")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or name in both languages."""

    en: str
    zh: str

    def in_(self, lang: str) -> str:
        """The Chinese for any `zh…` language, else the English."""
        return self.zh if lang.lower().startswith("zh") else self.en

    def without_year(self) -> "Text":
        """A name without the year at its end (“…, 2021”, “…，2021 年度”): what it names in every year."""
        return Text(YEAR_AT_END.sub("", self.en), YEAR_AT_END.sub("", self.zh))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: `basis` is `read` (in a named source), `known` (to practitioners, not re-read), `practice` (a choice) or
    `unstated` (nothing we have read says; `source` tells what stands in its place). A body's own value is `body`."""

    source: str
    basis: str
    source_zh: str = ""
    """The same in Chinese, where the source is a sentence; the title of a law or table is as it is published."""

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
    sign: Sign
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
    written: Annotated[NumberText, Key("value")]
    unit: str
    origin: Origin
    name: Text | None = None
    from_year: Whole | None = None
    to_year: Whole | None = None
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
    origin: Origin
    version: str = ""


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
    """A class of finding: what it demands of the unit, which dispositions it admits, and what it does to the opinion."""

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
    """Whether each must name the article of law that is not complied with."""
    own_count: bool = False
    """Whether its findings are counted by themselves (A1, A2, B1), and not with all others of the case."""

    @property
    def letter(self) -> str:
        """The letter its findings are numbered under: the rules' own, else F."""
        return self.reference or "F"


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A code with its name in both languages and where it is from: clauses, dispositions, questions."""

    code: str
    name: Text
    origin: Origin


@dataclass(frozen=True, slots=True)
class LikelyClause:
    """The clause that a finding raised from an alert is most likely under, by the codes of the alerts; the verifier may choose another."""

    code: str
    flags: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion that may be given; `wording` is the sentence of the statement.

    `with_comments`: a positive one that lists uncorrected items which are not material, and is given only where there are any.
    `limited` is the sentence under limited assurance, where it is another one.
    """

    code: str
    positive: bool
    name: Text
    wording: Text
    origin: Origin
    with_comments: bool = False
    limited: Text | None = None

    def sentence(self, assurance: str) -> Text:
        """The sentence of the statement under a level of assurance."""
        return self.limited if assurance == LIMITED and self.limited is not None else self.wording


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look at in a check, by which of the four ways (查问看验), under which clause; `evidence` None where it is unstated."""

    code: str
    clause: str
    look: Annotated[Text, Key("name")]
    how: tuple[str, ...]
    origin: Origin
    check: Check
    evidence: Text | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit in working days of the pack's calendar, `before` an event or after it; the day of the event is not counted."""

    code: str
    name: Text
    days: Whole
    origin: Origin
    before: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedDate:
    """A date the pack suggests for an emission year; the programme manager sets the real one. `for_year` None: every year."""

    code: str
    name: Text
    month: Month
    day: Day
    years_after: Whole
    for_year: Whole | None
    origin: Origin


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

    share_below: Share
    steps: Steps
    readings: tuple[NamedCode, ...]
    covers: tuple[str, ...]
    weigh: tuple[NamedCode, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class SamplingRule:
    """Which ways of sampling the pack admits, its ladder if it has one, and the risks its confidence factors are known for."""

    methods: tuple[NamedCode, ...]
    ladder: Ladder | None
    risks: Shares
    origin: Origin


@dataclass(frozen=True, slots=True)
class Rotation:
    """After how many years in a row who must change, and for how many; `years_off` None where it is unstated."""

    code: str
    name: Text
    years_on: Whole
    years_off: Whole | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class ConflictingWork:
    """A kind of work for a unit that keeps its body from verifying it for so many years afterwards."""

    code: str
    name: Text
    years: Whole
    origin: Origin
