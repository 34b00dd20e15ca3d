"""Names of numbers."""

from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _

from verifier.checks.data.wording import parameter_name, step_name
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.report.rows import PARAMETERS, code_of
from verifier.reports.models import ReportedNumber
from verifier.rulepacks.load import load


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


def owner_name(source_key: str) -> str:
    """The source of a number by its key; of a factor that is stated for a kind of sources (`*:category:fuel`), the kind in words."""
    if not source_key.startswith("*"):
        return source_key or "—"
    category, fuel = [*source_key.split(":", 2)[1:], "", ""][:2]
    case = g.get("engagement")
    known = load(case.pack_id).category(code_of(category)) if case is not None else None
    name = known.name.in_(str(get_locale())) if known else category
    return _("%(category)s, %(fuel)s (all sources)", category=name, fuel=fuel) if fuel else _("%(category)s (all sources)", category=name)


def number_title(number: ReportedNumber) -> str:
    """The number as a heading: whose, what, when."""
    return " · ".join(part for part in (owner_name(number.source_key), what(number), number.period) if part)
