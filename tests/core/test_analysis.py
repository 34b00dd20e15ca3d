"""Analytical procedures: what each line says, what stands out and why, and that the order of rows never matters."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.reported import activity, beijing, factors, park, report, source
from verifier.core.analysis.lines import WAITING, Analysis, AnalysisLevel, AnalysisLine, LineState, NotComparable, Pair, Procedure
from verifier.core.analysis.procedures import analyse
from verifier.core.calculation.recalculation import calculate
from verifier.core.report.rows import ActivityRow, ProductionRow, ReportedReport, TotalRow


def total(tonnes: str, category: str = "total") -> TotalRow:
    return TotalRow(sheet="totals", row=2, category=category, reported_tco2=tonnes)


def months(*quantities: str, source_id: str = "S", year: int = 2021, unit: str = "MWh") -> tuple[ActivityRow, ...]:
    """A year of months; one quantity stands for all of them."""
    twelve = quantities if len(quantities) == 12 else quantities * 12
    return activity(*((f"{year}-{month:02d}", each, unit) for month, each in enumerate(twelve, 1)), source_id=source_id)


def produced(*rows: tuple[str, str, str, str]) -> tuple[ProductionRow, ...]:
    return tuple(
        ProductionRow(sheet="production", row=number, product=product, period=period, quantity=quantity, unit=unit)
        for number, (product, period, quantity, unit) in enumerate(rows, 2)
    )


def looked(now: ReportedReport, then: ReportedReport | None = None, **body: str) -> Analysis:
    pack = beijing()
    before = calculate(then, pack) if then else None
    own = {code: Decimal(value) for code, value in body.items()}
    return analyse(now, calculate(now, pack), pack, previous=then, before=before, body=own)


def line(found: Analysis, key: str) -> AnalysisLine:
    return next(each for each in found.lines if each.key == key)


def year(tonnes: str, quantity: str = "100", *, of: int = 2021, unit: str = "MWh", **more: str) -> ReportedReport:
    """One electricity source that states its tonnes, and a total that agrees."""
    rows = months(quantity, year=of, unit=unit)
    return replace(
        report(source(reported=tonnes, **more), rows=rows, totals=(total(tonnes), total(tonnes, "purchased_electricity"))), year=of
    )


YEARS = [
    ("as before", "700", "700", "100", "100", False),
    ("a fifth more", "840", "700", "100", "100", False),
    ("half more", "1050", "700", "100", "100", True),
    ("half less", "350", "700", "100", "100", True),
    ("the tonnes as before, the quantity half more", "700", "700", "150", "100", True),
    ("nothing, as before", "0", "0", "0", "0", False),
    ("from nothing", "700", "0", "100", "100", True),
]


@pytest.mark.parametrize(("told", "now", "then", "took", "took_then", "out"), YEARS)
def test_a_source_stands_out_where_its_tonnes_or_its_quantity_moved_by_more_than_the_threshold(
    told: str, now: str, then: str, took: str, took_then: str, out: bool
) -> None:
    found = line(looked(year(now, took), year(then, took_then, of=2020)), "year_on_year/source/S")
    tonnes, (quantity,) = found.main, found.others
    assert (found.stands_out, tonnes.change, quantity.change) == (out, Decimal(now) - Decimal(then), 12 * (int(took) - int(took_then))), (
        told
    )


def test_years_are_compared_in_one_unit_and_a_category_in_the_base_unit_of_its_sources() -> None:
    found = looked(year("700", "100000", unit="kWh"), year("700", "100", of=2020))
    assert line(found, "year_on_year/source/S").others == (Pair("kWh", Fraction(1_200_000), Fraction(1_200_000)),)
    assert line(found, "year_on_year/category/purchased_electricity").others == (Pair("MWh", Fraction(1200), Fraction(1200)),)


def test_sources_that_came_and_went_stand_out_and_are_never_compared_with_nought() -> None:
    now = report(source("NEW", reported="10"), rows=months("1", source_id="NEW"), totals=(total("10"),))
    then = replace(report(source("OLD", reported="10"), rows=months("1", source_id="OLD", year=2020), totals=(total("10"),)), year=2020)
    found = looked(now, then)
    new, gone = line(found, "year_on_year/source/NEW"), line(found, "year_on_year/source/OLD")
    assert (new.not_comparable, new.main.then, new.main.change, new.stands_out) == ((NotComparable.NEW,), None, None, True)
    assert (gone.not_comparable, gone.main.now, gone.main.change, gone.stands_out) == ((NotComparable.GONE,), None, None, True)


def test_without_last_years_report_only_the_figure_the_unit_states_for_it_is_compared() -> None:
    stated = replace(year("700"), unit={"previous_year_tco2": "500"})
    (only,) = looked(stated).of(Procedure.YEAR_ON_YEAR)
    assert (only.of, only.main, only.stands_out) == (AnalysisLevel.TOTAL, Pair("tCO2", Fraction(700), Fraction(500)), True)
    both = looked(year("700"), year("500", of=2020))
    assert (looked(stated).last_total, looked(year("700")).last_total, both.last_total) == (500, None, None)
    (none,) = looked(year("700")).of(Procedure.YEAR_ON_YEAR)
    assert (none.not_comparable, none.stands_out, none.state(None)) == ((NotComparable.NO_LAST_YEAR,), False, LineState.INCOMPLETE)


def test_a_blank_is_unknown_and_its_line_says_so() -> None:
    now = year("", "100")
    now = replace(now, activity=(replace(now.activity[0], quantity=""), *now.activity[1:]))
    found = looked(now, year("700", of=2020))
    over = line(found, "year_on_year/source/S")
    assert (over.main.now, over.others[0].now, over.not_comparable, over.stands_out) == (None, None, (NotComparable.UNKNOWN,), False)
    january, february = (line(found, f"months/source/S/2021-{month}") for month in ("01", "02"))
    assert (january.main.now, january.share, january.not_comparable) == (None, None, (NotComparable.UNKNOWN,))
    assert (february.main, february.share, february.not_comparable) == (
        Pair("MWh", Fraction(100), Fraction(100)),
        None,
        (NotComparable.PARTIAL,),
    )
    assert february.others == (Pair("MWh", Fraction(100), None), Pair("MWh", Fraction(100), Fraction(100)))
    assert february.state(None) is LineState.UNREMARKABLE


def test_a_month_far_from_the_mean_and_from_its_season_stands_out_with_its_share_of_the_year() -> None:
    rows = months(*["10"] * 5, "200", *["10"] * 6)
    found = looked(report(source(reported="187"), rows=rows, totals=(total("187"),)))
    june = line(found, "months/source/S/2021-06")
    assert (june.main.now, june.main.then, june.share, june.others[0].relative, june.stands_out) == (
        200,
        Fraction(310, 12),
        Fraction(200, 310),
        19,
        True,
    )
    assert [each.code for each in found.of(Procedure.MONTHS) if each.stands_out] == ["S"]


def test_heating_that_follows_last_years_season_is_no_oddity() -> None:
    season = ["900", "800", "500", "100", "10", "1", "1", "1", "10", "200", "600", "900"]
    now = report(source(reported="2430"), rows=months(*season), totals=(total("2430"),))
    then = replace(report(source(reported="2430"), rows=months(*season, year=2020), totals=(total("2430"),)), year=2020)
    assert not any(each.stands_out for each in looked(now, then).lines)


PRODUCTS = [
    ("t", "t", "10", "10", False),
    ("t", "kg", "10", "10000", False),
    ("pieces", "pieces", "10", "10", False),
    ("pieces", "sets", "10", "10", None),
    ("t", "t", "10", "20", True),
    ("t", "t", "", "10", None),
]


@pytest.mark.parametrize(("unit", "unit_then", "made", "made_then", "out"), PRODUCTS)
def test_tonnes_for_a_unit_of_product_this_year_and_last(unit: str, unit_then: str, made: str, made_then: str, out: bool | None) -> None:
    now = replace(year("700"), production=produced(("Steel", "2021", made, unit)))
    then = replace(year("700", of=2020), production=produced(("Steel", "2020", made_then, unit_then)))
    found = line(looked(now, then), "products/product/Steel")
    assert found.main.now == (70 if made else None)
    assert (found.stands_out if found.main.change is not None else None) is out
    assert bool(found.not_comparable) == (out is None)


def test_a_months_intensity_rests_on_the_recalculated_tonnes_of_that_month() -> None:
    rows = [("Steel", f"2021-{month:02d}", "100" if month == 3 else "10", "t") for month in range(1, 13)]
    found = looked(replace(year("724.8"), production=produced(*rows)))
    march = line(found, "products/product/Steel/2021-03")
    assert (march.main, march.expected, march.stands_out) == (Pair("tCO2/t", Fraction("0.604"), None), Fraction("724.8") / 210, True)
    assert line(found, "products/product/Steel/2021-04").main.now == Fraction("6.04")


def test_shares_are_of_the_reported_total_and_stand_out_where_they_moved() -> None:
    def of(year: int, *tonnes: str) -> ReportedReport:
        rows = tuple(source(f"S{number}", reported=each) for number, each in enumerate(tonnes))
        all_months = tuple(row for each in rows for row in months("1", source_id=each.source_id, year=year))
        return replace(report(*rows, rows=all_months, given=factors({"ef": ("1", "tCO2/MWh")}), totals=(total("1000"),)), year=year)

    found = looked(of(2021, "100", "900"), of(2020, "500", "500"))
    first, second = (line(found, f"shares/source/S{number}") for number in (0, 1))
    assert (first.main, first.stands_out) == (Pair("%", Fraction(1, 10), Fraction(1, 2)), True)
    assert (second.main.change, second.stands_out) == (Fraction(4, 10), True)
    assert not any(each.stands_out for each in looked(of(2021, "100", "900"), of(2020, "100", "900")).of(Procedure.SHARES))


def test_the_bodys_own_threshold_decides_what_stands_out() -> None:
    now, then = year("840"), year("700", of=2020)
    strict, lenient = looked(now, then, year_on_year="0.1"), looked(now, then, year_on_year="0.5")
    key = "year_on_year/source/S"
    assert (line(strict, key).stands_out, line(lenient, key).stands_out) == (True, False)
    assert line(strict, key).fingerprint == line(lenient, key).fingerprint


STATES = [
    (False, (), None, LineState.UNREMARKABLE),
    (False, (NotComparable.NEW,), None, LineState.INCOMPLETE),
    (True, (), None, LineState.OPEN),
    (True, (NotComparable.NEW,), "other", LineState.CHANGED),
    (True, (), "same", LineState.CONCLUDED),
    (False, (NotComparable.PARTIAL,), None, LineState.UNREMARKABLE),
]


@pytest.mark.parametrize(("out", "not_comparable", "on", "state"), STATES)
def test_where_a_line_stands(out: bool, not_comparable: tuple[NotComparable, ...], on: str | None, state: LineState) -> None:
    one = AnalysisLine(
        Procedure.SHARES, AnalysisLevel.SOURCE, "S", "", "", Pair("%", Fraction(1), None), stands_out=out, not_comparable=not_comparable
    )
    assert one.state(one.fingerprint if on == "same" else on) is state
    assert (state in WAITING) == (out and on != "same")


def test_a_conclusion_stands_for_the_figures_and_not_for_the_name() -> None:
    one = AnalysisLine(Procedure.SHARES, AnalysisLevel.SOURCE, "a/b", "Boiler", "2021-01", Pair("t", Fraction(1), Fraction(2)))
    assert one.key == "shares/source/a%2Fb/2021-01"
    assert replace(one, name="Kettle").fingerprint == one.fingerprint
    assert (
        len({replace(one, main=pair).fingerprint for pair in (one.main, Pair("t", Fraction(2), Fraction(1)), Pair("t", Fraction(1), None))})
        == 3
    )


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["park-2021", "park-2021-errors"]))
def test_the_order_of_rows_never_matters(random: object, name: str) -> None:
    whole = park(name)
    keys = sorted({row.source_id for row in whole.sources})[::9]
    now = replace(
        whole,
        sources=tuple(row for row in whole.sources if row.source_id in keys),
        crosschecks=(),
        activity=tuple(row for row in whole.activity if row.source_id in keys),
        production=produced(*(("Steel", f"2021-{month:02d}", str(month), "t") for month in range(1, 13))),
    )
    then = replace(
        now,
        year=2020,
        sources=tuple(replace(row, reported_tco2=row.reported_tco2 + "1") for row in now.sources[1:]),
        activity=tuple(replace(row, period=row.period.replace("2021", "2020")) for row in now.activity),
        production=tuple(replace(row, period=row.period.replace("2021", "2020")) for row in now.production),
    )

    def shuffled(given: ReportedReport) -> ReportedReport:
        sheets = {name: list(getattr(given, name)) for name in ("sources", "activity", "factors", "production", "totals")}
        for rows in sheets.values():
            random.shuffle(rows)  # type: ignore[attr-defined]
        return replace(given, **{name: tuple(rows) for name, rows in sheets.items()})

    assert looked(shuffled(now), shuffled(then)) == looked(now, then)
