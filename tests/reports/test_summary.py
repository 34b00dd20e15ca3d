"""What `verifier check` calls wrong, and what is only worth a look."""

from dataclasses import replace

import pytest

from tests.core.reported import GAS, beijing, factors, report, source, year_of
from verifier.core.calculation.recalculation import Calculation, calculate
from verifier.core.calculation.results import Flag
from verifier.reports.summary import wrong


def gas(unit: str) -> Calculation:
    """A source of gas of one unit a month."""
    given = report(source(category="stationary_combustion", fuel="天然气"), rows=year_of("1", unit), given=factors(GAS))
    return calculate(given, beijing())


@pytest.mark.parametrize("unit", ["万立方米", "万m3"])
def test_ten_thousand_cubic_metres_of_gas_are_worth_a_look_and_no_error(unit: str) -> None:
    calculation = gas(unit)
    normal = gas("万Nm3")
    assert "volume_conditions" in {flag.code for flag in calculation.flags}
    assert {flag.code for flag in calculation.flags} - {flag.code for flag in normal.flags} == {"volume_conditions"}
    assert calculation.sources[0].recalculated == normal.sources[0].recalculated
    assert wrong(replace(calculation, flags=tuple(flag for flag in calculation.flags if flag.code == "volume_conditions"))) is False


@pytest.mark.parametrize(("message", "is_wrong"), [("flag.factor_of_thousand", False), ("flag.factor_of_thousand.explained", True)])
def test_a_guess_without_proof_is_worth_a_look(message: str, is_wrong: bool) -> None:
    flag = Flag("factor_of_thousand", "S", "2021-04", "activity", 5, message, (), None, None, "quantity")
    assert wrong(replace(gas("万Nm3"), flags=(flag,))) is is_wrong
