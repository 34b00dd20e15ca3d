"""Names of the tolerances of the data checks, and formatting of their values."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.core.calculation.units import plain
from verifier.core.datachecks.tolerances import Measure, Whose

NAMES: Mapping[str, Any] = {
    "factor_of_thousand": _l("Factor relative to neighbouring months above which a factor-of-1,000 error is suspected"),
    "factor_of_thousand_low": _l("Factor within which the suspected month lies of its neighbours after correction by 1,000"),
    "outlier": _l("Factor of deviation from the expected value above which a month is an outlier"),
    "outlier_weight": _l("Minimum share of the reported total for an outlier"),
    "digit_transposition": _l("Share of the expected value within which transposed digits must lie"),
    "digit_transposition_far": _l("Factor of deviation from the expected value for suspected transposed digits"),
    "metering_gap": _l("Share of hours without a reading in a month"),
    "rounded_data": _l("Number of significant digits fewer than the other values"),
    "repeated_value": _l("Consecutive months with equal values"),
    "close_to_default": _l("Difference from a published default within which a factor of another basis is reviewed"),
    "fixed_ratio": _l("Largest difference between the monthly shares of two sources that counts as a constant ratio"),
    "repeated_value_digits": _l("Significant digits from which two equal values raise an alert"),
    "year_on_year": _l("Change in the annual emissions of a source"),
    "year_on_year_category": _l("Change in the annual emissions of a category"),
    "year_on_year_total": _l("Change in the annual emissions in total"),
    "crosscheck_difference": _l("Difference from the independent record"),
}
WHOSE = {
    Whose.BODY: _l("Set by the verification body"),
    Whose.PACK: _l("Rule pack"),
    Whose.PRACTICE: _l("Practice"),
    Whose.NOBODY: _l("Not stated"),
}
WHOSE_STATES = {(Whose, "body"): "warn", (Whose, "pack"): "ok", (Whose, "practice"): "mute", (Whose, "nobody"): "mute"}


def tolerance_name(code: str) -> str:
    """What a tolerance is about, in the reader's language."""
    return str(NAMES.get(code, code))


def amount(value: Fraction, measure: Measure, code: str = "") -> str:
    """A value in its measure: percent, times, or a count of what the tolerance counts."""
    if measure is Measure.SHARE:
        return f"{plain(value * 100, 6)} %"
    shown = plain(value, 6)
    if measure is Measure.TIMES:
        return _("%(value)s times", value=shown)
    if code == "repeated_value":
        return _("%(value)s months", value=shown)
    if code == "repeated_value_digits":
        return _("%(value)s digits", value=shown)
    return _("%(value)s digits", value=shown) if code == "rounded_data" else shown
