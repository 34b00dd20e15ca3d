"""Whole numbers as people type them."""

import pytest

from verifier.core.typed_digits import plain_digits, whole_number


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("１２．５", "12.5"), ("٣٤", "34"), ("5\u00a0000", "5 000"), ("\u22127", "-7"), ("x²", "x²"), ("½", "½"), ("12", "12")],
)
def test_digits_of_any_script_become_plain_ones_and_powers_and_fractions_stay(typed: str, plain: str) -> None:
    assert plain_digits(typed) == plain


@pytest.mark.parametrize(
    ("typed", "number"),
    [(" ７ ", 7), ("0012", 12), ("", None), (None, None), ("-1", None), ("1.0", None), ("²", None), ("1" * 10, None), (5, 5)],
)
def test_a_whole_number_has_only_digits_and_no_more_than_nine(typed: object, number: int | None) -> None:
    assert whole_number(typed) == number
