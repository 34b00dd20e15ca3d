"""How each kind of source turns an amount into tonnes of CO2: one small method a kind, each step kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.factors import Factor
from verifier.core.quantities import CARBON_TO_CO2, Dimension, Unit, measures_same, unit
from verifier.core.readings import TONNE
from verifier.core.report import period_of
from verifier.core.results import Reason, Step, Unknown

Factors = Mapping[str, Factor]
_GIGAJOULE = unit("GJ") or TONNE


@dataclass(frozen=True, slots=True)
class Method:
    """The unit the amount must come in, and what is multiplied with it: (label, number in those units, unit of the result)."""

    unit: Unit
    terms: tuple[tuple[str, Fraction, str], ...]
    used: tuple[Factor, ...]

    def steps(self, amount: Fraction, sign: int, period: str) -> tuple[Step, ...]:
        """Amount, each factor, and the tonnes they make."""
        tonnes = sign * amount
        for _, value, _ in self.terms:
            tonnes *= value
        lines = [("quantity", amount, self.unit.name), *self.terms, ("tonnes", tonnes, "tCO2")]
        return tuple(Step(f"step.{label}", value, written, period) for label, value, written in lines)


def method_of(category: str, factors: Factors) -> Method | Reason:
    """The method for a category with the factors at hand, or the reason why there is none."""
    try:
        return _METHODS[category](factors)
    except KeyError:
        return Reason("unknown_category", values=(("category", category),))
    except Unknown as unknown:
        return unknown.reason


def _fuel(factors: Factors) -> Method:
    """Heat value × carbon content × oxidation × 44/12; else heat value × emission factor; else a factor or carbon share of the amount."""
    if "carbon_content" in factors or not {"ef", "carbon_fraction"} & factors.keys():
        return _by_carbon_content(factors)
    if "ef" in factors:
        return _by_emission_factor(factors, ("oxidation",))
    return _by_carbon_fraction(factors, ("oxidation",))


def _by_carbon_content(factors: Factors) -> Method:
    content, oxidation = _need(factors, "carbon_content"), _need(factors, "oxidation")
    _must(content, Dimension.MASS, ("c", ""), per=(Dimension.ENERGY,))
    per_gj = content.per_base * _GIGAJOULE.size
    terms = [("carbon_content", per_gj, "tC/GJ"), _share(oxidation), ("carbon_to_co2", CARBON_TO_CO2, "tCO2/tC")]
    return _with_heat(factors, terms, (content, oxidation))


def _by_emission_factor(factors: Factors, shares: tuple[str, ...]) -> Method:
    factor = _need(factors, "ef")
    _must(factor, Dimension.MASS, ("co2", ""), per=(Dimension.ENERGY, Dimension.MASS, Dimension.NORMAL_VOLUME, Dimension.VOLUME))
    more = tuple(factors[name] for name in (*shares, "biomass_fraction") if name in factors)
    per = factor.unit.denominator or TONNE
    if "ncv" in factors and per.dimension is Dimension.ENERGY:
        terms = [("ef", factor.per_base * _GIGAJOULE.size, "tCO2/GJ"), *(_share(other) for other in more)]
        return _with_heat(factors, terms, (factor, *more))
    terms = [("ef", factor.per_base * per.size, f"tCO2/{per.name}"), *(_share(other) for other in more)]
    return Method(per, tuple(terms), (factor, *more))


def _with_heat(factors: Factors, terms: list[tuple[str, Fraction, str]], used: tuple[Factor, ...]) -> Method:
    """With a heat value the amount is of fuel; without one it must be heat itself."""
    biomass = factors.get("biomass_fraction")
    if biomass and biomass not in used:
        terms, used = [*terms, _share(biomass)], (*used, biomass)
    ncv = factors.get("ncv")
    if ncv is None:
        return Method(_GIGAJOULE, tuple(terms), used)
    _must(ncv, Dimension.ENERGY, ("",), per=(Dimension.MASS, Dimension.NORMAL_VOLUME, Dimension.VOLUME))
    per = ncv.unit.denominator or TONNE
    heat = ("ncv", ncv.per_base * per.size / _GIGAJOULE.size, f"GJ/{per.name}")
    return Method(per, (heat, *terms), (ncv, *used))


def _by_carbon_fraction(factors: Factors, shares: tuple[str, ...] = ()) -> Method:
    """Tonnes × carbon fraction × 44/12; a material known by heat value and carbon content is taken by those."""
    fraction = _need(factors, "carbon_fraction")
    more = tuple(factors[name] for name in (*shares, "biomass_fraction") if name in factors)
    _must_be_share(fraction)
    terms = (
        ("carbon_fraction", fraction.per_base, "tC/t"),
        *(_share(other) for other in more),
        ("carbon_to_co2", CARBON_TO_CO2, "tCO2/tC"),
    )
    return Method(TONNE, terms, (fraction, *more))


def _mass_balance(factors: Factors) -> Method:
    if "carbon_fraction" in factors or "carbon_content" not in factors:
        return _by_carbon_fraction(factors)
    content = factors["carbon_content"]
    _must(content, Dimension.MASS, ("c", ""), per=(Dimension.ENERGY,))
    carbon = [("carbon_content", content.per_base * _GIGAJOULE.size, "tC/GJ"), ("carbon_to_co2", CARBON_TO_CO2, "tCO2/tC")]
    return _with_heat(factors, carbon, (content,))


def _process(factors: Factors) -> Method:
    """Amount × factor × purity × conversion; a purity or conversion nobody states is taken whole."""
    return _by_emission_factor({name: factor for name, factor in factors.items() if name != "ncv"}, ("purity", "conversion"))


def _energy(factors: Factors) -> Method:
    factor = _need(factors, "ef")
    _must(factor, Dimension.MASS, ("co2", ""), per=(Dimension.ENERGY,))
    per = factor.unit.denominator or TONNE
    return Method(per, (("ef", factor.per_base * per.size, f"tCO2/{per.name}"),), (factor,))


def _measured(factors: Factors) -> Method:
    return Method(TONNE, (), ())


_METHODS: Mapping[str, Callable[[Factors], Method]] = {
    "stationary_combustion": _fuel,
    "mobile_combustion": _fuel,
    "process": _process,
    "purchased_electricity": _energy,
    "purchased_heat": _energy,
    "exported_electricity": _energy,
    "exported_heat": _energy,
    "mass_balance_in": _mass_balance,
    "mass_balance_out": _mass_balance,
    "measured": _measured,
}


def fits(method: Method, measured_in: Unit) -> bool:
    """Whether an amount in that unit can be used by the method."""
    return measures_same(measured_in, method.unit)


def _need(factors: Factors, parameter: str) -> Factor:
    if parameter not in factors:
        raise Unknown(Reason("missing_factor", values=(("parameter", parameter),)))
    return factors[parameter]


def _share(factor: Factor) -> tuple[str, Fraction, str]:
    _must_be_share(factor)
    return (factor.parameter, 1 - factor.per_base if factor.parameter == "biomass_fraction" else factor.per_base, "1")


def _must_be_share(factor: Factor) -> None:
    """A share is a plain ratio from 0 to 1, or a mass per mass."""
    per = factor.unit.denominator
    if factor.unit.numerator.dimension is not Dimension.RATIO and not (per and per.dimension is factor.unit.numerator.dimension):
        raise _bad("factor_unit", factor, unit=factor.row.unit)
    if factor.per_base > 1:
        raise _bad("factor_out_of_range", factor, value=factor.row.value)


def _must(factor: Factor, numerator: Dimension, substances: tuple[str, ...], *, per: tuple[Dimension, ...]) -> None:
    stated = factor.unit
    good = stated.numerator.dimension is numerator and stated.substance in substances
    if not good or stated.denominator is None or stated.denominator.dimension not in per:
        raise _bad("factor_unit", factor, unit=factor.row.unit)


def _bad(code: str, factor: Factor, **values: str) -> Unknown:
    row = factor.row
    return Unknown(Reason(code, period_of(row.period), row.sheet, row.row, (("parameter", factor.parameter), *values.items())))
