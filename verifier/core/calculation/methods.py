"""Calculation methods: amount to tonnes of CO2, one method per kind of source, every step kept.

Which methods a category admits, in which order, is the pack's to say. Everywhere: exact rationals, nothing rounded; a share lies between
0 and 1; a unit that does not fit is refused with the row it stands in; `biomass share` leaves out the part of the carbon that is biomass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from verifier.core.calculation.factors import Factor
from verifier.core.calculation.results import Step, Unknown, UnknownReason
from verifier.core.calculation.units import Dimension, Unit, measures_same, unit
from verifier.core.report.monthly_readings import TONNE
from verifier.core.report.rows import period_of

Factors = Mapping[str, Factor]
_GIGAJOULE = unit("GJ") or TONNE
_AMOUNTS = (Dimension.MASS, Dimension.NORMAL_VOLUME, Dimension.VOLUME)


@dataclass(frozen=True, slots=True)
class Term:
    """A number the amount is multiplied with, the unit it is used in, and the factor it was read from (None: a constant of the pack)."""

    label: str
    value: Fraction
    unit: str
    factor: Factor | None = None


@dataclass(frozen=True)
class Method:
    """A method applied: the unit required of the amount, and the factors multiplied with it."""

    code: str
    unit: Unit
    terms: tuple[Term, ...]

    @cached_property
    def used(self) -> tuple[Factor, ...]:
        """The factors in it, in the order they are multiplied."""
        return tuple(term.factor for term in self.terms if term.factor is not None)

    @cached_property
    def per_unit(self) -> Fraction:
        """Tonnes of CO2 for one `unit`."""
        product = Fraction(1)
        for term in self.terms:
            product *= term.value
        return product

    def steps(self, amount: Fraction, sign: int, period: str) -> tuple[Step, ...]:
        """Amount, each factor, and the tonnes they make; `period` is empty for the whole year."""
        lines = [Step("step.quantity", amount, self.unit.name, period, "activity")]
        for term in self.terms:
            row = term.factor.row if term.factor else None
            place = (row.sheet, row.row) if row else ("", None)
            lines.append(Step(f"step.{term.label}", term.value, term.unit, period, "factor" if row else "pack", *place))
        return (*lines, Step("step.tonnes", sign * amount * self.per_unit, "tCO2", period, "result"))


def method_of(category: str, factors: Factors, admitted: Sequence[str], carbon_to_co2: Fraction) -> Method | UnknownReason:
    """First permitted method whose factors are available, else the reason why the first cannot be used; `carbon_to_co2` from the pack."""
    codes = [code for code in admitted if code in METHODS]
    if not codes:
        return UnknownReason("method_not_in_pack", values=(("category", category),))
    code = next((code for code in codes if NEEDS[code] and any(needed <= factors.keys() for needed in NEEDS[code])), codes[0])
    try:
        return METHODS[code](factors, carbon_to_co2)
    except Unknown as unknown:
        return unknown.reason


def fuel_carbon_content(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Fuel (t, 10^4 Nm3) × heat value (GJ/t, GJ/10^4 Nm3) × carbon per heat (tC/GJ) × oxidation × 44/12 × (1 − biomass share) → tCO2.

    Without a heat value the amount must be heat itself. Defaults keep the digits of their table; only the final tonnes are rounded.
    Source: 24-industry accounting guidelines and 环办气候函〔2021〕130号 as rules.md section 1 quotes them.
    """
    content, oxidation = _need(factors, "carbon_content"), _need(factors, "oxidation")
    _must(content, Dimension.MASS, ("c", ""), per=(Dimension.ENERGY,))
    terms = (_per_heat("carbon_content", content, "tC/GJ"), _share(oxidation), Term("carbon_to_co2", carbon_to_co2, "tCO2/tC"))
    return _with_heat("fuel_carbon_content", factors, (*terms, *_shares(factors, ("biomass_fraction",))))


def fuel_emission_factor(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Fuel × heat value × emission factor (tCO2/GJ, tCO2/TJ) × oxidation or conversion × (1 − biomass share) → tCO2.

    A factor stated per tonne or cubic metre is multiplied with the amount itself. An oxidation or conversion nobody states is taken as 1;
    both stated for one fuel are refused: it is either burnt or converted. Source: Regulation (EU) 2018/2066, rules.md section 3.
    """
    factor = _need(factors, "ef")
    _must(factor, Dimension.MASS, ("co2", ""), per=(Dimension.ENERGY, *_AMOUNTS))
    if {"oxidation", "conversion"} <= factors.keys():
        raise _bad("oxidation_and_conversion", factors["conversion"], value=factors["conversion"].row.value)
    more = _shares(factors, ("oxidation", "conversion", "biomass_fraction"))
    per = factor.unit.denominator or TONNE
    if "ncv" in factors and per.dimension is Dimension.ENERGY:
        return _with_heat("fuel_emission_factor", factors, (_per_heat("ef", factor, "tCO2/GJ"), *more))
    return Method("fuel_emission_factor", per, (_per_amount("ef", factor, per), *more))


def carbon_fraction(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Material (t) × carbon fraction (tC/t) × oxidation or conversion × (44/12; EU 3.664) × (1 − biomass share) → tCO2.

    Source: Regulation (EU) 2018/2066 (carbon content × 3.664), rules.md sections 1 and 3.
    """
    return _by_carbon_fraction("carbon_fraction", factors, carbon_to_co2, ("oxidation", "conversion"))


def mass_balance(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Material in or out (t) × carbon fraction × 44/12 (EU 3.664) × (1 − biomass share) → tCO2; what leaves is deducted by its category.

    A material known by heat value and carbon per heat is taken by those, without oxidation. Source: rules.md sections 1 and 3, workbook.md.
    """
    if "carbon_fraction" in factors or "carbon_content" not in factors:
        return _by_carbon_fraction("mass_balance", factors, carbon_to_co2, ())
    content = factors["carbon_content"]
    _must(content, Dimension.MASS, ("c", ""), per=(Dimension.ENERGY,))
    terms = (_per_heat("carbon_content", content, "tC/GJ"), Term("carbon_to_co2", carbon_to_co2, "tCO2/tC"))
    return _with_heat("mass_balance", factors, (*terms, *_shares(factors, ("biomass_fraction",))))


def carbonate(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Raw material (t) × purity × factor (tCO2/t) × conversion × (1 − biomass share) → tCO2.

    A purity or conversion nobody states is taken whole. Source: GB/T 32151.34-2024, table C.2 (factors, purity and conversion defaults).
    """
    factor = _need(factors, "ef")
    _must(factor, Dimension.MASS, ("co2", ""), per=(Dimension.ENERGY, *_AMOUNTS))
    per = factor.unit.denominator or TONNE
    terms = (*_shares(factors, ("purity",)), _per_amount("ef", factor, per), *_shares(factors, ("conversion", "biomass_fraction")))
    return Method("carbonate", per, terms)


def electricity(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Electricity (MWh) × emission factor (tCO2/MWh) → tCO2; what is exported is deducted by its category. Source: rules.md section 1."""
    return _energy("electricity", factors)


def heat(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Heat (GJ) × emission factor (tCO2/GJ) → tCO2; what is exported is deducted by its category. Source: rules.md section 1."""
    return _energy("heat", factors)


def measurement(factors: Factors, carbon_to_co2: Fraction) -> Method:
    """Hours × flow (10^3 Nm3/h) × concentration (g/Nm3) ÷ 1000 × (1 − biomass share) → tCO2, made row by row when the rows are read.

    Source: workbook.md, sheet `measurements`.
    """
    return Method("measurement", TONNE, ())


METHODS: Mapping[str, Callable[[Factors, Fraction], Method]] = {
    "fuel_carbon_content": fuel_carbon_content,
    "fuel_emission_factor": fuel_emission_factor,
    "carbon_fraction": carbon_fraction,
    "mass_balance": mass_balance,
    "carbonate": carbonate,
    "electricity": electricity,
    "heat": heat,
    "measurement": measurement,
}
NEEDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "fuel_carbon_content": (frozenset({"carbon_content"}),),
    "fuel_emission_factor": (frozenset({"ef"}),),
    "carbon_fraction": (frozenset({"carbon_fraction"}),),
    "mass_balance": (frozenset({"carbon_fraction"}), frozenset({"carbon_content", "ncv"})),
    "carbonate": (frozenset({"ef"}),),
    "electricity": (frozenset({"ef"}),),
    "heat": (frozenset({"ef"}),),
    "measurement": (frozenset(),),
}
"""The factors that tell that a method is meant."""


def fits(method: Method, measured_in: Unit) -> bool:
    """Whether an amount in that unit can be used by the method."""
    return measures_same(measured_in, method.unit)


def _energy(code: str, factors: Factors) -> Method:
    factor = _need(factors, "ef")
    _must(factor, Dimension.MASS, ("co2", ""), per=(Dimension.ENERGY,))
    per = factor.unit.denominator or TONNE
    return Method(code, per, (_per_amount("ef", factor, per),))


def _with_heat(code: str, factors: Factors, terms: tuple[Term, ...]) -> Method:
    """With a heat value the amount is of fuel; without one it must be heat itself."""
    ncv = factors.get("ncv")
    if ncv is None:
        return Method(code, _GIGAJOULE, terms)
    _must(ncv, Dimension.ENERGY, ("",), per=_AMOUNTS)
    per = ncv.unit.denominator or TONNE
    return Method(code, per, (Term("ncv", ncv.per_base * per.size / _GIGAJOULE.size, f"GJ/{per.name}", ncv), *terms))


def _by_carbon_fraction(code: str, factors: Factors, carbon_to_co2: Fraction, shares: tuple[str, ...]) -> Method:
    fraction = _need(factors, "carbon_fraction")
    _must_be_share(fraction)
    carbon = Term("carbon_fraction", fraction.per_base, "tC/t", fraction)
    to_co2 = Term("carbon_to_co2", carbon_to_co2, "tCO2/tC")
    return Method(code, TONNE, (carbon, *_shares(factors, (*shares, "biomass_fraction")), to_co2))


def _per_heat(label: str, factor: Factor, shown: str) -> Term:
    return Term(label, factor.per_base * _GIGAJOULE.size, shown, factor)


def _per_amount(label: str, factor: Factor, per: Unit) -> Term:
    return Term(label, factor.per_base * per.size, f"tCO2/{per.name}", factor)


def _need(factors: Factors, parameter: str) -> Factor:
    if parameter not in factors:
        raise Unknown(UnknownReason("missing_factor", values=(("parameter", parameter),)))
    return factors[parameter]


def _shares(factors: Factors, names: tuple[str, ...]) -> tuple[Term, ...]:
    return tuple(_share(factors[name]) for name in names if name in factors)


def _share(factor: Factor) -> Term:
    _must_be_share(factor)
    value = 1 - factor.per_base if factor.parameter == "biomass_fraction" else factor.per_base
    return Term(factor.parameter, value, "1", factor)


def _must_be_share(factor: Factor) -> None:
    """A share is a plain ratio from 0 to 1, or a mass per mass."""
    per = factor.unit.denominator
    if factor.unit.numerator.dimension is not Dimension.RATIO and not (per and per.dimension is factor.unit.numerator.dimension):
        raise _bad("factor_unit", factor, unit=factor.row.unit)
    if factor.per_base > 1:
        raise _bad("factor_out_of_range", factor, value=factor.row.shown)


def _must(factor: Factor, numerator: Dimension, substances: tuple[str, ...], *, per: tuple[Dimension, ...]) -> None:
    stated = factor.unit
    good = stated.numerator.dimension is numerator and stated.substance in substances
    if not good or stated.denominator is None or stated.denominator.dimension not in per:
        raise _bad("factor_unit", factor, unit=factor.row.unit)


def _bad(code: str, factor: Factor, **values: str) -> Unknown:
    row = factor.row
    return Unknown(UnknownReason(code, period_of(row.period), row.sheet, row.row, (("parameter", factor.parameter), *values.items())))
