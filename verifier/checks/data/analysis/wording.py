"""The procedures in words: what each compares, and why a line cannot be compared."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from verifier.core.analysis.lines import LineState, NotComparable, Procedure

PROCEDURES: Mapping[Any, Any] = {
    Procedure.YEAR_ON_YEAR: _l("Year on year"),
    Procedure.MONTHS: _l("Month by month"),
    Procedure.PRODUCTS: _l("Per product"),
    Procedure.SHARES: _l("Shares"),
    NotComparable.NO_LAST_YEAR: _l("There is no report of the year before to compare with"),
    NotComparable.NEW: _l("Not in the report of the year before"),
    NotComparable.GONE: _l("Only in the report of the year before"),
    NotComparable.UNKNOWN: _l("A figure of this year is unknown"),
    NotComparable.UNKNOWN_BEFORE: _l("A figure of the year before is unknown"),
    NotComparable.PARTIAL: _l("Other months are unknown: the mean is of those that are known"),
    LineState.UNREMARKABLE: _l("Unremarkable"),
    LineState.INCOMPLETE: _l("Not comparable"),
    LineState.OPEN: _l("Deviation"),
    LineState.CHANGED: _l("Changed: look again"),
    LineState.CONCLUDED: _l("Concluded"),
}
STATES = {
    (LineState, "unremarkable"): "ok",
    (LineState, "incomplete"): "mute",
    (LineState, "open"): "warn",
    (LineState, "changed"): "warn",
    (LineState, "concluded"): "ok",
}
COMPARES: Mapping[Procedure, Any] = {
    Procedure.YEAR_ON_YEAR: _l("Tonnes and quantity of each category and source, this year beside last."),
    Procedure.MONTHS: _l("Each month of a source beside its own mean, the month before and the same month last year."),
    Procedure.PRODUCTS: _l("Tonnes for a unit of each product, this year beside last."),
    Procedure.SHARES: _l("The part of each category and source in the reported total, this year beside last."),
}
USES: Mapping[Procedure, tuple[str, ...]] = {
    Procedure.YEAR_ON_YEAR: ("year_on_year", "outlier_weight"),
    Procedure.MONTHS: ("outlier", "outlier_weight"),
    Procedure.PRODUCTS: ("year_on_year", "outlier"),
    Procedure.SHARES: ("year_on_year", "outlier_weight"),
}
"""The tolerances each is held against."""
