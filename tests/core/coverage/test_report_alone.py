"""Coverage of a report that nobody verified yet: recalculated numbers, published factors, and months that are unknown."""

from dataclasses import replace
from fractions import Fraction

from tests.core.reported import activity, beijing, factors, park, report, source, year_of
from verifier.core.calculation.recalculation import calculate
from verifier.core.coverage.assessment import CoverageAssessment
from verifier.core.coverage.procedures import CoverageKind, ProcedureMethod
from verifier.core.coverage.report_alone import coverage_of
from verifier.core.report.rows import ReportedReport


def coverage(of: ReportedReport) -> CoverageAssessment:
    pack = beijing()
    return coverage_of(calculate(of, pack), {row.source_id: row.fuel for row in of.sources}, pack, 2021)


def methods(found: CoverageAssessment, kind: CoverageKind) -> list[set[ProcedureMethod]]:
    return [{each.method for each in one.procedures} for one in found.rows if one.number.kind == kind]


def test_an_amount_is_recalculated_and_a_published_default_is_a_table_value_in_whatever_unit() -> None:
    for value, unit in (("0.604", "tCO2/MWh"), ("0.000604", "tCO2/kWh")):
        found = coverage(report(source(), rows=year_of("100"), given=factors({"ef": (value, unit)})))
        assert methods(found, CoverageKind.ACTIVITY) == [{ProcedureMethod.RECALCULATED}] * 12
        assert methods(found, CoverageKind.FACTOR) == [{ProcedureMethod.TABLE_VALUE}]


def test_a_factor_that_no_table_has_is_recalculated_only() -> None:
    found = coverage(report(source(), rows=year_of("100"), given=factors({"ef": ("0.5", "tCO2/MWh")})))
    assert methods(found, CoverageKind.FACTOR) == [{ProcedureMethod.RECALCULATED}]


def test_a_month_that_cannot_be_calculated_is_a_number_without_tonnes_that_nothing_was_done_on() -> None:
    rows = (*activity(("2021-01", "100", "MWh"), ("2021-02", "unreadable", "MWh")),)
    found = coverage(report(source(), rows=rows, given=factors({"ef": ("0.604", "tCO2/MWh")})))
    untested = [one.number for one in found.rows if not one.procedures]
    assert {each.period for each in untested} >= {"2021-02"}
    assert {each.tonnes for each in untested} == {Fraction()}


def test_sources_that_do_not_count_have_no_numbers_and_no_number_stands_twice() -> None:
    whole = park()
    found = coverage(whole)
    keys = [one.number.key for one in found.rows]
    assert len(keys) == len(set(keys))
    counted = {result.source_id for result in calculate(whole, beijing()).sources if result.counts}
    assert {one.number.source for one in found.rows} == counted
    vehicles = replace(whole, sources=tuple(replace(row, category="mobile_combustion") for row in whole.sources))
    assert not coverage(vehicles).rows
