"""The short names of what looks wrong in a report, for lists, filters and tags; the whole sentence is the flag's own."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.core.results import Flag

FLAG_NAMES: Mapping[str, Any] = {
    "missing_period": _l("Month missing"),
    "blank_quantity": _l("Blank quantity"),
    "non_numeric": _l("Not a number"),
    "duplicate_period": _l("Month given twice"),
    "outside_year": _l("Outside the year"),
    "negative_quantity": _l("Negative quantity"),
    "unit_mismatch": _l("Unit does not fit"),
    "unreadable_period": _l("Month unreadable"),
    "data_without_source": _l("Data without a source"),
    "source_without_data": _l("Source without data"),
    "arithmetic_difference": _l("Recalculation differs"),
    "total_mismatch": _l("Total is not the sum"),
    "not_in_plan": _l("Not in the monitoring plan"),
    "calibration_lapsed": _l("Calibration lapsed"),
    "default_factor_altered": _l("Default factor altered"),
    "factor_of_thousand": _l("A thousand times off"),
    "crosscheck_difference": _l("Cross-check differs"),
    "unknown_category": _l("Unknown category"),
    "duplicate_source": _l("Source listed twice"),
    "reported_unreadable": _l("Reported tonnes unreadable"),
    "missing_factor": _l("Factor missing"),
    "factor_blank": _l("Factor blank"),
    "factor_non_numeric": _l("Factor not a number"),
    "factor_unit": _l("Factor's unit does not fit"),
    "factor_out_of_range": _l("Factor out of range"),
    "factor_contradicted": _l("Factors contradict"),
    "gas_not_in_pack": _l("Gas not counted"),
    "volume_conditions": _l("Volume conditions not stated"),
}


def flag_name(code: str) -> str:
    """The short name of a flag's code."""
    return str(FLAG_NAMES.get(code, code))


def flag_sentence(flag: Flag) -> str:
    """What a flag says, in the reader's language."""
    template: str = _(flag.message)
    return template % dict(flag.values)
