"""Labels of the procedures and of the reasons why a line cannot be compared."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from verifier.core.analysis.lines import LineState, NotComparable, Procedure

PROCEDURES: Mapping[Any, Any] = {
    Procedure.YEAR_ON_YEAR: _l("Year on year"),
    Procedure.MONTHS: _l("Monthly data"),
    Procedure.PRODUCTS: _l("Per product"),
    Procedure.SHARES: _l("Shares"),
    NotComparable.NO_LAST_YEAR: _l("No report for the previous year is available for comparison"),
    NotComparable.NEW: _l("Not in the previous year's report"),
    NotComparable.GONE: _l("Only in the previous year's report"),
    NotComparable.UNKNOWN: _l("A value for this year is unknown"),
    NotComparable.UNKNOWN_BEFORE: _l("A value for the previous year is unknown"),
    NotComparable.PARTIAL: _l("Other months are unknown; the mean covers known months only"),
    LineState.UNREMARKABLE: _l("No deviation"),
    LineState.INCOMPLETE: _l("Not comparable"),
    LineState.OPEN: _l("Deviation"),
    LineState.CHANGED: _l("Changed: review again"),
    LineState.CONCLUDED: _l("Assessed"),
}
STATES = {
    (LineState, "unremarkable"): "ok",
    (LineState, "incomplete"): "mute",
    (LineState, "open"): "warn",
    (LineState, "changed"): "warn",
    (LineState, "concluded"): "ok",
}
COMPARES: Mapping[Procedure, Any] = {
    Procedure.YEAR_ON_YEAR: _l("Emissions and quantity of each category and source, this year compared with last year."),
    Procedure.MONTHS: _l("Each month of a source compared with its mean, the previous month and the same month last year."),
    Procedure.PRODUCTS: _l("Emissions per unit of each product, this year compared with last year."),
    Procedure.SHARES: _l("Share of each category and source in the reported total, this year compared with last year."),
}
USES: Mapping[Procedure, tuple[str, ...]] = {
    Procedure.YEAR_ON_YEAR: ("year_on_year", "year_on_year_category", "year_on_year_total", "outlier_weight"),
    Procedure.MONTHS: ("outlier", "outlier_weight"),
    Procedure.PRODUCTS: ("year_on_year", "outlier"),
    Procedure.SHARES: ("year_on_year", "outlier_weight"),
}
"""The tolerances each is held against."""
