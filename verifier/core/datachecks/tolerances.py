"""Check 2: the tolerances of the data checks: what the pack states, what practice uses, and what a body set for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from verifier.core.calculation.units import number
from verifier.core.datachecks.thresholds import PRACTICE, Thresholds
from verifier.core.errors import Refusal
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import Tolerance


class Measure(StrEnum):
    """Unit of a tolerance: share, factor or count."""

    SHARE = "share"
    TIMES = "times"
    COUNT = "count"


MEASURES: Mapping[str, Measure] = {
    "factor_of_thousand": Measure.TIMES,
    "factor_of_thousand_low": Measure.TIMES,
    "outlier": Measure.TIMES,
    "outlier_weight": Measure.SHARE,
    "digit_transposition": Measure.SHARE,
    "digit_transposition_far": Measure.TIMES,
    "metering_gap": Measure.SHARE,
    "rounded_data": Measure.COUNT,
    "repeated_value": Measure.COUNT,
    "repeated_value_digits": Measure.COUNT,
    "close_to_default": Measure.SHARE,
    "fixed_ratio": Measure.SHARE,
    "year_on_year": Measure.SHARE,
    "year_on_year_category": Measure.SHARE,
    "year_on_year_total": Measure.SHARE,
    "crosscheck_difference": Measure.SHARE,
}
CODES = tuple(field.name for field in fields(Thresholds))


class Whose(StrEnum):
    """Origin of a tolerance."""

    BODY = "body"
    PACK = "pack"
    PRACTICE = "practice"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class InForce:
    """One tolerance of a case: the value the checks use and its origin, with the value that applies without the body's own."""

    code: str
    measure: Measure
    value: Fraction
    whose: Whose
    without: Fraction
    stated: Tolerance | None

    @property
    def is_own(self) -> bool:
        """Whether the body set it."""
        return self.whose is Whose.BODY


def in_force(pack: RulePack, own: Mapping[str, Decimal | Fraction]) -> tuple[InForce, ...]:
    """Every tolerance of the data checks, in their order; where none is stated, the check flags any difference (0)."""
    used, plain = Thresholds.of(pack, own), Thresholds.of(pack)
    found = []
    for code in CODES:
        stated = pack.tolerance(code)
        otherwise = Whose.PACK if stated is not None else Whose.PRACTICE if code in PRACTICE else Whose.NOBODY
        whose = Whose.BODY if code in own else otherwise
        found.append(InForce(code, MEASURES[code], getattr(used, code), whose, getattr(plain, code), stated))
    return tuple(found)


def read(code: str, text: str) -> Decimal:
    """A body's tolerance as people type it: a share as `0.05` or `5 %`, times and counts as plain numbers.

    Refused: what is no number, a share outside 0 to 1, times of 1 or less, a count that is no whole number of at least 1.
    """
    written = text.strip().replace("％", "%").replace("×", "")
    measure = MEASURES.get(code)
    if measure is None:
        raise Refusal("tolerance.unknown", code=code)
    percent = written.endswith("%")
    try:
        value = number(written.removesuffix("%"))
    except Refusal:
        value = None
    if value is None or (percent and measure is not Measure.SHARE):
        raise Refusal("tolerance.no_number", text=text.strip())
    value = value / 100 if percent else value
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -12:
        raise Refusal("tolerance.no_number", text=text.strip())
    if measure is Measure.SHARE and not 0 <= value <= 1:
        raise Refusal("tolerance.no_share", text=text.strip())
    if measure is Measure.TIMES and not 1 < value <= 1_000_000:
        raise Refusal("tolerance.no_times", text=text.strip())
    if measure is Measure.COUNT and (value != value.to_integral_value() or not 1 <= value <= 15):
        raise Refusal("tolerance.no_count", text=text.strip())
    return value
