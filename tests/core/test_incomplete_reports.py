"""What is left out, listed twice or in no method's reach still has a defined result."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.core.reported import beijing, report, source, year_of
from verifier.core.calculation.methods import method_of
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import UnknownReason
from verifier.core.errors import Refusal
from verifier.core.report.rows import TotalRow
from verifier.core.sampling import plan as plans
from verifier.core.sampling.plan import Method
from verifier.core.sampling.population import sites


def test_a_category_without_an_admitted_method_has_an_unknown_amount() -> None:
    assert method_of("flaring", {}, (), Fraction(44, 12)) == UnknownReason("method_not_in_pack", values=(("category", "flaring"),))


def test_a_source_listed_twice_is_a_note_where_both_rows_say_the_same_and_unknown_where_they_do_not() -> None:
    once = calculate(report(source(), rows=year_of("10")), beijing())
    same = calculate(report(source(), replace(source(), row=3), rows=year_of("10")), beijing())
    other = calculate(report(source(), replace(source(), row=3, name="another"), rows=year_of("10")), beijing())
    assert once.recalculated_total == same.recalculated_total
    assert "duplicate_source" in [note.code for note in same.sources[0].notes]
    assert "duplicate_source" in [reason.code for reason in other.sources[0].reasons]


def test_a_total_of_rounded_parts_is_rounded_once_where_the_pack_says_so() -> None:
    pack = beijing()
    handed_in = report(source("S"), source("T"), rows=year_of("0.06"))
    once = replace(pack, rounding=replace(pack.rounding, total="rounded_sum"))
    assert calculate(handed_in, once).recalculated_total == calculate(handed_in, pack).recalculated_total


def test_an_incomplete_calculation_totals_as_reported_and_else_what_is_known() -> None:
    rows = year_of("10")[:6]
    known = calculate(report(source(), rows=rows), beijing())
    stated = calculate(
        report(source(), rows=rows, totals=(TotalRow(sheet="totals", row=2, category="total", reported_tco2="70"),)), beijing()
    )
    assert known.recalculated_total is None
    assert plans.total_of(known) == known.recalculated_known
    assert plans.total_of(stated) == 70


def test_a_site_whose_sources_are_incomplete_is_said_to_be_and_a_source_without_site_is_none() -> None:
    handed_in = report(source("S", facility_id="F-1"), source("T"), rows=year_of("10")[:6])
    assert sites(handed_in, calculate(handed_in, beijing())).items == ()


def test_a_pack_without_sampling_admits_no_method() -> None:
    with pytest.raises(Refusal, match=r"data\.sample\.method"):
        plans.admitted(replace(beijing(), sampling=None), Method.LADDER)
