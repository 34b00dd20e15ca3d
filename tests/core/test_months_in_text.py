"""Months of typed numbers and of file names."""

import pytest

from verifier.core.errors import Refusal
from verifier.core.evidence_requests import NumberKey, month_in_name, of_month, periods_in


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("", ("",)),
        ("2021", ("2021",)),
        ("2021年3月", ("2021-03",)),
        ("2021-01 2021-03", ("2021-01", "2021-03")),
        ("2021-11 to 2022-02", ("2021-11", "2021-12", "2022-01", "2022-02")),
        ("2021-01至2021-03", ("2021-01", "2021-02", "2021-03")),
        ("2021-01–2021-02 2021-06", ("2021-01", "2021-02", "2021-06")),
    ],
)
def test_a_month_several_and_a_range_are_read(text: str, periods: tuple[str, ...]) -> None:
    assert periods_in(text) == periods


@pytest.mark.parametrize("text", ["2021-03 to 2021-01", "2021-01 to", "spring", "2001-01 to 2021-01", "2021 to 2022"])
def test_a_range_that_names_no_months_in_order_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"voucher\.number\.period"):
        periods_in(text)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("invoice 2021-03.pdf", "2021-03"),
        ("电费2021年3月.jpg", "2021-03"),
        ("IMG_20210315_0930.jpg", "2021-03"),
        ("202112.xlsx", "2021-12"),
        ("2021.04.05 meter.pdf", "2021-04"),
        ("contract 2021.pdf", ""),
        ("26537912570200055449.xml", ""),
    ],
)
def test_the_month_of_a_file_is_found_in_its_name(name: str, month: str) -> None:
    assert month_in_name(name) == month


def test_numbers_of_one_month_are_those_that_name_it_or_no_period() -> None:
    keys = [NumberKey("E-1"), NumberKey("E-2", "2021-03"), NumberKey("E-2", "2021-04")]
    assert of_month(keys, "2021-03") == [NumberKey("E-1", "2021-03"), NumberKey("E-2", "2021-03")]
    assert of_month(keys, "") == keys
