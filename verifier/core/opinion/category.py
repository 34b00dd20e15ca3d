"""Category of a unit, on which its threshold rests, and the classes of its source streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from verifier.core.errors import Refusal
from verifier.core.rulepack.sections import Band, StreamCeiling, Threshold


class CategoryBasis(StrEnum):
    """What a category rests on. Source: (EU) 2018/2066, Article 19(2)."""

    PLAN = "plan"
    """The approved monitoring plan."""
    AVERAGE = "average"
    """The average verified emissions of the trading period before."""
    ESTIMATE = "estimate"
    """A conservative estimate: nothing was entered."""


@dataclass(frozen=True, slots=True)
class StatedCategory:
    """A category as it was entered: the code of a band, or the average that falls into one (t CO2), with the source it was read in."""

    basis: CategoryBasis
    source: str
    code: str = ""
    average: Fraction | None = None


@dataclass(frozen=True, slots=True)
class UnitCategory:
    """The category that holds, the share of the total that follows, and what it rests on; `source` is empty for an estimate."""

    band: Band
    basis: CategoryBasis
    source: str = ""
    average: Fraction | None = None


def check_stated(stated: StatedCategory, threshold: Threshold | None) -> Band:
    """The band a category names; refuses one that names none, or is without a source."""
    if threshold is None or not threshold.by_category:
        raise Refusal("materiality.category.none")
    if not stated.source.strip():
        raise Refusal("materiality.category.source")
    if stated.basis is CategoryBasis.AVERAGE:
        if stated.average is None or stated.average < 0:
            raise Refusal("materiality.category.average")
        band = threshold.band_for(stated.average)
    else:
        band = next((each for each in threshold.bands if each.code == stated.code), None)
    if band is None:
        raise Refusal("materiality.category.code")
    return band


def category_of(threshold: Threshold, stated: StatedCategory | None, total: Fraction, understated: Fraction) -> UnitCategory | None:
    """The category of a unit: as stated, else estimated conservatively from the reported total with what is known to be missing from it.

    None where the rules have no bands. Tonnes of CO2.
    """
    if threshold.by_category and stated is not None:
        return UnitCategory(check_stated(stated, threshold), stated.basis, stated.source, stated.average)
    band = threshold.band_for(abs(total) + (understated if threshold.by_category else Fraction()))
    return UnitCategory(band, CategoryBasis.ESTIMATE) if band else None


MAJOR = "major"


def streams(tonnes: Mapping[str, Fraction], rules: Sequence[StreamCeiling]) -> dict[str, str]:
    """The smallest class that each source may be in, by key: the smallest sources first, as long as a class stays below its ceiling.

    `tonnes` are those of the sources that count, t CO2. Which streams the operator chose is the plan's to say; none of them may be in a
    smaller class than together with the others of it fits. Source: (EU) 2018/2066, Article 19(3).
    """
    total = sum(map(abs, tonnes.values()), Fraction())
    left = sorted(tonnes, key=lambda key: (abs(tonnes[key]), key))
    found: dict[str, str] = {}
    for rule in rules:
        together, ceiling = Fraction(), rule.ceiling(total)
        while left and together + abs(tonnes[left[0]]) < ceiling:
            together += abs(tonnes[left[0]])
            found[left.pop(0)] = rule.code
    return found | dict.fromkeys(left, MAJOR)
