"""Activity × factors → tonnes, exact; unknown stays unknown."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.reported import GAS, POWER, activity, beijing, factors, park, report, source, year_of
from verifier.core.calculation.recalculation import SourceResult, calculate, facility_fingerprint, fingerprint
from verifier.core.calculation.units import plain
from verifier.core.report.rows import MeasurementRow, ReportedReport, Row, TotalRow


def only(handed_in: ReportedReport) -> SourceResult:
    return calculate(handed_in, beijing()).sources[0]


def test_the_park_gives_its_exact_total() -> None:
    calculation = calculate(park(), beijing())
    assert calculation.recalculated_total is not None
    assert plain(calculation.recalculated_total) == "52915.57011485507386"
    assert calculation.rounded_total == 52915


BURNED = {name: GAS[name] for name in ("carbon_content", "oxidation")}
METHODS = [
    ("electricity", "purchased_electricity", POWER, "10", "MWh", "120 * 604/1000"),
    ("electricity in kWh", "purchased_electricity", POWER, "10000", "千瓦时", "120 * 604/1000"),
    ("electricity, factor per kWh", "purchased_electricity", {"ef": ("0.604", "kgCO2/kWh")}, "10", "MWh", "120 * 604/1000"),
    ("heat", "purchased_heat", {"ef": ("0.11", "tCO2/GJ")}, "10", "GJ", "120 * 11/100"),
    ("electricity passed on", "exported_electricity", POWER, "10", "MWh", "-120 * 604/1000"),
    ("gas", "stationary_combustion", GAS, "1", "万Nm3", "12 * 38931/100 * 153/10000 * 99/100 * 44/12"),
    ("gas in Nm3", "stationary_combustion", GAS, "10000", "Nm3", "12 * 38931/100 * 153/10000 * 99/100 * 44/12"),
    ("heat value and factor", "stationary_combustion", {"ncv": ("43", "GJ/t"), "ef": ("0.07", "tCO2/GJ")}, "1", "t", "12 * 43 * 7/100"),
    ("factor per unit", "mobile_combustion", {"ef": ("3.1", "tCO2/t")}, "1000", "kg", "12 * 31/10"),
    ("heat as such", "stationary_combustion", BURNED, "1", "GJ", "12 * 153/10000 * 99/100 * 44/12"),
    ("half from biomass", "stationary_combustion", {"ef": ("2", "tCO2/t"), "biomass_fraction": ("50", "%")}, "1", "t", "12"),
    ("carbonate", "process", {"ef": ("0.44", "tCO2/t"), "purity": ("0.9", ""), "conversion": ("1", "")}, "1", "t", "12 * 9/10 * 44/100"),
    ("carbon in", "mass_balance_in", {"carbon_fraction": ("0.75", "tC/t")}, "1", "t", "12 * 3/4 * 44/12"),
    ("carbon out", "mass_balance_out", {"carbon_fraction": ("75", "%")}, "1", "t", "-12 * 3/4 * 44/12"),
]


@pytest.mark.parametrize(
    ("category", "given_factors", "quantity", "unit", "tonnes"), [row[1:] for row in METHODS], ids=[row[0] for row in METHODS]
)
def test_each_kind_of_source_has_its_method(
    category: str, given_factors: dict[str, tuple[str, str]], quantity: str, unit: str, tonnes: str
) -> None:
    expected = Fraction(1)
    for part in tonnes.split(" * "):
        expected *= Fraction(part)
    result = only(report(source(category=category), rows=year_of(quantity, unit), given=factors(given_factors)))
    assert result.reasons == ()
    assert result.recalculated == expected
    assert result.steps[0].label == "step.quantity"
    assert result.steps[-1].value == expected


def test_a_measured_source_is_hours_times_flow_times_concentration() -> None:
    rows = tuple(
        MeasurementRow(
            sheet="m",
            row=month,
            source_id="S",
            period=f"2021-{month:02d}",
            hours="700",
            flow="20",
            concentration="180",
            gas="CO2",
            biomass_fraction="0.5",
        )
        for month in range(1, 13)
    )
    assert only(report(source(category="连续监测"), measured=rows)).recalculated == 12 * 700 * 20 * 180 * Fraction(1, 2000)
    assert only(report(source(category="measured"), measured=(*rows[1:], replace(rows[0], gas="N2O")))).reasons[0].code == "gas_not_in_pack"


def months(**changed: str) -> list[tuple[str, str, str]]:
    return [(f"2021-{month:02d}", changed.get(f"m{month}", "10"), "MWh") for month in range(1, 13)]


UNKNOWN = [
    ("a missing month", months()[1:], "missing_period", 110),
    ("a blank", months(m3=""), "blank_quantity", 110),
    ("text that is no number", months(m3="see annex"), "non_numeric", 110),
    ("a negative quantity", months(m3="-10"), "negative_quantity", 110),
    ("contradicting duplicates", [*months(), ("2021-03", "11", "MWh")], "duplicate_period", 110),
    ("a duplicate that is blank", [*months(), ("2021-03", "", "MWh")], "blank_quantity", 110),
    ("a unit that cannot measure it", [*months()[1:], ("2021-01", "10", "t")], "unit_mismatch", 110),
    ("a unit nobody knows", [*months()[1:], ("2021-01", "10", "buckets")], "unit_mismatch", 110),
    ("a period nobody can read", [*months(), ("spring", "10", "MWh")], "unreadable_period", 120),
    ("the year beside its months", [*months(), ("2021", "120", "MWh")], "duplicate_period", 0),
    ("no data at all", [], "source_without_data", 0),
]


@pytest.mark.parametrize(("rows", "code", "known"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_is_unknown_makes_its_source_incomplete(rows: list[tuple[str, str, str]], code: str, known: int) -> None:
    calculation = calculate(report(rows=activity(*rows)), beijing())
    result = calculation.sources[0]
    assert not result.complete
    assert result.recalculated is None
    assert code in [reason.code for reason in result.reasons]
    assert result.known == known * Fraction("0.604")
    assert calculation.recalculated_total is None
    assert calculation.recalculated_known == result.known


KNOWN = [
    ("an exact duplicate counts once", [*months(), ("2021-03", "10.0", "MWh")], "duplicate_period"),
    ("a duplicate in another unit counts once", [*months(), ("2021-03", "10,000", "kWh")], "duplicate_period"),
    ("a row outside the year is left out", [*months(), ("2020-12", "10", "MWh")], "outside_year"),
]


@pytest.mark.parametrize(("rows", "code"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN])
def test_oddities_that_leave_the_number_known(rows: list[tuple[str, str, str]], code: str) -> None:
    result = only(report(rows=activity(*rows)))
    assert result.recalculated == 120 * Fraction("0.604")
    assert [note.code for note in result.notes if note.code != "reported_unreadable"] == [code]


def test_zero_is_zero() -> None:
    assert only(report(rows=year_of("0"))).recalculated == 0


@pytest.mark.parametrize("period", ["2021", "2021年", "２０２１"])
def test_a_whole_year_is_one_quantity(period: str) -> None:
    assert only(report(rows=activity((period, "120", "MWh")))).recalculated == 120 * Fraction("0.604")


def test_data_of_an_unknown_source_are_listed_and_change_nothing() -> None:
    calculation = calculate(report(rows=(*year_of("10"), *activity(("2021-01", "5", "MWh"), source_id="X"))), beijing())
    assert calculation.recalculated_total == 120 * Fraction("0.604")
    assert [(row.source_id, row.quantity) for row in calculation.unassigned] == [("X", "5")]


FACTORS = [
    ("missing", {"oxidation": ("99", "%"), "ncv": ("389.31", "GJ/10^4 Nm3")}, "missing_factor"),
    ("blank", GAS | {"oxidation": ("", "1")}, "factor_blank"),
    ("no number", GAS | {"ncv": ("about 390", "GJ/10^4 Nm3")}, "factor_non_numeric"),
    ("above one", GAS | {"oxidation": ("99", "1")}, "factor_out_of_range"),
    ("in a wrong unit", GAS | {"carbon_content": ("0.0153", "tCO2/GJ")}, "factor_unit"),
]


@pytest.mark.parametrize(("given_factors", "code"), [row[1:] for row in FACTORS], ids=[row[0] for row in FACTORS])
def test_a_factor_that_cannot_be_used_leaves_the_source_unknown(given_factors: dict[str, tuple[str, str]], code: str) -> None:
    result = only(report(source(category="stationary_combustion"), rows=year_of("1", "万Nm3"), given=factors(given_factors)))
    assert [reason.code for reason in result.reasons] == [code]


def test_a_sources_own_factor_wins_and_a_months_wins_over_the_years() -> None:
    of_kind = factors({"ef": ("0.5", "tCO2/MWh")}, "*:外购电力:Grid Electricity")
    own = factors({"ef": ("0.6", "tCO2/MWh")})
    march = tuple(replace(row, period="2021年3月", value="1.6") for row in own)
    assert only(report(rows=year_of("10"), given=of_kind)).recalculated == 60
    assert only(report(rows=year_of("10"), given=of_kind + own)).recalculated == 72
    assert only(report(rows=year_of("10"), given=march + of_kind + own)).recalculated == 82
    assert only(report(rows=year_of("10"), given=own + tuple(replace(row, value="0.7") for row in own))).recalculated is None


def test_mobile_sources_are_reported_but_do_not_count() -> None:
    electric, mobile = source("S", reported="72.48"), source("M", "mobile_combustion")
    rows = (*year_of("10"), *activity(("2021", "5", "t"), source_id="M"))
    given_factors = factors(POWER) + factors({"ef": ("3", "tCO2/t")}, "M")
    calculation = calculate(report(electric, mobile, rows=rows, given=given_factors), beijing())
    assert [(result.source_id, result.counts) for result in calculation.sources] == [("S", True), ("M", False)]
    assert calculation.recalculated_total == 120 * Fraction("0.604")


def test_the_total_is_the_sum_of_the_rounded_categories() -> None:
    heat = source("H", "purchased_heat")
    rows = (*activity(("2021", "2.5", "MWh")), *activity(("2021", "2.5", "GJ"), source_id="H"))
    given_factors = factors({"ef": ("1", "tCO2/MWh")}) + factors({"ef": ("1", "tCO2/GJ")}, "H")
    calculation = calculate(
        report(source(), heat, rows=rows, given=given_factors, totals=(TotalRow(sheet="t", row=2, category="合计"),)), beijing()
    )
    assert calculation.recalculated_total == 5
    assert calculation.rounded_total == 6


WRITTEN = "? -1 0 1e99 1e-99 % 50% t MWh GJ/t tCO2/MWh tC/GJ 2021 2021-03 2021-13 ef ncv oxidation carbon_content carbon_fraction"
ODD = st.sampled_from(["", " ", *WRITTEN.split(), "*:::", "*", "S", "process", "固定燃烧", "measured", "no", "default", "total"])


@settings(deadline=None)
@given(st.data())
def test_no_value_however_odd_stops_the_calculation(data: st.DataObject) -> None:
    """A wrong value is evidence: it is kept and flagged, and what cannot be known is None."""
    handed_in = replace(report(rows=year_of("10"), given=factors(GAS | POWER), totals=(TotalRow(sheet="t", row=2),)), crosschecks=())
    for name in ("sources", "activity", "factors", "totals"):
        rows = getattr(handed_in, name)
        place = data.draw(st.integers(0, len(rows) - 1))
        columns = [column for column in type(rows[place]).__dataclass_fields__ if column not in Row.__dataclass_fields__]
        row = replace(
            rows[place], **{data.draw(st.sampled_from(columns)): data.draw(ODD), data.draw(st.sampled_from(columns)): data.draw(ODD)}
        )
        handed_in = replace(handed_in, **{name: (*rows[:place], row, *rows[place + 1 :])})
    calculation = calculate(handed_in, beijing())
    incomplete = [result for result in calculation.sources if result.counts and not result.complete]
    assert (calculation.recalculated_total is None) is bool(incomplete)
    assert all(result.reasons for result in incomplete)


@settings(deadline=None, max_examples=10)
@given(st.integers())
def test_the_order_of_rows_never_matters(seed: int) -> None:
    handed_in = park("park-2021-errors")
    shuffle = random.Random(seed)
    tables = ("sources", "activity", "factors", "crosschecks", "meters", "totals")
    shuffled = {name: tuple(shuffle.sample(getattr(handed_in, name), len(getattr(handed_in, name)))) for name in tables}
    before, after = calculate(handed_in, beijing()), calculate(replace(handed_in, **shuffled), beijing())
    assert after.recalculated_known == before.recalculated_known
    assert {result.source_id: (result.recalculated, result.known) for result in after.sources} == {
        result.source_id: (result.recalculated, result.known) for result in before.sources
    }
    places = [{(flag.code, flag.source, flag.period) for flag in calculation.flags} for calculation in (before, after)]
    assert places[0] == places[1]
    assert fingerprint(replace(handed_in, **shuffled), "G-058") == fingerprint(handed_in, "G-058")


@given(st.decimals(0, 10**6, places=6), st.lists(st.decimals(0, 1, places=3), min_size=12, max_size=12))
def test_a_quantity_split_over_the_months_gives_the_same_tonnes(quantity: object, parts: list[object]) -> None:
    shares = [Fraction(str(part)) for part in parts]
    shares[-1] = Fraction(100) - sum(shares[:-1])
    year = Fraction(str(quantity))
    rows = [(f"2021-{month:02d}", plain(year * share / 100), "MWh") for month, share in enumerate(shares, 1)]
    assert only(report(rows=activity(*rows))).recalculated == only(report(rows=activity(("2021", plain(year), "MWh")))).recalculated


CHANGES = [
    ("activity", "quantity"),
    ("factors", "value"),
    ("sources", "reported_tco2"),
    ("crosschecks", "quantity"),
    ("meters", "valid_until"),
]


@pytest.mark.parametrize(("table", "column"), CHANGES)
def test_a_fingerprint_changes_with_anything_its_number_rests_on(table: str, column: str) -> None:
    handed_in = park("park-2021-errors")
    names = {"E-027", "*:purchased_electricity:grid electricity", "M-E-027"}
    rows = list(getattr(handed_in, table))
    place = next(index for index, row in enumerate(rows) if {getattr(row, "source_id", ""), getattr(row, "meter_id", "")} & names)
    rows[place] = replace(rows[place], **{column: "1"})
    changed = replace(handed_in, **{table: tuple(rows)})
    assert fingerprint(changed, "E-027") != fingerprint(handed_in, "E-027")
    assert fingerprint(changed, "G-058") == fingerprint(handed_in, "G-058")
    assert facility_fingerprint(changed, "B027") == facility_fingerprint(handed_in, "B027")
