"""The sections of a rule pack that are one table each: gases, rounding, materiality, roles, and the like."""

from dataclasses import dataclass
from fractions import Fraction

from verifier.core.rulepack.kinds import CoverageAsked, Estimator, Positive, RolePairs, RoundingMode, Share, Texts, TotalRule, Whole
from verifier.core.rulepack.parts import NamedCode, Origin, Text


@dataclass(frozen=True, slots=True)
class Gases:
    """The greenhouse gases that are reported, by their formulas."""

    codes: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Rounding:
    """Tonnes are shown with `places` decimals, half up; the total is the sum of the rounded categories, or the rounded sum."""

    places: Whole
    mode: RoundingMode
    total: TotalRule
    origin: Origin


@dataclass(frozen=True, slots=True)
class CarbonToCO2:
    """Tonnes of CO2 for a tonne of carbon."""

    value: Positive
    origin: Origin


@dataclass(frozen=True, slots=True)
class Band:
    """Units of up to so many tonnes a year (None: any more), and the share above which errors are material for them."""

    code: str
    name: Text
    up_to: Positive | None
    share: Share


@dataclass(frozen=True, slots=True)
class Threshold:
    """The share of the total above which errors together are material; `share` is the strictest where bands differ by size."""

    share: Fraction
    origin: Origin
    bands: tuple[Band, ...] = ()
    by_category: bool = False

    def band_for(self, total: Fraction) -> Band | None:
        """The band a total in tonnes falls into, None where the pack has none."""
        return next((band for band in self.bands if band.up_to is None or total <= band.up_to), None)

    def share_for(self, total: Fraction) -> Fraction:
        """The share that holds for a total in tonnes."""
        band = self.band_for(total)
        return band.share if band else self.share


@dataclass(frozen=True, slots=True)
class Materiality:
    """What the rules say of materiality: bands where the share differs by size, one share where it does not, or why there is none."""

    reason: Text
    origin: Origin
    share: Share | None = None
    bands: tuple[Band, ...] = ()
    by_category: bool = False
    """Whether the band is the category of the unit, entered with its source, and not the one its reported total falls into."""

    @property
    def threshold(self) -> Threshold | None:
        """The threshold, None where the rules give none."""
        if self.bands:
            return Threshold(min(band.share for band in self.bands), self.origin, self.bands, self.by_category)
        return Threshold(self.share, self.origin) if self.share is not None else None


@dataclass(frozen=True, slots=True)
class StreamCeiling:
    """How many tonnes the source streams of a class may come to together: `tonnes`, or `share` of the total up to `most` where higher."""

    code: str
    name: Text
    tonnes: Positive
    share: Share
    most: Positive
    origin: Origin

    def ceiling(self, total: Fraction) -> Fraction:
        """Tonnes that the class must stay below, for a total in tonnes."""
        return max(self.tonnes, min(self.share * abs(total), self.most))


@dataclass(frozen=True, slots=True)
class Roles:
    """Pairs of roles that one person may not hold both of, and how many people a site visit needs at least."""

    must_differ: RolePairs
    origin: Origin
    site_team_minimum: Whole = 1


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many years after issue the records of a statement are kept."""

    years: Whole
    origin: Origin


@dataclass(frozen=True, slots=True)
class Conservative:
    """Who estimates what stays uncorrected (`verifier` or `authority`), by which rule, with the defaults of which tables, in order.

    `own_figure` says whether the verifier states tonnes of its own; where it does not, the opinion is on the reported figure alone.
    """

    by: Estimator
    rule: Text
    tables: Texts
    origin: Origin
    own_figure: bool = True


@dataclass(frozen=True, slots=True)
class SiteVisitRule:
    """The conditions under which the authority may waive a site visit, and under which one may be made remotely; none: it may not.

    Each condition is confirmed by the verifier. `physical_due`: after a remote visit a visit on site remains due.
    """

    origin: Origin
    waiver: tuple[NamedCode, ...] = ()
    remote: tuple[NamedCode, ...] = ()
    physical_due: bool = False


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """How many random numbers the independent reviewer re-performs beside the heaviest one."""

    random_numbers: Whole
    origin: Origin


@dataclass(frozen=True, slots=True)
class Coverage:
    """How numbers must be tested before a positive opinion is given.

    `asks` is `every` (each number of the `kinds` needs one of the `procedures`) or `plan` (so does each, as the approved plan asks: for a
    source of low risk the procedures of `low_risk` suffice as well). `sampling` are the methods whose supported samples cover what was not
    drawn, `own_practice` those among them that are the body's own and need the independent reviewer's acceptance; `deviation` says
    whether the lead verifier may leave a source out with a reason.
    """

    asks: CoverageAsked
    kinds: tuple[str, ...]
    procedures: tuple[str, ...]
    sampling: Texts
    deviation: bool
    origin: Origin
    own_practice: Texts = ()
    low_risk: Texts = ()

    @property
    def by_plan(self) -> bool:
        """Whether the evidence-gathering plan says what is tested."""
        return self.asks == "plan"
