"""Methods follow the pack: which is preferred, its carbon constant, and every step kept."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.reported import GAS, POWER, activity, beijing, factors, report, source, year_of
from verifier.core.calculation.recalculation import SourceResult, calculate
from verifier.core.calculation.units import plain, unit
from verifier.core.report.rows import MeasurementRow
from verifier.rulepacks.load import load


def under(pack_id: str, category: str, known: dict[str, tuple[str, str]], quantity: str = "1", measured_in: str = "t") -> SourceResult:
    handed_in = report(source(category=category), rows=year_of(quantity, measured_in), given=factors(known))
    return calculate(handed_in, load(pack_id)).sources[0]


BOTH = {"ncv": ("43", "GJ/t"), "carbon_content": ("0.02", "tC/GJ"), "oxidation": ("1", ""), "ef": ("74.1", "tCO2/TJ")}
CARBON = {"carbon_fraction": ("0.5", "tC/t")}
TABLE = [
    ("beijing/2021", "stationary_combustion", BOTH, "fuel_carbon_content", Fraction(12 * 43 * 2, 100) * Fraction(44, 12)),
    ("eu-ets/2018", "stationary_combustion", BOTH, "fuel_emission_factor", 12 * 43 * Fraction("0.0741")),
    ("beijing/2021", "mass_balance_in", CARBON, "mass_balance", 6 * Fraction(44, 12)),
    ("eu-ets/2018", "mass_balance_out", CARBON, "mass_balance", -6 * Fraction("3.664")),
    ("eu-ets/2018", "stationary_combustion", {"ef": ("3", "tCO2/t"), "conversion": ("0.5", "")}, "fuel_emission_factor", Fraction(18)),
]


@pytest.mark.parametrize(("pack_id", "category", "known", "method", "tonnes"), TABLE)
def test_the_pack_says_which_method_comes_first_and_what_carbon_makes(
    pack_id: str, category: str, known: dict[str, tuple[str, str]], method: str, tonnes: Fraction
) -> None:
    result = under(pack_id, category, known)
    assert (result.method, result.recalculated) == (method, tonnes)


def test_a_fuel_is_burnt_or_converted_never_both() -> None:
    known = {"ef": ("3", "tCO2/t"), "conversion": ("0.5", ""), "oxidation": ("0.9", "")}
    assert [reason.code for reason in under("eu-ets/2018", "stationary_combustion", known).reasons] == ["oxidation_and_conversion"]


def test_a_megatonne_is_told_by_its_case() -> None:
    assert unit("Mt") is not None
    assert unit("mt") is None
    assert under("beijing/2021", "process", {"ef": ("0.44", "tCO2/t")}, "1", "Mt").recalculated == 12 * 440_000


def test_the_steps_of_a_measured_source_say_what_each_row_was_made_of() -> None:
    row = MeasurementRow(sheet="measurements", row=2, source_id="S", period="2021", hours="700", flow="20", concentration="180", gas="CO2")
    result = calculate(report(source(category="measured"), measured=(row,)), beijing()).sources[0]
    assert [(step.label, step.row) for step in result.steps[:3]] == [("step.hours", 2), ("step.flow", 2), ("step.concentration", 2)]
    assert result.steps[-1].value == result.recalculated == 2520


KINDS = [("stationary_combustion", GAS, ("万Nm3", "Nm3")), ("purchased_electricity", POWER, ("MWh", "kWh", "GJ"))]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(KINDS), st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 2)), min_size=12, max_size=12))
def test_the_months_tonnes_add_up_to_the_sources_in_whichever_units_they_stand(kind: object, amounts: list[tuple[int, int]]) -> None:
    category, known, units = kind  # type: ignore[misc]
    rows = [(f"2021-{month:02d}", plain(Fraction(n, 1000)), units[u % len(units)]) for month, (n, u) in enumerate(amounts, 1)]
    result = calculate(report(source(category=category), rows=activity(*rows), given=factors(known)), beijing()).sources[0]
    assert sum(quantity.tonnes for quantity in result.quantities) == result.recalculated
    mirrored = calculate(report(source(category=category), rows=activity(*rows)[::-1], given=factors(known)), beijing()).sources[0]
    assert mirrored.recalculated == result.recalculated
