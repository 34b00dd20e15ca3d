"""Tonne-unit sampling: worked by hand once, then what must hold whatever the numbers are."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.core.errors import Refusal
from verifier.core.sampling import draw
from verifier.core.sampling.poisson import confidence_factor, increment
from verifier.core.sampling.population import Item, Population, population
from verifier.core.sampling.tonneunit import Size, TonneUnitPlan, draw_sample, evaluate, projection, sample_size

RISK = Fraction(1, 20)
TONNES = st.decimals(min_value="0", max_value="900", places=3)


def of(sizes: list[Decimal]) -> Population:
    return population("added", [Item((f"E-{n:03d}", "2021-01"), size) for n, size in enumerate(sizes)])


def test_size_and_interval_follow_the_formula() -> None:
    plan = TonneUnitPlan(RISK, tolerable=Fraction(500), expected=Fraction(50), expansion=Fraction(8, 5))
    size = sample_size(Fraction(10_000), plan)
    assert size.n == 72, "10000 × 2.9957 ÷ (500 − 50 × 1.6) = 71.3, rounded up"
    assert size.interval == Fraction(10_000, 72)


@pytest.mark.parametrize(
    ("why", "book", "plan", "message"),
    [
        ("nothing to draw from", Fraction(0), TonneUnitPlan(RISK, Fraction(5)), "data.sample.empty"),
        ("nothing is tolerable", Fraction(9), TonneUnitPlan(RISK, Fraction(0)), "data.sample.tolerable"),
        ("an expected error without its factor", Fraction(9), TonneUnitPlan(RISK, Fraction(5), Fraction(1)), "data.sample.expansion"),
        ("more expected than tolerable", Fraction(9), TonneUnitPlan(RISK, Fraction(5), Fraction(4), Fraction(2)), "data.sample.expected"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(why: str, book: Fraction, plan: TonneUnitPlan, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        sample_size(book, plan)
    assert refused.value.message == message, why


def test_an_evaluation_worked_by_hand() -> None:
    size = Size(Fraction(10_000), 100, Fraction(100))
    sizes = {"large": Fraction(400), "a": Fraction(50), "b": Fraction(80), "c": Fraction(20), "d": Fraction(10)}
    errors = {"large": Fraction(40), "a": Fraction(25), "b": Fraction(8), "c": Fraction(-2), "d": Fraction(0)}
    found = evaluate(sizes, errors, size, RISK)
    assert found.known_whole_over == 40, "above the interval: its own error and no more"
    assert [(each.line, each.tainting, each.projected) for each in found.taintings] == [
        ("a", Fraction(1, 2), Fraction(50)),
        ("b", Fraction(1, 10), Fraction(10)),
    ]
    assert found.projected_over == 100
    assert found.projected_under == 10, "two of twenty tonnes too little speak for a tenth of the interval"
    assert found.basic_precision == confidence_factor(0, RISK) * 100
    assert found.upper_limit == 100 + found.basic_precision + increment(1, RISK) * 50 + increment(2, RISK) * 10


def test_correcting_the_sampled_items_leaves_the_projected_remainder() -> None:
    size = Size(Fraction(10_000), 100, Fraction(100))
    whole = projection("added", ("E-1",), 900, evaluate({"a": Fraction(50)}, {"a": Fraction(25)}, size, RISK))
    assert (whole.known_over, whole.projected_over, whole.remainder_over) == (25, 50, 25)
    assert whole.remainder_under == 0


def test_an_item_deducted_too_much_makes_the_total_too_small() -> None:
    found = evaluate({"a": Fraction(50)}, {"a": Fraction(25)}, Size(Fraction(1000), 10, Fraction(100)), RISK)
    seen = projection("deducted", ("X-1",), 9, found)
    assert (seen.known_over, seen.known_under, seen.limit_over, seen.limit_under) == (0, 25, None, found.upper_limit)


@given(st.lists(TONNES, min_size=1, max_size=60).filter(any), st.randoms(use_true_random=False), st.text("abc123", min_size=1, max_size=9))
def test_the_order_of_rows_never_matters(sizes: list[Decimal], shuffled: object, seed: str) -> None:
    items = [Item((f"E-{n:03d}", "2021-01"), size) for n, size in enumerate(sizes)]
    mixed = list(items)
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]
    plan = TonneUnitPlan(RISK, tolerable=Fraction(40))
    one, other = population("added", items), population("added", mixed)
    assert one.checksum == other.checksum
    assert draw_sample(one, plan, seed) == draw_sample(other, plan, seed)


@given(st.lists(TONNES, min_size=1, max_size=60).filter(any), st.text("abc123", min_size=1, max_size=9), st.integers(1, 400))
def test_every_item_above_the_interval_is_drawn_and_no_other_more_than_once(sizes: list[Decimal], seed: str, tolerable: int) -> None:
    found = of(sizes)
    drawn = draw_sample(found, TonneUnitPlan(RISK, Fraction(tolerable)), seed)
    above = {item.line for item in found.items if Fraction(item.size or 0) > drawn.size.interval}
    assert {item.line for item in drawn.whole} == above
    assert len({item.line for item in drawn.items}) == len(drawn.items) <= drawn.size.n


@given(st.lists(TONNES, min_size=1, max_size=30).filter(any), st.fractions(1, 50), st.text("abc", min_size=1, max_size=4))
def test_the_items_hit_are_those_over_the_points(sizes: list[Decimal], interval: Fraction, seed: str) -> None:
    found = of(sizes)
    reached, expected = Fraction(), set()
    first = draw.start(interval, seed, found.checksum)
    for item in draw.in_ticket_order(found.items, seed, found.checksum):
        before, reached = reached, reached + Fraction(item.size or 0)
        if (before - first) // interval != (reached - first) // interval or (first < reached and before <= first):
            points = [
                first + k * interval for k in range(int((reached - first) // interval) + 2) if before <= first + k * interval < reached
            ]
            expected |= {item.line} if points else set()
    assert {item.line for item in draw.systematic(found.items, interval, seed, found.checksum)} == expected


@given(st.lists(st.tuples(st.fractions(1, 300), st.fractions(-1, 1)), min_size=1, max_size=12), st.integers(0, 11), st.fractions(0, 1))
def test_a_larger_error_never_makes_a_smaller_projection(items: list[tuple[Fraction, Fraction]], at: int, more: Fraction) -> None:
    sizes = {str(n): size for n, (size, _) in enumerate(items)}
    errors = {str(n): size * share for n, (size, share) in enumerate(items)}
    key = str(at % len(items))
    larger = errors | {key: errors[key] + sizes[key] * more}
    size = Size(Fraction(9000), 90, Fraction(100))
    before, after = (evaluate(sizes, each, size, RISK) for each in (errors, larger))
    assert after.projected_over >= before.projected_over
    assert after.upper_limit >= before.upper_limit
    assert after.projected_under <= before.projected_under, "what is less too little"
    for found in (before, after):
        seen = projection("added", ("E",), 90, found)
        assert seen.remainder_over >= 0
        assert seen.remainder_under >= 0
