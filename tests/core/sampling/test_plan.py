"""A sample as it is asked for: read back as it was written, drawn the same anywhere, and what its results come to."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.core.reported import beijing, park
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.units import half_a_last_digit
from verifier.core.errors import Refusal
from verifier.core.sampling import plan as plans
from verifier.core.sampling.plan import Method, Plan, Result, checked_result, draw, is_wrong, signed_error
from verifier.core.sampling.population import Item, population, sizes_of, uploaded
from verifier.core.sampling.tonneunit import TonneUnitPlan

TONNES = TonneUnitPlan(Fraction(1, 20), tolerable=Fraction(500), expected=Fraction(50), expansion=Fraction(8, 5))
WITHOUT_ERRORS = TonneUnitPlan(Fraction(1, 20), tolerable=Fraction(500), expected=Fraction(0), expansion=None)
ITEM = Item(("E-1", "2021-01"), Decimal(10), Decimal("10.00"), "MWh")


@pytest.mark.parametrize(
    "plan",
    [
        Plan(Method.LADDER, "data", {"E-1": Fraction(1, 5), "E-2": Fraction(1)}, ("E-1",)),
        Plan(Method.TONNE_UNIT, "added", tonnes=TONNES),
        Plan(Method.TONNE_UNIT, "deducted", tonnes=WITHOUT_ERRORS),
        Plan(Method.RECIPROCAL, "list:meters", count=3),
    ],
    ids=lambda plan: f"{plan.method}:{plan.kind}",
)
def test_a_plan_is_read_back_as_it_was_written(plan: Plan) -> None:
    assert plans.of_json(plan.as_json()) == plan


def test_a_ladder_draws_from_each_stratum_and_says_the_step() -> None:
    report, pack = park(), beijing()
    found = plans.population_of("data", report, calculate(report, pack))
    source = found.items[0].parts[0]
    drawn = draw(Plan(Method.LADDER, "data", {source: Fraction(1, 5)}, (source,)), found, "seed")
    assert {(each.stratum, each.step, each.whole) for each in drawn} == {(source, Fraction(1, 5), False)}
    assert {each.item.parts[0] for each in drawn} == {source}
    assert drawn == draw(Plan(Method.LADDER, "data", {source: Fraction(1, 5)}, (source,)), found, "seed")


@pytest.mark.parametrize(
    ("item", "result", "found", "wrong"),
    [
        (ITEM, None, None, False),
        (ITEM, Result.AGREED, None, False),
        (ITEM, Result.DIFFERS, "10.01", True),
        (ITEM, Result.DIFFERS, "10.001", False),
        (ITEM, Result.NOT_FOUND, None, True),
        (Item(("F-1",), Decimal(10)), Result.DIFFERS, None, True),
    ],
)
def test_an_item_is_wrong_beyond_half_its_last_digit_and_where_nothing_was_found(item, result, found, wrong) -> None:
    assert is_wrong(item, result, None if found is None else Decimal(found)) is wrong


def test_the_items_of_a_source_add_up_to_what_it_reports() -> None:
    report, pack = park("park-2021-errors"), beijing()
    calculation = calculate(report, pack)
    added, deducted = (plans.population_of(kind, report, calculation) for kind in ("added", "deducted"))
    booked = {key: sizes_of(added.items).get(key, 0) - sizes_of(deducted.items).get(key, 0) for key in {*sizes_of(added.items)}}
    stated = [each for each in calculation.sources if each.counts and each.reported is not None and each.source_id in booked]
    assert any("stated" in item.parts for item in (*added.items, *deducted.items))
    for source in stated:
        assert abs(booked[source.source_id] - Fraction(source.reported)) <= half_a_last_digit(source.reported) + Fraction(1, 10**4)


def test_a_draw_by_tonnes_takes_an_item_larger_than_the_interval_whole() -> None:
    items = [Item(("large",), Decimal(9000)), *(Item((f"E-{number}",), Decimal(100)) for number in range(30))]
    drawn = draw(Plan(Method.TONNE_UNIT, "added", tonnes=TONNES), population("added", items), "seed")
    assert [each.item.parts for each in drawn if each.whole] == [("large",)]
    assert {each.stratum for each in drawn} == {"added"}


def test_a_list_is_drawn_by_count_in_canonical_order() -> None:
    meters = uploaded("meters", [(f"M{number}", "", "") for number in range(9)])
    drawn = draw(Plan(Method.RECIPROCAL, "list:meters", count=3), meters, "seed")
    lines = [each.item.line for each in drawn]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_a_plan_that_draws_nothing_is_refused() -> None:
    with pytest.raises(Refusal, match=r"data\.sample\.nothing"):
        draw(Plan(Method.LADDER, "data"), population("data", [ITEM]), "seed")


def test_a_method_that_the_pack_does_not_admit_is_refused() -> None:
    pack = beijing()
    assert pack.sampling is not None
    codes = {each.code for each in pack.sampling.methods}
    for method in Method:
        if method in codes:
            plans.admitted(pack, method)
        else:
            with pytest.raises(Refusal, match=r"data\.sample\.method"):
                plans.admitted(pack, method)
    assert Method.LADDER in codes


def test_sites_are_a_population_of_their_own() -> None:
    report = park()
    found = plans.population_of("sites", report, calculate(report, beijing()))
    assert {item.parts[0] for item in found.items} == {row.facility_id for row in report.facilities if row.facility_id}


def test_the_total_is_as_recalculated_where_that_is_complete_and_else_as_reported() -> None:
    complete = calculate(park(), beijing())
    assert plans.total_of(complete) == (complete.recalculated_total or Fraction(complete.reported_total or 0))


@pytest.mark.parametrize(
    ("why", "method", "kind", "result", "found", "note", "message"),
    [
        ("a difference without a note", Method.LADDER, "data", Result.DIFFERS, "9", " ", "data.sample.note"),
        ("nothing found without a note", Method.LADDER, "data", Result.NOT_FOUND, None, "", "data.sample.note"),
        ("a difference without an amount", Method.LADDER, "data", Result.DIFFERS, None, "invoice", "data.sample.found"),
        ("a difference that is none", Method.TONNE_UNIT, "added", Result.DIFFERS, "10.0", "invoice", "data.sample.same"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else None,
)
def test_a_result_that_cannot_be_followed_is_refused(
    why: str, method: Method, kind: str, result: Result, found: str | None, note: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message.replace(".", r"\.")):
        checked_result(method, kind, ITEM, result, None if found is None else Decimal(found), note)


def test_a_result_keeps_the_amount_only_where_it_differs() -> None:
    assert checked_result(Method.LADDER, "data", ITEM, Result.AGREED, Decimal(3), "") is None
    assert checked_result(Method.LADDER, "data", ITEM, Result.NOT_FOUND, Decimal(3), "no invoice") is None
    assert checked_result(Method.LADDER, "data", ITEM, Result.DIFFERS, Decimal(8), "invoice 7") == 8
    assert checked_result(Method.LADDER, "sites", ITEM, Result.DIFFERS, None, "one boiler more") is None
    assert checked_result(Method.RECIPROCAL, "list:meters", ITEM, Result.DIFFERS, None, "another meter") is None


@pytest.mark.parametrize(
    ("result", "found", "error"),
    [(Result.AGREED, "8", 0), (Result.DIFFERS, "8", 2), (Result.NOT_FOUND, "8", 10), (Result.NOT_FOUND, None, 10)],
)
def test_an_item_nothing_was_found_for_is_wrong_with_all_its_tonnes(result: Result, found: str | None, error: int) -> None:
    assert signed_error(ITEM, result, None if found is None else Decimal(found)) == error


def test_steps_of_a_plan_are_held_against_the_shares_of_its_sources_and_its_sites() -> None:
    report, pack = park(), beijing()
    calculation = calculate(report, pack)
    assert pack.sampling is not None
    assert pack.sampling.ladder is not None
    step = pack.sampling.ladder.steps[0]
    data, places = (plans.population_of(kind, report, calculation) for kind in ("data", plans.SITES))
    for found, kind in ((data, "data"), (places, plans.SITES)):
        sizes = plans.share_sizes(found, calculation)
        shares = {key: plans.share_of(size, plans.total_of(calculation)) for key, size in sizes.items() if key not in found.unknown}
        large = max(shares, key=lambda key: shares[key] or 0)
        small = min(shares, key=lambda key: shares[key] or 0)
        for key, refused in ((large, True), (small, False)):
            steps, among = ({key: step}, ()) if kind == "data" else ({plans.SITES: step}, (key,))
            plan = Plan(Method.LADDER, kind, steps, among)
            if refused:
                with pytest.raises(Refusal, match=r"data\.sample\.not_sampled"):
                    plans.check_ladder(plan, found, calculation, pack)
            else:
                plans.check_ladder(plan, found, calculation, pack)


def test_a_ladder_is_refused_by_a_pack_that_has_none_and_other_methods_have_no_steps_to_hold() -> None:
    report, pack = park(), beijing()
    calculation = calculate(report, pack)
    population = plans.population_of("data", report, calculation)
    without = replace(pack, sampling=None)
    with pytest.raises(Refusal, match=r"data\.sample\.method"):
        plans.check_ladder(Plan(Method.LADDER, "data"), population, calculation, without)
    plans.check_ladder(Plan(Method.TONNE_UNIT, "added", tonnes=TONNES), population, calculation, without)


def test_no_share_is_taken_of_a_total_that_is_not_positive() -> None:
    assert [plans.share_of(Fraction(-5), Fraction(total)) for total in (20, 0, -1)] == [Fraction(1, 4), None, None]
