"""Thresholds of the data checks: set by the verification body, else by the pack, else common practice."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction

from verifier.core.rulepack.pack import RulePack

PRACTICE: Mapping[str, str] = {
    "factor_of_thousand": "30",
    "factor_of_thousand_low": "3",
    "outlier": "3",
    "outlier_weight": "0.00002",
    "digit_transposition": "0.1",
    "digit_transposition_far": "1.5",
    "metering_gap": "0.1",
    "rounded_data": "4",
    "repeated_value": "3",
    "repeated_value_digits": "5",
    "close_to_default": "0.005",
    "fixed_ratio": "0.002",
    "year_on_year": "0.3",
    "year_on_year_category": "0.25",
    "year_on_year_total": "0.2",
}
"""What is used where a pack states nothing, tuned on the park of issue 4: practice, published by nobody."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every threshold of the data checks; shares and times, no units unless named.

    A month `factor_of_thousand` times away from its neighbours and, once its point is moved up, within `factor_of_thousand_low` times
    of them; a month `outlier` times away from what is expected that weighs `outlier_weight` of the reported total; swapped digits that
    come within `digit_transposition` of what a number lies `digit_transposition_far` times away from; the share of a month's hours
    without a reading (`metering_gap`); places a number is rounder than the others (`rounded_data`); equal months in a row
    (`repeated_value`), or figures of so many significant digits (`repeated_value_digits`); how near a factor
    of another basis lies to a published default (`close_to_default`); how far two sources' monthly shares of the
    year may differ in a constant ratio (`fixed_ratio`); the change of a year's tonnes of a source (`year_on_year`), of a category
    (`year_on_year_category`) and of the total (`year_on_year_total`), where changes of sources even out; how far an independent record
    may differ (`crosscheck_difference`).
    """

    factor_of_thousand: Fraction
    factor_of_thousand_low: Fraction
    outlier: Fraction
    outlier_weight: Fraction
    digit_transposition: Fraction
    digit_transposition_far: Fraction
    metering_gap: Fraction
    rounded_data: Fraction
    repeated_value: Fraction
    repeated_value_digits: Fraction
    close_to_default: Fraction
    fixed_ratio: Fraction
    year_on_year: Fraction
    year_on_year_category: Fraction
    year_on_year_total: Fraction
    crosscheck_difference: Fraction

    @classmethod
    def of(cls, pack: RulePack, body: Mapping[str, Decimal | Fraction] | None = None) -> "Thresholds":
        """The thresholds of a pack by their codes; `body` holds those a verification body set for itself."""
        own = body or {}
        stated = {code: _stated(pack, code) for code in (field.name for field in fields(cls))}
        found = {code: Fraction(own[code]) if code in own else stated[code] for code in stated}
        found["crosscheck_difference"] = (
            Fraction(own["crosscheck_difference"]) if "crosscheck_difference" in own else pack.crosscheck_tolerance
        )
        return cls(**found)


def _stated(pack: RulePack, code: str) -> Fraction:
    row = pack.tolerance(code)
    return row.value if row is not None else Fraction(PRACTICE.get(code, "0"))
