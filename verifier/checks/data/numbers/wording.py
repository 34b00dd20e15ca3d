"""Names of numbers."""

from flask_babel import gettext as _

from verifier.checks.data.wording import parameter_name, step_name
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.report.rows import PARAMETERS
from verifier.reports.models import ReportedNumber


def what(number: ReportedNumber) -> str:
    """What the number says of its source: a quantity, a factor by its name, tonnes."""
    match NumberKind(number.kind):
        case NumberKind.FACTOR:
            return parameter_name(number.parameter)
        case NumberKind.MEASUREMENT:
            return step_name(f"step.{number.parameter}") if number.parameter != "biomass_fraction" else parameter_name(number.parameter)
        case NumberKind.REPORTED:
            return _("Reported emissions")
        case NumberKind.TOTAL:
            return _("Reported total")
        case NumberKind.PRODUCTION:
            return _("Production")
    return _("Quantity")


def as_asked(number: ReportedNumber) -> str:
    """The number as a request for evidence names it: source, month, and the parameter where a request can tell it."""
    known = number.parameter if number.parameter in PARAMETERS or number.parameter == "quantity" else ""
    return " ".join(part for part in (number.source_key, number.period, known) if part)


def number_title(number: ReportedNumber) -> str:
    """The number as a heading: whose, what, when."""
    return " · ".join(part for part in (number.source_key or "—", what(number), number.period) if part)
