"""A corrected report against the last: what changed, what it comes to, and what nobody asked for."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from tests.core.reported import GAS, activity, beijing, factors, park, report, source, year_of
from verifier.core.calculation.recalculation import calculate
from verifier.core.report.differences import ChangeKind
from verifier.core.report.rows import CrosscheckRow, FacilityRow, MeterRow, ReportedReport, SourceRow, TotalRow
from verifier.core.report.version_changes import Change, Judged, RequestedChange, SourceKinds, changes, judge

METER = MeterRow(sheet="meters", row=2, meter_id="M-1", model="X", valid_until="2021-12-31")
OLD = replace(
    report(
        source(reported="724.8", meter_id="M-1", facility_id="F-1"),
        source("T", reported="60.4", facility_id="F-2"),
        rows=(*year_of("100"), *activity(("2021", "100", "MWh"), source_id="T")),
        given=(*factors({"ef": ("0.604", "tCO2/MWh")}), *factors({"ef": ("0.604", "tCO2/MWh")}, "T")),
        totals=(
            TotalRow(sheet="totals", row=2, category="purchased_electricity", reported_tco2="785"),
            TotalRow(sheet="totals", row=3, category="total", reported_tco2="785"),
        ),
    ),
    facilities=(FacilityRow(sheet="facilities", row=2, facility_id="F-1", name="Works"),),
    meters=(METER,),
    crosschecks=(CrosscheckRow(sheet="crosschecks", row=2, source_id="S", period="2021-03", quantity="100", unit="MWh"),),
    unit={"unit_name": "Park", "report_version": "1", "legal_representative": "Li"},
)


def compared(old: ReportedReport, new: ReportedReport) -> tuple[Change, ...]:
    pack = beijing()
    return changes(old, new, calculate(old, pack), calculate(new, pack))


def month(quantity: str, period: str = "2021-03", unit: str = "MWh") -> ReportedReport:
    """The old report with one month of S otherwise."""
    rows = [replace(row, quantity=quantity, unit=unit) if (row.source_id, row.period) == ("S", period) else row for row in OLD.activity]
    return replace(OLD, activity=tuple(rows))


def with_source(key: str, of: ReportedReport = OLD, **more: str) -> ReportedReport:
    return replace(of, sources=tuple(replace(row, **more) if row.source_id == key else row for row in of.sources))


def with_total(tonnes: str, of: ReportedReport) -> ReportedReport:
    return replace(of, totals=tuple(replace(row, reported_tco2=tonnes) for row in of.totals))


def test_a_report_against_itself_changed_nothing_whatever_the_order_and_the_spelling() -> None:
    rows = list(OLD.activity)
    Random(1).shuffle(rows)
    respelt = [replace(row, quantity="１００.00", period=row.period.replace("-", "/")) for row in rows]
    same = replace(OLD, activity=tuple(respelt), unit={**OLD.unit, "report_version": "2", "prepared_on": "2022-05-01"})
    assert compared(OLD, same) == ()


TOLD = [
    ("a quantity", month("150"), "activity", "quantity", ChangeKind.CHANGED, ("100", "150"), Fraction("30.2")),
    ("a blank that was filled has no known before", month(""), "activity", "quantity", ChangeKind.CHANGED, ("100", ""), None),
    ("a unit", month("100", unit="kWh"), "activity", "unit", ChangeKind.CHANGED, ("MWh", "kWh"), Fraction("-60.3396")),
    (
        "a month that went",
        replace(OLD, activity=OLD.activity[1:]),
        "activity",
        "quantity",
        ChangeKind.REMOVED,
        ("100", ""),
        Fraction("-60.4"),
    ),
    (
        "reported tonnes",
        with_source("S", reported_tco2="755"),
        "sources",
        "reported_tco2",
        ChangeKind.CHANGED,
        ("724.8", "755"),
        Fraction("30.2"),
    ),
    ("a word", with_source("S", owner="Lin"), "sources", "owner", ChangeKind.CHANGED, ("", "Lin"), None),
    (
        "a source that came",
        replace(OLD, sources=(*OLD.sources, source("N", reported="5"))),
        "sources",
        "reported_tco2",
        ChangeKind.ADDED,
        ("", "5"),
        Fraction(5),
    ),
    (
        "a factor",
        replace(OLD, factors=(replace(OLD.factors[0], value="0.5"), *OLD.factors[1:])),
        "factors",
        "value",
        ChangeKind.CHANGED,
        ("0.604", "0.5"),
        Fraction("-124.8"),
    ),
    (
        "a meter",
        replace(OLD, meters=(replace(METER, valid_until="2022-12-31"),)),
        "meters",
        "valid_until",
        ChangeKind.CHANGED,
        ("2021-12-31", "2022-12-31"),
        None,
    ),
    ("the independent record", replace(OLD, crosschecks=()), "crosschecks", "quantity", ChangeKind.REMOVED, ("100", ""), None),
    (
        "a fact of the unit",
        replace(OLD, unit={**OLD.unit, "legal_representative": "Wu"}),
        "unit",
        "value",
        ChangeKind.CHANGED,
        ("Li", "Wu"),
        None,
    ),
]


@pytest.mark.parametrize(("why", "new", "sheet", "column", "how", "values", "tonnes"), TOLD)
def test_a_change_is_told_with_before_after_and_tonnes(
    why: str, new: ReportedReport, sheet: str, column: str, how: ChangeKind, values: tuple[str, str], tonnes: Fraction | None
) -> None:
    (found,) = compared(OLD, new)
    assert (found.sheet, found.column, found.how, (found.before, found.after), found.tonnes) == (sheet, column, how, values, tonnes), why


UNITS = [(month("120"), "MWh"), (with_source("S", reported_tco2="755"), "t CO2"), (with_source("S", owner="Lin"), "")]


@pytest.mark.parametrize(("new", "unit"), UNITS)
def test_a_change_says_what_its_values_are_counted_in(new: ReportedReport, unit: str) -> None:
    (found,) = compared(OLD, new)
    assert found.unit == unit


def test_a_quantity_and_its_unit_together_move_the_month_once() -> None:
    found = compared(OLD, month("120", unit="kWh"))
    assert [each.column for each in found] == ["quantity", "unit"]
    assert [each.unit for each in found] == ["", ""]
    assert sum((each.tonnes or 0 for each in found), Fraction()) == Fraction("0.07248") - Fraction("60.4")


def test_several_factors_of_one_source_are_not_told_apart_by_guesswork() -> None:
    gas = replace(
        OLD,
        sources=(source("G", "stationary_combustion", fuel="natural gas"),),
        activity=activity(("2021", "1", "10^4 Nm3"), source_id="G"),
        factors=factors(GAS, "G"),
    )
    both = replace(gas, factors=tuple(replace(row, value="98" if row.parameter == "oxidation" else row.value) for row in gas.factors))
    (alone,) = compared(gas, both)
    assert alone.tonnes is not None
    assert alone.tonnes < 0
    two = replace(both, factors=tuple(replace(row, value="390" if row.parameter == "ncv" else row.value) for row in both.factors))
    assert [each.tonnes for each in compared(gas, two)] == [None, None]


ON_S = RequestedChange("F-001", "source", "S")
IN_MARCH = RequestedChange("F-002", "source", "S", frozenset({"2021-03"}))
CORRECTED = with_total("815", with_source("S", month("150"), reported_tco2="755"))
ASKED = [
    ("its source", month("150"), [ON_S], []),
    ("its source and month", month("150"), [IN_MARCH], []),
    ("another month of the same source", month("150", "2021-04"), [IN_MARCH], ["activity"]),
    ("another source", with_source("T", reported_tco2="99"), [ON_S], ["sources"]),
    ("nobody", month("150"), [], ["activity"]),
    ("its own factor", TOLD[7][1], [ON_S], []),
    ("its own factor, where a month was asked for", TOLD[7][1], [IN_MARCH], ["factors"]),
    ("its meter", TOLD[8][1], [ON_S], []),
    ("its facility", replace(OLD, facilities=(replace(OLD.facilities[0], name="New"),)), [RequestedChange("F-3", "facility", "F-1")], []),
    ("a source of its facility", month("150"), [RequestedChange("F-3", "facility", "F-1")], []),
    ("a total that follows", CORRECTED, [IN_MARCH], []),
    ("a total that moved by more than what was asked for", with_total("900", CORRECTED), [IN_MARCH], ["totals", "totals"]),
    ("the report's totals", with_total("786", OLD), [RequestedChange("F-4", "report", "total_mismatch")], []),
    ("a total without reason", with_total("786", OLD), [ON_S], ["totals", "totals"]),
    ("a checklist item covers no number", month("150"), [RequestedChange("F-5", "checklist_item", "meters")], ["activity"]),
    ("a fact of the unit", TOLD[10][1], [ON_S], ["unit"]),
]


def judged(new: ReportedReport, asked: list[RequestedChange]) -> tuple[Judged, ...]:
    return judge(compared(OLD, new), asked, OLD, new)


@pytest.mark.parametrize(("why", "new", "asked", "unasked"), ASKED)
def test_what_nobody_asked_for_stands_out(why: str, new: ReportedReport, asked: list[RequestedChange], unasked: list[str]) -> None:
    assert [each.change.sheet for each in judged(new, asked) if not each.requested] == unasked, why


def test_what_nobody_asked_for_stands_at_the_top_and_the_rest_names_its_finding() -> None:
    rows = judged(with_source("T", CORRECTED, owner="Lin"), [IN_MARCH])
    assert rows[0].findings == ()
    assert {each.findings for each in rows[1:]} == {("F-002",)}


def test_the_park_corrected_changed_just_where_the_errors_were_planted() -> None:
    wrong, right = park("park-2021-errors"), park()
    found = compared(wrong, right)
    big = max((each for each in found if each.tonnes is not None and each.sheet == "activity"), key=lambda each: abs(each.tonnes or 0))
    assert (big.source, big.period) == ("E-095", "2021-01")
    assert {each.key for each in found} == {each.key for each in compared(replace(wrong, activity=wrong.activity[::-1]), right)}
    assert len({each.key for each in found}) == len(found) < 80


EXPORT = source("X", "exported_electricity", reported="-20", facility_id="F-1", meter_id="M-1")
BOILER = source("B", "stationary_combustion", name="Boiler house 3", reported="50", facility_id="F-1")
SHED = source("Q", name="Shed", reported="9")
OF_FACTORS = RequestedChange("F-4", "report", "factors")
KINDS = SourceKinds(deducted=frozenset({"X"}))
NAMED = RequestedChange("F-7", "missing_source", "N-001", name="N-001 Boiler house 3")
OF_FACILITY = RequestedChange("F-3", "facility", "F-1")


def with_new(*rows: SourceRow, of: ReportedReport = OLD) -> ReportedReport:
    return replace(of, sources=(*of.sources, *rows))


def findings_of(new: ReportedReport, asked: list[RequestedChange], sheet: str) -> list[tuple[str, ...]]:
    return [row.findings for row in judge(compared(OLD, new), asked, OLD, new, KINDS) if row.change.sheet == sheet]


ATTRIBUTED = [
    ("a deduction belongs to no finding on its facility", with_new(EXPORT), [OF_FACILITY], "sources", [()]),
    ("nor to one on a source it shares a meter with", with_new(EXPORT), [ON_S], "sources", [()]),
    ("nor to one on a missing source", with_new(EXPORT), [NAMED], "sources", [()]),
    ("it belongs to the finding on itself", with_new(EXPORT), [RequestedChange("F-8", "source", "X")], "sources", [("F-8",)]),
    ("a new source belongs to the finding that asked for it", with_new(BOILER), [NAMED], "sources", [("F-7",)]),
    ("and not to one on another source", with_new(BOILER), [ON_S], "sources", [()]),
    (
        "of two new ones only the named one does",
        with_new(source("Q", name="Shed", reported="9"), BOILER),
        [NAMED],
        "sources",
        [(), ("F-7",)],
    ),
    (
        "a meter that another source has too belongs to nobody",
        with_source("T", replace(OLD, meters=(replace(METER, valid_until="2022-12-31"),)), meter_id="M-1"),
        [ON_S],
        "meters",
        [()],
    ),
    (
        "a finding about factors asks for no total",
        with_total("786", OLD),
        [RequestedChange("F-4", "report", "factors")],
        "totals",
        [(), ()],
    ),
]


@pytest.mark.parametrize(("why", "new", "asked", "sheet", "findings"), ATTRIBUTED)
def test_a_change_belongs_to_the_finding_that_asked_for_it_or_to_nobody(
    why: str, new: ReportedReport, asked: list[RequestedChange], sheet: str, findings: list[tuple[str, ...]]
) -> None:
    assert findings_of(new, asked, sheet) == findings, why


def test_a_total_that_moved_by_what_its_sources_moved_is_no_change_of_its_own() -> None:
    both = with_source("T", with_total("785", with_source("S", month("150"), reported_tco2="755")), reported_tco2="30.2")
    rows = judge(compared(OLD, both), [IN_MARCH], OLD, both)
    assert [row.change.source for row in rows if not row.requested] == ["T"]
    lowered = with_total("756", with_source("T", reported_tco2="31"))
    rows = judge(compared(OLD, lowered), [], OLD, lowered)
    assert [(row.change.sheet, row.follows) for row in rows] == [("sources", False), ("totals", True), ("totals", True)]
