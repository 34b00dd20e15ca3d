"""Tolerances of the data checks: how a body's own is read, and whose value holds."""

from decimal import Decimal

import pytest

from verifier.core.datachecks import tolerances
from verifier.core.datachecks.tolerances import CODES, MEASURES, Whose
from verifier.core.errors import Refusal
from verifier.rulepacks.load import load

READ = [
    ("year_on_year", "20 %", "0.2"),
    ("year_on_year", "0.05", "0.05"),
    ("crosscheck_difference", "０.５％", "0.005"),
    ("outlier", "4", "4"),
    ("repeated_value", "6", "6"),
]
REFUSED = [
    ("year_on_year", "lots", "tolerance.no_number"),
    ("year_on_year", "120 %", "tolerance.no_share"),
    ("outlier", "50 %", "tolerance.no_number"),
    ("outlier", "1", "tolerance.no_times"),
    ("repeated_value", "2.5", "tolerance.no_count"),
    ("weather", "1", "tolerance.unknown"),
    ("year_on_year", "", "tolerance.no_number"),
    ("outlier", "-3", "tolerance.no_times"),
]


def test_every_tolerance_has_a_measure() -> None:
    assert set(CODES) == set(MEASURES)


@pytest.mark.parametrize(("code", "typed", "value"), READ)
def test_a_tolerance_is_read_as_people_type_it(code: str, typed: str, value: str) -> None:
    assert tolerances.read(code, typed) == Decimal(value)


@pytest.mark.parametrize(("code", "typed", "refusal"), REFUSED)
def test_what_is_no_tolerance_is_refused(code: str, typed: str, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        tolerances.read(code, typed)


def test_the_bodys_own_goes_first_then_the_packs_then_practice() -> None:
    rows = {row.code: row for row in tolerances.in_force(load("beijing/2021"), {"year_on_year": Decimal("0.1")})}
    assert (rows["year_on_year"].whose, str(rows["year_on_year"].value), str(rows["year_on_year"].without)) == (Whose.BODY, "1/10", "3/10")
    assert rows["crosscheck_difference"].whose is Whose.PACK
    assert rows["outlier"].whose is Whose.PRACTICE


def test_the_total_a_category_and_a_source_have_tolerances_of_their_own() -> None:
    rows = {row.code: row.value for row in tolerances.in_force(load("beijing/2021.3"), {})}
    assert rows["year_on_year_total"] < rows["year_on_year_category"] < rows["year_on_year"]
