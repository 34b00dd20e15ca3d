"""Each rule of what looks wrong: one case it must see, one as near as can be that it must not, and what is blank or unknown."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.core.reported import activity, beijing, factors, park, report, source
from verifier.core import datachecks
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Flag
from verifier.core.datachecks import families
from verifier.core.datachecks.flag_resolution import Disposition, FlagState, keyed, state
from verifier.core.monitoring_plan import of_workbook
from verifier.core.report.monthly_readings import read_activity
from verifier.core.report.rows import ActivityRow, CrosscheckRow, MeterRow, PlanRow, ReportedReport, TotalRow

FLAT = [10.1234, 10.2345, 9.8765, 10.3456, 9.7654, 10.4567, 9.6543, 10.5678, 9.5432, 10.6789, 9.4321, 10.7891]


def months(*amounts: object, **more: str) -> tuple[ActivityRow, ...]:
    """A year of quantities, `more` on its fifth month."""
    rows = list(activity(*((f"2021-{month:02d}", str(amount), "MWh") for month, amount in enumerate(amounts, 1))))
    rows[4] = replace(rows[4], **more)
    return tuple(rows)


def year(fifth: object = FLAT[4], **more: str) -> ReportedReport:
    """An even year, but for its fifth month."""
    amounts: list[object] = [*FLAT]
    amounts[4] = fifth
    return report(source(meter_id="M"), rows=months(*amounts, **more))


def flags(handed_in: ReportedReport, previous: ReportedReport | None = None, plan: ReportedReport | None = None) -> tuple[Flag, ...]:
    """What the rules say with last year's report or the plan references."""
    pack, found = beijing(), calculate(handed_in, beijing())
    readings = {
        row.source_id: read_activity([each for each in handed_in.activity if each.source_id == row.source_id], handed_in.year)
        for row in handed_in.sources
    }
    return datachecks.flags(handed_in, pack, readings, found.sources, found.unassigned, previous=previous, plan=plan)


MONTHS: list[tuple[str, object, dict[str, str], bool]] = [
    ("outlier", "52.11", {}, True),
    ("outlier", "29.11", {}, False),
    ("outlier", "", {}, False),
    ("digit_transposition", "97.654", {}, False),
    ("metering_gap", FLAT[4], {"missing_hours": "75"}, True),
    ("metering_gap", FLAT[4], {"missing_hours": "74"}, False),
    ("metering_gap", FLAT[4], {"missing_hours": ""}, False),
    ("metering_gap", FLAT[4], {"missing_hours": "many"}, True),
    ("rounded_data", "10", {}, True),
    ("rounded_data", "9.7", {}, False),
    ("rounded_data", "0", {}, False),
    ("repeated_value", FLAT[3], {}, True),
    ("repeated_value", "10.3457", {}, False),
    ("repeated_value", "", {}, False),
    ("blank_quantity", "", {}, True),
    ("blank_quantity", "0", {}, False),
    ("negative_quantity", "-9.7654", {}, True),
]


@pytest.mark.parametrize(("code", "fifth", "more", "flagged"), MONTHS)
def test_a_month_is_flagged_at_its_place_and_its_near_miss_is_not(code: str, fifth: object, more: dict[str, str], flagged: bool) -> None:
    found = [flag for flag in flags(year(fifth, **more)) if flag.code == code and flag.caused_by is None]
    assert [(flag.period, flag.sheet, flag.row) for flag in found] == ([("2021-05", "activity", 6)] if flagged else [])


def test_two_digits_swapped_are_told_by_the_size_of_the_month() -> None:
    (found,) = [flag for flag in flags(year("18.9321")) if flag.code in ("digit_transposition", "outlier")] or [None]
    assert found is None, "81.9 for 18.9 is far; 18.9 among tens swaps to 81.9, which fits nothing"
    steady = report(rows=months(*[18.9 + place / 100 for place in range(4)], 81.9, *[18.9 + place / 100 for place in range(7)]))
    (swapped,) = [flag for flag in flags(steady) if flag.code == "outlier"]
    assert (swapped.period, dict(swapped.values)["right"]) == ("2021-05", "18.9")
    assert [flag for flag in flags(steady) if flag.code == "digit_transposition"] == [], "nothing proves it"


def test_two_digits_swapped_in_the_tonnes_explain_why_they_do_not_recalculate() -> None:
    handed_in = report(source(reported="74.82"), rows=activity(*((f"2021-{month:02d}", "10.4276", "MWh") for month in range(1, 13))))
    assert round(float(calculate(handed_in, beijing()).sources[0].known), 2) == 75.58
    swapped = report(source(reported="57.58"), rows=handed_in.activity)
    found = {flag.code: flag.caused_by for flag in flags(swapped) if flag.code in ("digit_transposition", "arithmetic_difference")}
    assert found == {"digit_transposition": None, "arithmetic_difference": "digit_transposition"}


METERS = [(MeterRow(sheet="meters", row=2, meter_id="M"), 0), (MeterRow(sheet="meters", row=2, meter_id="M2"), 1), (None, 1)]


@pytest.mark.parametrize(("meter", "count"), METERS)
def test_a_meter_must_be_listed(meter: MeterRow | None, count: int) -> None:
    handed_in = replace(year(), meters=(meter,) if meter else ())
    assert len([flag for flag in flags(handed_in) if flag.code == "meter_unknown"]) == count


FACTORS = [
    ("0.604", "F_beijing", "default", []),
    ("0.604", "", "default", []),
    ("0.61", "F_beijing", "default", ["default_factor_altered"]),
    ("0.604", "no_such_table", "default", ["factor_not_in_table"]),
    ("0.604", "no_such_table", "measured", []),
    ("", "F_beijing", "default", []),
]


@pytest.mark.parametrize(("value", "table", "basis", "codes"), FACTORS)
def test_a_factor_called_a_default_is_the_published_one(value: str, table: str, basis: str, codes: list[str]) -> None:
    rows = tuple(replace(row, basis=basis, table=table) for row in factors({"ef": (value, "tCO2/MWh")}))
    handed_in = report(rows=year().activity, given=rows)
    watched = ("default_factor_altered", "factor_not_in_table", "factor_expired")
    assert [flag.code for flag in flags(handed_in) if flag.code in watched] == codes


def test_a_default_of_all_sources_of_a_kind_weighs_what_they_come_to() -> None:
    def altered(source_id: str) -> list[Flag]:
        rows = tuple(replace(row, basis="default", table="F_beijing") for row in factors({"ef": ("0.61", "tCO2/MWh")}, source_id))
        return [flag for flag in flags(report(rows=year().activity, given=rows)) if flag.code == "default_factor_altered"]

    (of_kind,), (of_source,) = altered("*:purchased_electricity:grid electricity"), altered("S")
    assert (of_kind.source, of_source.source) == (None, "S")
    assert of_kind.tonnes == of_source.tonnes
    assert altered("nobody") == []


def test_an_independent_record_of_the_month_is_part_of_what_a_flag_rests_on() -> None:
    def fingerprint(*checks: CrosscheckRow) -> str:
        handed_in = replace(year("", missing_hours="75"), crosschecks=checks)
        return next(each.fingerprint for each in keyed(flags(handed_in), handed_in, {}) if each.main.period == "2021-05")

    bill = CrosscheckRow(sheet="crosschecks", row=2, source_id="S", period="2021-05", quantity="9.5", unit="MWh")
    assert fingerprint() == fingerprint(replace(bill, source_id="other"))
    assert fingerprint() != fingerprint(bill) != fingerprint(replace(bill, quantity="9.6"))


def last_year(change: Callable[[ReportedReport], ReportedReport] = lambda given: given) -> ReportedReport:
    """The park's report of the year before."""
    given = park()
    rows = tuple(replace(row, period=row.period.replace("2021", "2020")) for row in given.activity)
    return change(replace(given, year=2020, activity=rows))


def test_last_years_report_shows_what_is_gone_and_what_changed() -> None:
    def changed(given: ReportedReport) -> ReportedReport:
        gone = replace(given.sources[0], row=900, source_id="E-900", name="Old hall", reported_tco2="120.5")
        nothing = replace(gone, row=901, source_id="E-901", reported_tco2="0")
        less = tuple(replace(row, reported_tco2="100") if row.source_id == "E-061" else row for row in given.sources)
        slightly = tuple(replace(row, reported_tco2="1200") if row.source_id == "E-062" else row for row in less)
        return replace(given, sources=(*slightly, gone, nothing))

    found = flags(park(), previous=last_year(changed))
    told = {(flag.code, flag.source, flag.sheet, flag.tonnes) for flag in found if flag.code in ("disappeared", "year_on_year")}
    assert told == {("disappeared", "E-900", "sources", -120.5), ("year_on_year", "E-061", "sources", None)}
    assert [flag for flag in flags(park()) if flag.code in ("disappeared", "year_on_year")] == []


def test_a_plan_at_hand_is_believed_before_the_report() -> None:
    plan = of_workbook(ReportedReport(year=2021, kind="plan", plan=(PlanRow(sheet="plan", row=2, source_id="T"),)))
    said = replace(year(), sources=(source(in_plan="yes"),))
    assert [flag.message for flag in flags(said, plan=plan) if flag.code == "not_in_plan"] == ["flag.not_in_plan.contradicted"]
    assert [flag for flag in flags(said) if flag.code == "not_in_plan"] == []


def test_a_bodys_own_tolerance_comes_before_the_packs() -> None:
    check = CrosscheckRow(sheet="crosschecks", row=2, source_id="S", period="2021-05", quantity="10", unit="MWh")
    handed_in = replace(year(), crosschecks=(check,))
    found = calculate(handed_in, beijing())
    readings = {"S": read_activity(handed_in.activity, 2021)}
    told = [
        [flag.code for flag in datachecks.flags(handed_in, beijing(), readings, found.sources, (), body=body) if "check" in flag.code]
        for body in (None, {"crosscheck_difference": beijing().crosscheck_tolerance * 5})
    ]
    assert told == [["crosscheck_difference"], []]


@settings(deadline=None, max_examples=20)
@given(seed=some.integers(0, 10**6))
def test_the_order_of_rows_never_matters(seed: int) -> None:
    given = park("park-2021-errors")
    rows = [row for row in given.activity if row.source_id not in ("G-120",)]
    chance = Random(seed)
    chance.shuffle(rows)
    sources = list(given.sources)
    chance.shuffle(sources)
    few = replace(given, sources=tuple(sources[:40]), activity=tuple(rows))
    straight = replace(
        few, sources=tuple(sorted(few.sources, key=lambda row: row.row)), activity=tuple(sorted(rows, key=lambda row: row.row))
    )
    assert calculate(few, beijing()).flags == calculate(straight, beijing()).flags


STATES = [
    (None, FlagState.OPEN),
    (Disposition("same", raised=False), FlagState.DISMISSED),
    (Disposition("other", raised=False), FlagState.CHANGED),
    (Disposition("other", raised=True, finding_open=True), FlagState.FINDING),
    (Disposition("same", raised=True), FlagState.FINDING),
    (Disposition("other", raised=True), FlagState.CHANGED),
    (Disposition("same", raised=True, finding_withdrawn=True), FlagState.OPEN),
]


@pytest.mark.parametrize(("given", "expected"), STATES)
def test_where_a_flag_stands(given: Disposition | None, expected: FlagState) -> None:
    (flag, *_) = keyed(flags(year("")), year(""), {"S": "whole"})
    named = replace(flag, fingerprint="same")
    assert state(named, given) is expected


def test_a_flag_keeps_its_key_and_hash_when_rows_move_and_loses_the_hash_when_the_value_changes() -> None:
    def of(handed_in: ReportedReport) -> dict[str, str]:
        return {each.key: each.fingerprint for each in keyed(flags(handed_in), handed_in, {}) if each.main.code == "metering_gap"}

    first = year(missing_hours="100")
    moved = replace(first, activity=tuple(replace(row, row=row.row + 50) for row in first.activity))
    assert of(first) == of(moved)
    changed = of(year("9.9", missing_hours="100"))
    assert changed.keys() == of(first).keys()
    assert changed != of(first)


EFFECTS: list[tuple[str, dict[int, str], str, dict[str, float | None]]] = [
    ("the tonnes stated rest on the month three places off", {4: "9765.4"}, "5965.78", {"factor_of_thousand": 5892.41}),
    ("they rest on the month as it should be", {4: "9765.4"}, "73.37", {"factor_of_thousand": 0}),
    ("they lie elsewhere", {4: "9765.4"}, "83.37", {"factor_of_thousand": 10}),
    ("they leave the blank month out", {4: ""}, "67.47", {"blank_quantity": -6.18}),
    ("they have the blank month in them", {4: ""}, "73.59", {"blank_quantity": 0}),
    ("they have two blank months in them", {4: "", 7: ""}, "73.5", {"blank_quantity": 0}),
    ("they have what nothing explains in them", {4: ""}, "773.59", {"blank_quantity": None}),
    ("digits swapped in the tonnes stated are all they are off by", {}, "37.37", {"digit_transposition": -36}),
]
"""What is wrong, the months written otherwise, the tonnes stated (73.37 is right), the effect of each kind on the reported total."""


@pytest.mark.parametrize(("wrong", "written", "stated", "effects"), EFFECTS, ids=[each[0] for each in EFFECTS])
def test_what_is_wrong_in_the_data_weighs_in_the_reported_total_as_far_as_that_rests_on_it(
    wrong: str, written: dict[int, str], stated: str, effects: dict[str, float | None]
) -> None:
    handed_in = report(source(reported=stated), rows=months(*(written.get(at, amount) for at, amount in enumerate(FLAT))))
    found = {family.main.code: family.effect for family in families(flags(handed_in)) if family.main.code in effects}
    assert found.keys() == effects.keys(), wrong
    for code, effect in effects.items():
        assert (effect if found[code] is None else float(found[code] or 0)) == pytest.approx(effect, abs=0.07), wrong
        assert (found[code] is None) == (effect is None), wrong


def test_a_source_without_data_weighs_what_it_states_and_nobody_knows_what_is_right() -> None:
    found = {family.main.code: family for family in families(flags(report(source(reported="73.37"), rows=[])))}
    assert (found["source_without_data"].weight, found["source_without_data"].effect) == (Decimal("73.37"), None)


def test_the_same_error_in_many_months_is_one_effect() -> None:
    (gap,) = [each for each in families(calculate(park(), beijing()).flags) if each.main.source == "E-102"]
    assert gap.effect == gap.weight == sum(flag.tonnes or 0 for flag in (gap.main, *gap.consequences))


def test_what_follows_hangs_below_the_flag_of_its_own_source() -> None:
    every = families(flags(replace(year(""), totals=(TotalRow(sheet="totals", row=2, category="total", reported_tco2="1"),))))
    (blank,) = [family for family in every if family.main.code == "blank_quantity"]
    assert all(flag.source == "S" for flag in blank.consequences)
    assert not [family for family in every if family.main.caused_by]


def test_a_category_is_compared_with_last_year_by_its_own_tolerance() -> None:
    def totals(given: ReportedReport, tonnes: str) -> ReportedReport:
        rows = [replace(row, reported_tco2=tonnes) if row.category_code != "total" else row for row in given.totals[:1]]
        return replace(given, totals=(*rows, *given.totals[1:]))

    now = totals(park(), "1260")
    told = [flag.message for flag in flags(now, previous=last_year(lambda given: totals(given, "1000"))) if flag.code == "year_on_year"]
    same = [flag.message for flag in flags(now, previous=last_year(lambda given: totals(given, "1010"))) if flag.code == "year_on_year"]
    assert ("flag.year_on_year.category" in told, "flag.year_on_year.category" in same) == (True, False)
