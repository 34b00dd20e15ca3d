"""What looks wrong in the numbers, each at its place; and nothing where nothing is."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.core.reported import DEMO, GAS, activity, beijing, factors, park, report, source, year_of
from verifier.core.calculation.recalculation import Flag, calculate
from verifier.core.report.rows import CrosscheckRow, MeterRow, ReportedReport, TotalRow

PLANTED = json.loads((DEMO / "park-2021-errors.key.json").read_text())["errors"]


def found(handed_in: ReportedReport, code: str) -> list[Flag]:
    return [flag for flag in calculate(handed_in, beijing()).flags if flag.code == code]


@pytest.mark.parametrize("planted", PLANTED, ids=[error["code"] for error in PLANTED])
def test_every_planted_error_is_found_at_its_place(planted: dict[str, str]) -> None:
    own = [flag for flag in found(park("park-2021-errors"), planted["code"]) if flag.caused_by is None]
    assert [(flag.source, flag.period) for flag in own] == [(planted.get("source"), planted.get("period"))]
    if "tonnes" in planted:
        assert round(float(own[0].tonnes or 0), 2) == float(planted["tonnes"])


GAPS = ["G-035", "E-101", "E-103", "G-068", "E-052"]
"""Sources of which something is unknown: what they report cannot be recalculated, and hangs below the reason."""
SEEN_ON_THE_PARK = {("metering_gap", key) for key in ("E-045", "E-060", "E-099", "E-102", "E-118")} | {("rounded_data", "G-118")}
SEEN_ON_THE_PARK |= {("fixed_ratio", key) for key in ("E-060", "E-070", "G-053", "G-068", "G-077")}
"""Worth a minute on the untouched park: meters without a reading for a tenth of a month and more, one March of exactly 0.02, and buildings
whose months keep one ratio all year."""


def test_what_follows_from_a_planted_error_hangs_below_it() -> None:
    flags = calculate(park("park-2021-errors"), beijing()).flags
    hung = {(flag.code, flag.source, flag.caused_by) for flag in flags if flag.caused_by}
    assert {cause for code, source, cause in hung if code == "arithmetic_difference" and source in GAPS} == {
        "missing_period",
        "blank_quantity",
        "negative_quantity",
        "unit_mismatch",
        "source_without_data",
    }
    assert ("arithmetic_difference", "E-095", "factor_of_thousand") in hung
    assert ("digit_transposition", "E-027", "crosscheck_difference") in hung
    mains = {(flag.code, flag.source) for flag in flags if not flag.caused_by}
    assert mains - SEEN_ON_THE_PARK == {(error["code"], error.get("source")) for error in PLANTED}


def test_the_untouched_park_raises_only_what_is_worth_a_minute() -> None:
    flags = calculate(park(), beijing()).flags
    assert {(flag.code, flag.source) for flag in flags if not flag.caused_by} == SEEN_ON_THE_PARK
    assert not {error["code"] for error in PLANTED} & {flag.code for flag in flags}


DIFFERENCES = [("72.48", False), ("72.5", False), ("72", False), ("72.49", True), ("73", True), ("0", True)]


@pytest.mark.parametrize(("reported", "flagged"), DIFFERENCES)
def test_only_what_rounding_cannot_explain_is_an_arithmetic_difference(reported: str, flagged: bool) -> None:
    assert bool(found(report(source(reported=reported), rows=year_of("10")), "arithmetic_difference")) is flagged


TOTALS = [
    ({"purchased_electricity": "100", "total": "100"}, []),
    ({"purchased_electricity": "100", "total": "137"}, [37]),
    ({"purchased_electricity": "101", "total": "101"}, [1]),
    ({"外购电力": "100", "合计": "99"}, [-1]),
]


@pytest.mark.parametrize(("stated", "tonnes"), TOTALS)
def test_a_total_is_the_sum_of_its_categories_and_a_category_of_its_sources(stated: dict[str, str], tonnes: list[int]) -> None:
    totals = tuple(
        TotalRow(sheet="totals", row=row, category=name, reported_tco2=value) for row, (name, value) in enumerate(stated.items(), 2)
    )
    flags = found(report(source(reported="100.00"), rows=year_of("10"), totals=totals), "total_mismatch")
    assert [flag.tonnes for flag in flags] == tonnes


THOUSANDS = [
    ([10, 11, 12000, 13, 12, 11, 10, 9, 8, 9, 10, 11], ["2021-03"]),
    ([10, 11, 12, 13, 12, 11, Fraction(1, 100), 9, 8, 9, 10, 11], ["2021-07"]),
    ([900, 700, 400, 100, 20, 2, 1, 1, 10, 150, 500, 800], []),
    ([10, 11, 100, 13, 12, 11, 10, 9, 8, 9, 10, 11], []),
    ([0, 0, 0, 0, 0, 5, 6, 5, 0, 0, 0, 0], []),
]


@pytest.mark.parametrize(("amounts", "periods"), THOUSANDS)
def test_three_places_off_is_told_from_seasons(amounts: list[Fraction], periods: list[str]) -> None:
    rows = activity(*((f"2021-{month:02d}", str(float(amount)), "MWh") for month, amount in enumerate(amounts, 1)))
    assert [flag.period for flag in found(report(rows=rows), "factor_of_thousand")] == periods


@pytest.mark.parametrize(
    ("independent", "unit", "flagged"), [("10.1", "MWh", False), ("10,000", "kWh", False), ("10.2", "MWh", True), ("10", "t", False)]
)
def test_an_independent_record_may_differ_by_the_packs_tolerance(independent: str, unit: str, flagged: bool) -> None:
    check = CrosscheckRow(sheet="crosschecks", row=2, source_id="S", period="2021-02", quantity=independent, unit=unit)
    handed_in = replace(report(rows=year_of("10")), crosschecks=(check,))
    assert [flag.period for flag in found(handed_in, "crosscheck_difference")] == (["2021-02"] if flagged else [])


@pytest.mark.parametrize(
    ("until", "period"),
    [
        ("2022-06-30", None),
        ("2021-12-31", None),
        ("2021年8月15日", "2021-08"),
        ("2019/1/1", "2021-01"),
        ("20210715", "2021-07"),
        ("15/07/2021", "2021-07"),
        ("07/15/2021", "2021-07"),
        ("2021年7月", "2021-08"),
        ("2021-12", None),
        ("2021-07-15 00:00:00", "2021-07"),
    ],
)
def test_a_calibration_lapses_in_the_first_month_it_does_not_outlast(until: str, period: str | None) -> None:
    meter = MeterRow(sheet="meters", row=2, meter_id="M", valid_until=until)
    handed_in = replace(report(source(meter_id="M"), rows=year_of("10")), meters=(meter,))
    assert [flag.period for flag in found(handed_in, "calibration_lapsed")] == ([period] if period else [])


def test_missing_hours_that_are_no_number_are_asked_about() -> None:
    rows = tuple(replace(row, missing_hours="about a day") if row.period == "2021-04" else row for row in year_of("10"))
    assert [(flag.period, flag.message) for flag in found(report(rows=rows), "metering_gap")] == [("2021-04", "flag.metering_gap.unclear")]


UNCLEAR, UNKNOWN, NONE = (f"flag.calibration_lapsed.{end}" for end in ("unclear", "unknown", "none"))


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (("",), NONE),
        (("05/07/2021", "2022-12-31"), UNCLEAR),
        (("valid", "2022-12-31"), UNCLEAR),
        (("", "2022-12-31"), None),
        (("2022-12-31", "2021-05-31"), "flag.calibration_lapsed"),
    ],
)
def test_a_calibration_date_that_is_blank_or_unclear_is_asked_about_and_the_earliest_of_two_rows_holds(dates, message) -> None:
    meters = tuple(MeterRow(sheet="meters", row=row, meter_id="M", valid_until=until) for row, until in enumerate(dates, 2))
    handed_in = replace(report(source(meter_id="M"), rows=year_of("10")), meters=meters)
    assert [flag.message for flag in found(handed_in, "calibration_lapsed")] == ([message] if message else [])


def test_a_meter_without_a_date_among_others_with_one_is_asked_about() -> None:
    meters = tuple(MeterRow(sheet="meters", row=2, meter_id=key, valid_until=until) for key, until in (("M", ""), ("N", "2022-12-31")))
    handed_in = replace(report(source(meter_id="M"), rows=year_of("10")), meters=meters)
    assert [flag.message for flag in found(handed_in, "calibration_lapsed")] == [UNKNOWN]


@pytest.mark.parametrize(
    ("value", "unit", "basis", "flagged"),
    [("0.99", "1", "default", False), ("99", "%", "default", False), ("0.98", "1", "default", True), ("0.98", "1", "measured", False)],
)
def test_a_default_must_be_the_published_one(value: str, unit: str, basis: str, flagged: bool) -> None:
    rows = tuple(replace(row, basis=basis) for row in factors(GAS | {"oxidation": (value, unit)}))
    handed_in = report(source(category="stationary_combustion", fuel="天然气"), rows=year_of("1", "万Nm3"), given=rows)
    assert bool(found(handed_in, "default_factor_altered")) is flagged


def test_gas_in_cubic_metres_is_taken_as_normal_and_says_so() -> None:
    handed_in = report(source(category="stationary_combustion", fuel="天然气"), rows=year_of("1", "万m3"), given=factors(GAS))
    assert [flag.row for flag in found(handed_in, "volume_conditions")] == [2]
    assert calculate(handed_in, beijing()).sources[0].complete


def test_flags_of_one_wrong_row_name_its_sheet_and_row() -> None:
    handed_in = report(rows=activity(*((f"2021-{month:02d}", "?" if month == 4 else "10", "MWh") for month in range(1, 13))))
    assert [(flag.sheet, flag.row, dict(flag.values)) for flag in found(handed_in, "non_numeric")] == [
        ("activity", 5, {"column": "quantity", "text": "?"})
    ]
