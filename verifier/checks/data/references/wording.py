"""The names of the tolerances of the data checks, and how a value of each is said."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.core.calculation.units import plain
from verifier.core.datachecks.tolerances import Measure, Whose

NAMES: Mapping[str, Any] = {
    "factor_of_thousand": _l("A month so many times its neighbours may be a unit a thousand times off"),
    "factor_of_thousand_low": _l("A month suspected of it, once moved by a thousand, lies within so many times of its neighbours"),
    "outlier": _l("A month so many times away from what is expected stands out"),
    "outlier_weight": _l("A month that stands out weighs this share of the reported total"),
    "digit_transposition": _l("Swapped digits come within this share of what is expected"),
    "digit_transposition_far": _l("A number with swapped digits lies so many times away from what is expected"),
    "metering_gap": _l("Hours of a month without a reading"),
    "rounded_data": _l("A number is rounder than the others by this many places"),
    "repeated_value": _l("Equal months in a row"),
    "repeated_value_digits": _l("Significant digits from which two equal figures already stand out"),
    "year_on_year": _l("Change of a year's tonnes"),
    "crosscheck_difference": _l("Difference from the independent record"),
}
WHOSE = {
    Whose.BODY: _l("The body's own"),
    Whose.PACK: _l("The rule pack's"),
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
    return _("%(value)s places", value=shown) if code == "rounded_data" else shown
