"""What is listed and not used, used and not listed, named otherwise, or could not be compared."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.core.reported import GAS, POWER, activity, beijing, factors, report, source, year_of
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import convert, unit
from verifier.core.datachecks.sizes import transpositions
from verifier.core.report.rows import ActivityRow, CrosscheckRow, MeterRow, ReportedReport, SourceRow, TotalRow, code_of
from verifier.reports.summary import wrong

GAS_SOURCE = source("G", "stationary_combustion", fuel="natural gas")


def found(handed_in: ReportedReport, code: str, previous: ReportedReport | None = None) -> list[Flag]:
    return [flag for flag in calculate(handed_in, beijing(), previous=previous).flags if flag.code == code]


def gas(oxidation: str) -> ReportedReport:
    """A year of gas whose oxidation factor is named as given."""
    named = {(oxidation if name == "oxidation" else name): value for name, value in GAS.items()}
    return report(GAS_SOURCE, rows=tuple(replace(row, source_id="G") for row in year_of("10", "10^4 Nm3")), given=factors(named, "G"))


@pytest.mark.parametrize("word", ["氧化率", "oxidation factor", "OF", "Oxidation_Rate", "碳氧化率"])
def test_another_word_for_a_parameter_is_read(word: str) -> None:
    assert calculate(gas(word), beijing()).recalculated_total == calculate(gas("oxidation"), beijing()).recalculated_total
    assert found(gas(word), "factor_parameter_unknown") == []


@pytest.mark.parametrize(("word", "code"), [("低位发热值", "ncv"), ("conversion rate", "conversion"), ("emission factor", "ef")])
def test_each_usual_word_names_its_parameter(word: str, code: str) -> None:
    assert code_of(word) == code


def test_a_misspelt_parameter_is_flagged_at_its_place() -> None:
    (flag,) = found(gas("oxydation"), "factor_parameter_unknown")
    assert (flag.sheet, flag.row, flag.column, dict(flag.values)["text"]) == ("factors", 4, "parameter", "oxydation")
    assert wrong(calculate(gas("oxydation"), beijing()))


def test_twelve_unit_errors_of_one_misnamed_factor_are_one_alert() -> None:
    named = {"heat value": GAS["ncv"], "carbon_content": GAS["carbon_content"], "oxidation": GAS["oxidation"]}
    rows = tuple(replace(row, source_id="G") for row in year_of("10", "10^4 Nm3"))
    flags = calculate(report(GAS_SOURCE, rows=rows, given=factors(named, "G")), beijing()).flags
    assert {flag.caused_by for flag in flags if flag.code == "unit_mismatch"} == {"factor_parameter_unknown"}
    assert [flag.code for flag in flags if flag.caused_by is None and flag.column == "parameter"] == ["factor_parameter_unknown"]


@pytest.mark.parametrize(
    ("written", "known", "amount"),
    [
        ("×10⁴ Nm³", "Nm3", 10_000),
        ("升", "m3", 0.001),
        ("litre", "m3", 0.001),
        ("kJ", "GJ", 1e-6),
        ("百万千焦", "GJ", 1),
        ("kcal", "kJ", 4.1868),
        ("mmBtu", "MJ", 1055.05585262),
        ("therm", "MJ", 105.505585262),
    ],
)
def test_units_as_they_are_printed_and_traded_are_read(written: str, known: str, amount: float) -> None:
    read, target = unit(written), unit(known)
    assert read is not None
    assert target is not None
    assert float(convert(Fraction(1), read, target)) == pytest.approx(amount)


def test_a_blank_unit_is_no_unit() -> None:
    assert unit("") is None
    (flag, *_) = found(report(rows=year_of("10", "")), "unit_mismatch")
    assert flag.message == "flag.unit_mismatch.blank"


def record(quantity: str = "120", unit: str = "MWh", period: str = "2021", source_id: str = "S", row: int = 2) -> CrosscheckRow:
    return CrosscheckRow(sheet="crosschecks", row=row, source_id=source_id, period=period, quantity=quantity, unit=unit)


LEFT = [
    ({"unit": "t"}, "dimension"),
    ({"unit": "bags"}, "unit"),
    ({"quantity": "see invoice"}, "quantity"),
    ({"quantity": ""}, "quantity"),
    ({"source_id": "X"}, "source"),
    ({"period": "spring"}, "period"),
    ({"period": "2020"}, "year"),
]


@pytest.mark.parametrize(("change", "reason"), LEFT)
def test_a_record_that_cannot_be_compared_says_why(change: dict[str, str], reason: str) -> None:
    handed_in = replace(report(rows=year_of("10")), crosschecks=(record(**change),))
    (flag,) = found(handed_in, "crosscheck_not_compared")
    assert flag.message == f"flag.crosscheck_not_compared.{reason}"
    assert found(handed_in, "crosscheck_difference") == []


def test_a_record_of_the_year_is_compared_with_the_sum_of_the_months() -> None:
    right = replace(report(rows=year_of("10")), crosschecks=(record("120"),))
    assert found(right, "crosscheck_difference") == found(right, "crosscheck_not_compared") == []
    (flag,) = found(replace(right, crosschecks=(record("130"),)), "crosscheck_difference")
    assert (flag.period, dict(flag.values)["reported"], dict(flag.values)["independent"]) == ("2021", "120", "130")


def test_twelve_monthly_records_are_compared_with_a_figure_of_the_year() -> None:
    monthly = tuple(record("11", period=f"{month}月", row=month + 1) for month in range(1, 13))
    handed_in = replace(report(rows=activity(("2021", "120", "MWh"))), crosschecks=monthly)
    (flag,) = found(handed_in, "crosscheck_difference")
    assert dict(flag.values)["independent"] == "132"
    (left,) = found(replace(handed_in, crosschecks=monthly[:11]), "crosscheck_not_compared")
    assert (left.message, dict(left.values)["count"]) == ("flag.crosscheck_not_compared.reported", "11")


def test_a_month_without_its_year_is_one_of_the_report_s() -> None:
    handed_in = replace(report(rows=year_of("10")), crosschecks=(record("12", period="3月"),))
    assert [flag.period for flag in found(handed_in, "crosscheck_difference")] == ["2021-03"]


def test_a_report_without_a_total_says_so_and_is_wrong() -> None:
    part = TotalRow(sheet="totals", row=2, category="purchased_electricity", reported_tco2="72.48")
    whole = TotalRow(sheet="totals", row=3, category="total", reported_tco2="72")
    assert len(found(report(rows=year_of("10"), totals=(part,)), "total_missing")) == 1
    assert found(report(rows=year_of("10"), totals=(part, whole)), "total_missing") == []


def test_a_listed_meter_that_no_source_uses_is_worth_a_look() -> None:
    meters = tuple(MeterRow(sheet="meters", row=row, meter_id=name) for row, name in enumerate(("M1", "M2"), 2))
    handed_in = replace(report(source(meter_id="M1"), rows=year_of("10")), meters=meters)
    assert [dict(flag.values)["meter"] for flag in found(handed_in, "meter_unused")] == ["M2"]


@pytest.mark.parametrize(("source_id", "flagged"), [("X", True), ("*:purchased_heat:steam", True), ("", True), ("S", False)])
def test_a_factor_that_applies_to_no_source_is_flagged(source_id: str, flagged: bool) -> None:
    extra = replace(factors(POWER)[0], source_id=source_id, row=9)
    assert bool(found(report(rows=year_of("10"), given=(*factors(POWER), extra)), "factor_without_source")) is flagged


def test_a_source_that_last_year_s_report_did_not_have_is_shown() -> None:
    now = report(source(reported="72.48"), source("N", reported="10"), rows=year_of("10"))
    (flag,) = found(now, "appeared", previous=replace(report(source(reported="72.48")), year=2020))
    assert (flag.source, flag.tonnes) == ("N", 10)


SHARED = [10.12, 11.34, 9.87, 10.02, 12.21, 13.04, 14.11, 13.72, 11.15, 10.48, 9.91, 10.73]


def shared(ratio: float, last: float = 1) -> ReportedReport:
    """Two sources, the second a share of the first in every month but the last."""
    rows: list[ActivityRow] = []
    sources: list[SourceRow] = []
    for place, (key, times) in enumerate((("S", 1.0), ("T", ratio)), 2):
        sources.append(replace(source(key), row=place))
        amounts = [amount * times for amount in SHARED[:-1]] + [SHARED[-1] * times * (last if key == "T" else 1)]
        quantities = ((f"2021-{month:02d}", f"{amount:.4f}", "MWh") for month, amount in enumerate(amounts, 1))
        rows += activity(*quantities, source_id=key)
    return report(*sources, rows=tuple(rows))


@pytest.mark.parametrize(("ratio", "last", "flagged"), [(0.37, 1, True), (3.3957, 1, True), (0.37, 1.05, False), (1, 1, False)])
def test_two_sources_with_one_ratio_all_year_may_be_shared_out(ratio: float, last: float, flagged: bool) -> None:
    assert bool(found(shared(ratio, last), "fixed_ratio")) is flagged


@pytest.mark.parametrize("times", [1000, 10_000])
def test_a_month_whose_point_explains_the_stated_tonnes_is_wrong(times: int) -> None:
    rows = activity(*((f"2021-{month:02d}", str(10 / times if month == 3 else 10), "MWh") for month in range(1, 13)))
    handed_in = report(source(reported="72.48"), rows=rows, totals=(TotalRow(sheet="totals", row=2, category="total", reported_tco2="72"),))
    (flag,) = found(handed_in, "factor_of_thousand")
    assert (flag.period, flag.message, dict(flag.values)["right"]) == ("2021-03", "flag.factor_of_thousand.explained", "10")
    assert wrong(calculate(handed_in, beijing()))


def test_digits_are_not_swapped_across_the_point() -> None:
    assert set(map(float, transpositions(Fraction("12.34")))) == {21.34, 12.43}


@pytest.mark.parametrize(
    ("basis", "table", "value", "message"),
    [
        ("contract", "", "0.605", "flag.default_factor_altered.close"),
        ("contract", "", "0.604", None),
        ("contract", "", "0.7", None),
        ("contract", "F_beijing", "0.7", "flag.default_factor_altered"),
    ],
)
def test_a_default_that_differs_is_found_whatever_its_basis_is_called(basis: str, table: str, value: str, message: str | None) -> None:
    (row,) = factors({"ef": (value, "tCO2/MWh")})
    handed_in = report(rows=year_of("10"), given=(replace(row, basis=basis, table=table),))
    assert [flag.message for flag in found(handed_in, "default_factor_altered")] == ([message] if message else [])


def test_a_sheet_with_a_header_and_no_rows_is_wrong() -> None:
    empty = replace(report(source(reported="72.48")), factors=())
    assert [flag.sheet for flag in found(empty, "sheet_empty")] == ["activity", "factors"]
    assert wrong(calculate(empty, beijing()))
    assert found(report(rows=year_of("10")), "sheet_empty") == []


CURVE = [60_000, 52_000, 31_000, 9_000, 400, 60, 50, 55, 300, 8_000, 33_000, 58_000]
"""Gas of a heating plant in Nm3, by month."""


@pytest.mark.parametrize(("month", "amount"), [(7, 50_000), (2, 52)])
def test_a_month_a_thousand_times_off_is_found_among_the_high_and_low_months_of_its_curve(month: int, amount: int) -> None:
    amounts = [*CURVE[: month - 1], amount, *CURVE[month:]]
    rows = activity(*((f"2021-{place:02d}", str(each), "Nm3") for place, each in enumerate(amounts, 1)), source_id="G")
    flags = found(report(GAS_SOURCE, rows=rows, given=factors(GAS, "G")), "factor_of_thousand")
    assert [flag.period for flag in flags] == [f"2021-{month:02d}"]


def test_heating_that_all_but_stops_in_summer_is_no_error() -> None:
    rows = activity(*((f"2021-{place:02d}", str(each), "Nm3") for place, each in enumerate(CURVE, 1)), source_id="G")
    assert found(report(GAS_SOURCE, rows=rows, given=factors(GAS, "G")), "factor_of_thousand") == []


def test_a_month_with_a_metering_gap_is_not_an_outlier_too() -> None:
    rows = list(activity(*((f"2021-{month:02d}", f"{amount:.2f}", "MWh") for month, amount in enumerate(SHARED, 1))))
    for place, hours in ((4, "600"), (8, "500")):
        rows[place] = replace(rows[place], quantity="1.91", missing_hours=hours)
    handed_in = report(rows=tuple(rows))
    assert {flag.period for flag in found(handed_in, "metering_gap")} == {"2021-05", "2021-09"}
    assert found(handed_in, "outlier") == []
