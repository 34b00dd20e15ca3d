"""Short names of data alerts for lists, filters and tags; the full sentence is the flag's message."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import grouped, in_unit
from verifier.core.errors import Refusal
from verifier.core.report.differences import Change
from verifier.core.report.rows import PARAMETERS
from verifier.reports.workbook.columns import CHINESE, COLUMNS, FIELDS, sheet_code

FLAG_NAMES: Mapping[str, Any] = {
    "missing_period": _l("Missing month"),
    "blank_quantity": _l("Blank quantity"),
    "non_numeric": _l("Non-numeric value"),
    "duplicate_period": _l("Duplicate month"),
    "outside_year": _l("Outside the year"),
    "negative_quantity": _l("Negative quantity"),
    "unit_mismatch": _l("Incompatible unit"),
    "unreadable_period": _l("Unreadable month"),
    "data_without_source": _l("Data without a source"),
    "source_without_data": _l("Source without data"),
    "arithmetic_difference": _l("Recalculation differs"),
    "total_mismatch": _l("Total does not match the sum"),
    "not_in_plan": _l("Not in the monitoring plan"),
    "calibration_lapsed": _l("Calibration expired"),
    "default_factor_altered": _l("Default factor altered"),
    "factor_of_thousand": _l("Possible factor-of-1,000 error"),
    "crosscheck_difference": _l("Cross-check differs"),
    "digit_transposition": _l("Transposed digits"),
    "outlier": _l("Unusual value"),
    "metering_gap": _l("Missing readings"),
    "rounded_data": _l("Rounded data"),
    "repeated_value": _l("Repeated value"),
    "year_on_year": _l("Large change from last year"),
    "disappeared": _l("Missing compared with last year"),
    "factor_not_in_table": _l("Factor not in any table"),
    "factor_expired": _l("Factor for another year"),
    "meter_unknown": _l("Unknown meter"),
    "unknown_category": _l("Unknown category"),
    "duplicate_source": _l("Duplicate source"),
    "reported_unreadable": _l("Reported emissions unreadable"),
    "missing_factor": _l("Missing factor"),
    "factor_blank": _l("Blank factor"),
    "factor_non_numeric": _l("Non-numeric factor"),
    "factor_unit": _l("Incompatible factor unit"),
    "factor_out_of_range": _l("Factor out of range"),
    "factor_contradicted": _l("Contradictory factors"),
    "gas_not_in_pack": _l("Gas not covered"),
    "volume_conditions": _l("Volume conditions not stated"),
    "method_not_in_pack": _l("No method for the category"),
    "oxidation_and_conversion": _l("Oxidation and conversion both given"),
    "appeared": _l("New compared with last year"),
    "crosscheck_not_compared": _l("Independent record not compared"),
    "factor_parameter_unknown": _l("Unknown factor parameter"),
    "factor_without_source": _l("Factor without a source"),
    "fixed_ratio": _l("Constant ratio between sources"),
    "meter_unused": _l("Meter not used"),
    "share_in_percent": _l("Share possibly stated as a fraction"),
    "sheet_empty": _l("Sheet without rows"),
    "total_missing": _l("Total missing"),
    "unrequested_change": _l("Unrequested change"),
}


TABLES: Mapping[str, Any] = {"A_other_industry": _l("the table of default fuel values"), "F_beijing": _l("Beijing's table of factors")}
WORDED: Mapping[str, Mapping[str, str]] = {"sheet": CHINESE, "other": CHINESE, "column": {**COLUMNS, **FIELDS}, "parameter": PARAMETERS}
"""What a value of a sentence is called in Chinese, where it is a code of the workbook's form."""
QUANTITIES = frozenset(
    [
        "reported",
        "recalculated",
        "independent",
        "quantity",
        "stated",
        "right",
        "sum",
        "tonnes",
        "now",
        "then",
        "expected",
        "usual",
        "published",
    ]
)
"""Which values of a sentence are quantities, their thousands grouped."""


IN_PROSE: Mapping[str, Any] = {
    "reported_tco2": _l("Reported emissions"),
    "previous_year_tco2": _l("Previous year's emissions"),
    "in_plan": _l("In the monitoring plan"),
    "in_boundary": _l("Within the boundary"),
    "counts": _l("Counts towards the total"),
    "facility_id": _l("Facility no."),
    "meter_id": _l("Meter no."),
}
"""Columns whose own name is a code; the others are words as they stand."""


def flag_name(code: str) -> str:
    """The short name of a flag's code."""
    return str(FLAG_NAMES.get(code, code))


def flag_sentence(flag: Flag, categories: Mapping[str, str] = MappingProxyType({})) -> str:
    """What a flag says, in the reader's language; `categories` are the names of the pack's category codes."""
    template: str = _(flag.message)
    values = dict(flag.values)
    if "category" in values:
        code = str(values["category"])
        values["category"] = _("Total") if code == "total" else categories.get(code, code)
    return template % _in_words(values)


def sheet_name(name: str) -> str:
    """A sheet's name as in the workbook: Chinese before English."""
    code = sheet_code(name)
    return f"{CHINESE[code]}（{name}）" if _chinese() and code and name != CHINESE[code] else name


def column_name(code: str) -> str:
    """A column of the workbook, or a field of its unit, by the name the reader knows."""
    named = {**COLUMNS, **FIELDS}.get(code)
    if _chinese() and named:
        return named
    return str(IN_PROSE[code]) if code in IN_PROSE else code.replace("_", " ").capitalize()


def changed_field(change: Change) -> tuple[str, str]:
    """What changed between two versions: the row by its natural key, and the column; a field of the unit is its own name."""
    if change.sheet == "unit":
        return column_name(change.keys[0]), ""
    return " ".join(change.keys), column_name(change.column)


def problem_sentence(problem: Refusal) -> str:
    """What keeps a workbook from being read, its sheets and columns by the names the reader knows."""
    template: str = _(problem.message)
    return template % _in_words(dict(problem.values))


def _in_words(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence with codes turned into words, a real minus, and no unit where a share has none."""
    found = dict(values)
    for name, value in values.items():
        text = str(value)
        if name in WORDED and _chinese():
            text = WORDED[name].get(text, text)
        elif name == "parameter":
            text = text.replace("_", " ")
        found[name] = in_unit(grouped(text)) if name in QUANTITIES else re.sub(r"^-(?=\d)", "−", in_unit(text))
    if "stated" in values and "parameter" in values:
        found["stated"] = found["stated"].removesuffix(" 1")
        found["table"] = TABLES.get(str(values["table"]), values["table"])
    return found


def _chinese() -> bool:
    return str(get_locale()).startswith("zh")
