"""Amounts, units and numbers as people type them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.core.calculation.units import (
    UNITS,
    convert,
    factor_unit,
    grouped,
    half_a_last_digit,
    in_unit,
    measures_same,
    number,
    plain,
    round_half_up,
    shortest,
    unit,
)
from verifier.core.errors import Refusal

SPELLINGS = [
    ("10^4 Nm3", "万Nm3"),
    ("10^4 Nm3", "万Nm³"),
    ("10^4 Nm3", "１０^4 ＮＭ3"),
    ("10^4 Nm3", "10⁴Nm3"),
    ("10^4 Nm3", "万标准立方米"),
    ("万m3", "万立方米"),
    ("万m3", "10^4 ㎥"),
    ("t", "吨"),
    ("t", "Ｔ"),
    ("MWh", "兆瓦时"),
    ("MWh", " mwh "),
    ("kWh", "千瓦时"),
    ("kWh", "㎾h"),
    ("万kWh", "万千瓦时"),
    ("GJ", "吉焦"),
]


@pytest.mark.parametrize(("plainly", "as_typed"), SPELLINGS)
def test_a_unit_is_the_same_in_any_width_case_and_language(plainly: str, as_typed: str) -> None:
    assert unit(as_typed) == unit(plainly)
    assert unit(plainly) is not None


CONVERSIONS = [
    ("1", "MWh", "GJ", "3.6"),
    ("1", "万kWh", "MWh", "10"),
    ("1500", "kg", "t", "1.5"),
    ("1", "TJ", "GJ", "1000"),
    ("1", "m3", "Nm3", "1"),
]


@pytest.mark.parametrize(("amount", "source", "target", "expected"), CONVERSIONS)
def test_what_physics_allows_is_converted_exactly(amount: str, source: str, target: str, expected: str) -> None:
    first, second = unit(source), unit(target)
    assert first
    assert second
    assert convert(Fraction(amount), first, second) == Fraction(expected)


@pytest.mark.parametrize(("source", "target"), [("t", "Nm3"), ("MWh", "t"), ("GJ", "m3"), ("%", "t")])
def test_what_physics_does_not_allow_is_refused(source: str, target: str) -> None:
    first, second = unit(source), unit(target)
    assert first
    assert second
    with pytest.raises(Refusal, match=r"numbers\.units\.differ"):
        convert(Fraction(1), first, second)


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.fractions())
def test_there_and_back_is_the_same_amount(first: str, second: str, amount: Fraction) -> None:
    one, other = UNITS[first], UNITS[second]
    if measures_same(one, other):
        assert convert(convert(amount, one, other), other, one) == amount


TYPED = [
    ("1,234.5", "1234.5"),
    (" １２３．５ ", "123.5"),
    ("1，234，567", "1234567"),
    ("1e-05", "0.00001"),
    ("−3", "-3"),
    ("\u30000.0\u00a0", "0.0"),
    (".5", "0.5"),
]


@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_a_number_is_read_as_people_type_it(typed: str, meant: str) -> None:
    assert number(typed) == Decimal(meant)


@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_a_blank_is_unknown_and_never_zero(blank: str) -> None:
    assert number(blank) is None


@pytest.mark.parametrize("typed", ["n/a", "1,23", "12,34.5", "-", ".", "1 2", "1e999", "nan", "inf", "(5)", "9" * 80, "5 MWh"])
def test_text_that_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match=r"numbers\.not_a_number"):
        number(typed)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_the_shortest_decimal_gives_back_what_the_cell_stores(stored: float) -> None:
    read = number(shortest(stored)) if abs(stored) > 1e-90 else Decimal(repr(stored))
    assert read is not None
    assert float(read) == stored


@pytest.mark.parametrize(
    ("exact", "places", "rounded"),
    [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.4999", 0, "0"), ("12.345", 2, "12.35"), ("-0.4", 0, "0"), ("50201.129008", 0, "50201")],
)
def test_halves_are_rounded_up_away_from_zero(exact: str, places: int, rounded: str) -> None:
    assert round_half_up(Fraction(exact), places) == Decimal(rounded)
    assert not str(round_half_up(Fraction(exact), places)).startswith("-0")


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(5), "5"),
        (Decimal("5.10"), "5.1"),
        (Fraction(-1, 10**20), "0"),
        (100, "100"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_a_number_is_shown_plainly(exact: Fraction | Decimal | int, shown: str) -> None:
    assert plain(exact) == shown


def test_half_a_last_digit_is_what_rounding_may_hide() -> None:
    assert half_a_last_digit(Decimal("99.29")) == Fraction(1, 200)
    assert half_a_last_digit(Decimal("99")) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("written", "substance", "ratio"),
    [
        ("tCO2/MWh", "co2", "1"),
        ("kgCO₂/kWh", "co2", "1"),
        ("tC/GJ", "c", "3.6"),
        ("吨碳/吉焦", "c", "3.6"),
        ("%", "", "0.01"),
        ("", "", "1"),
        ("tCO2e/t", "co2", "1"),
    ],
)
def test_the_unit_of_a_factor_says_what_of_which_per_what(written: str, substance: str, ratio: str) -> None:
    read = factor_unit(written)
    assert read is not None
    assert read.substance == substance
    assert read.numerator.size / (read.denominator.size if read.denominator else 1) == Fraction(ratio)


@pytest.mark.parametrize("written", ["foo/bar", "tCO2/", "tCO2/banana", "MWhCO2/t"])
def test_a_factor_unit_nobody_knows_is_none(written: str) -> None:
    assert factor_unit(written) is None


WRITTEN_UNITS = [
    ("10^4 Nm3", "×10⁴ Nm³"),
    ("0.02 10^4 Nm3", "0.02 ×10⁴ Nm³"),
    ("GJ/10^4 Nm3", "GJ/10⁴ Nm³"),
    ("t CO2", "tCO₂"),
    ("tCO2/MWh", "tCO₂/MWh"),
    ("kgC/GJ", "kgC/GJ"),
    ("", ""),
]


@pytest.mark.parametrize(("kept", "written"), WRITTEN_UNITS)
def test_a_unit_is_shown_as_people_write_it(kept: str, written: str) -> None:
    assert in_unit(kept) == written


@pytest.mark.parametrize(
    ("written", "shown"),
    [("1234567.50", "1,234,567.50"), ("-1234", "−1,234"), ("12", "12"), ("about 1200", "about 1200"), ("", ""), (None, None)],
)
def test_thousands_are_grouped_in_what_is_a_plain_number(written: str | None, shown: str | None) -> None:
    assert grouped(written) == shown
