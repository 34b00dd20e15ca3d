"""The names of factors and of the lines of a recalculation, for pages."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

PARAMETER_NAMES: Mapping[str, Any] = {
    "ncv": _l("Net calorific value"),
    "carbon_content": _l("Carbon content per heat"),
    "carbon_fraction": _l("Carbon content"),
    "oxidation": _l("Oxidation rate"),
    "conversion": _l("Conversion rate"),
    "purity": _l("Purity"),
    "biomass_fraction": _l("Biomass share"),
    "ef": _l("Emission factor"),
}
STEP_NAMES: Mapping[str, Any] = {
    "step.quantity": _l("Activity data"),
    **{f"step.{code}": words for code, words in PARAMETER_NAMES.items()},
    "step.biomass_fraction": _l("Share that is not biomass"),
    "step.hours": _l("Operating hours"),
    "step.flow": _l("Flow"),
    "step.concentration": _l("Concentration"),
    "step.carbon_to_co2": _l("CO₂ from carbon"),
    "step.tonnes": _l("Recalculated emissions"),
}
BASIS_NAMES: Mapping[str, Any] = {
    "default": _l("published default"),
    "measured": _l("measured"),
    "supplier": _l("supplier statement"),
    "meter": _l("meter"),
    "invoice": _l("invoice"),
    "stock": _l("stock change"),
    "estimate": _l("estimate"),
}


def parameter_name(code: str) -> str:
    """A parameter in the reader's language; an unknown one as it was written."""
    return str(PARAMETER_NAMES.get(code, code))


def step_name(code: str) -> str:
    """A line of the recalculation in the reader's language."""
    return str(STEP_NAMES.get(code, code))


def basis_name(code: str) -> str:
    """Where a value comes from in the reader's language; an unknown word as it was written."""
    return str(BASIS_NAMES.get(code.strip().casefold(), code))
