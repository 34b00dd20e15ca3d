"""Beijing's ladder: who may be sampled, how many, and what a failure forces."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.core.errors import Refusal
from verifier.core.sampling.ladder import SITES, LadderReason, check_steps, climbed, draw_steps, forced, needed, places
from verifier.core.sampling.population import Item, population
from verifier.core.sampling.projection import ratio
from verifier.core.sampling.risk import Level, combined, first_step, risk_of_sample
from verifier.rulepacks.load import load

SAMPLING = load("beijing/2021").sampling
assert SAMPLING is not None
assert SAMPLING.ladder is not None
LADDER = SAMPLING.ladder
SIZES = {"big": 880, "a": 10, "b": 20, "c": 30, "edge": 50, "lost": 10}


def standing(reading: str, **more: object) -> dict[str, LadderReason]:
    sizes = {key: Fraction(tonnes) for key, tonnes in SIZES.items()}
    found = places(sizes, dict.fromkeys(sizes, 12), Fraction(1000), LADDER, reading, unknown=("lost",), **more)  # type: ignore[arg-type]
    return {place.key: place.why for place in found}


def test_read_strictly_the_sampled_ones_together_stay_below_the_share() -> None:
    assert standing("strict") == {
        "big": LadderReason.AT_OR_ABOVE,
        "a": LadderReason.SAMPLED,
        "b": LadderReason.SAMPLED,
        "c": LadderReason.TOGETHER,
        "edge": LadderReason.AT_OR_ABOVE,
        "lost": LadderReason.UNKNOWN,
    }


def test_read_leniently_each_stands_alone_and_exactly_the_share_is_not_below_it() -> None:
    assert standing("lenient") == {
        "big": LadderReason.AT_OR_ABOVE,
        "a": LadderReason.SAMPLED,
        "b": LadderReason.SAMPLED,
        "c": LadderReason.SAMPLED,
        "edge": LadderReason.AT_OR_ABOVE,
        "lost": LadderReason.UNKNOWN,
    }


def test_high_risk_is_never_sampled_and_the_lowest_risk_first() -> None:
    risks = {"a": Level.HIGH, "b": Level.MEDIUM, "c": Level.LOW}
    found = standing("strict", risks=risks, kept_whole=("none",))
    assert (found["a"], found["b"], found["c"]) == (LadderReason.HIGH_RISK, LadderReason.TOGETHER, LadderReason.SAMPLED)
    assert standing("lenient", risks={})["a"] is LadderReason.NOT_ASSESSED
    assert standing("lenient", kept_whole=("a",))["a"] is LadderReason.CHOSEN


def test_a_reading_the_pack_does_not_know_is_refused() -> None:
    with pytest.raises(Refusal, match=r"data\.sample\.reading"):
        standing("generous")


@pytest.mark.parametrize(
    ("items", "step", "count"),
    [(12, "0.3", 4), (12, "0.5", 6), (12, "0.8", 10), (12, "1", 12), (10, "0.3", 3), (1, "0.3", 1), (0, "0.3", 0), (7, "0.3", 3)],
)
def test_not_less_than_is_rounded_up(items: int, step: str, count: int) -> None:
    assert needed(items, Fraction(step)) == count


@pytest.mark.parametrize(
    ("why", "current", "failed", "to"),
    [
        ("nothing wrong", "0.3", 0, None),
        ("a failure at 30 %", "0.3", 1, "0.5"),
        ("again at 50 %", "0.5", 2, "0.8"),
        ("then everything", "0.8", 1, "1"),
        ("nothing is above everything", "1", 3, None),
    ],
)
def test_a_failure_forces_the_step_above(why: str, current: str, failed: int, to: str | None) -> None:
    found = forced(Fraction(current), LADDER.steps, 0, failed)
    assert found.to == (Fraction(to) if to else None), why
    assert found.must_climb is (to is not None), why


def test_climbing_asks_for_cause_nature_and_effect() -> None:
    weighed = {"cause": "typed by hand", "nature": "single slip", "effect": "0.2 t"}
    assert climbed(Fraction("0.3"), Fraction("0.8"), LADDER, weighed) == Fraction("0.8"), "higher than forced is the verifier's to choose"
    for wrong, message in (({**weighed, "effect": " "}, "data.sample.weigh"), (weighed, "data.sample.step")):
        with pytest.raises(Refusal) as refused:
            climbed(Fraction("0.3"), Fraction("0.3" if message.endswith("step") else "0.5"), LADDER, wrong)
        assert refused.value.message == message


@given(st.randoms(use_true_random=False), st.text("xyz789", min_size=1, max_size=6))
def test_a_higher_step_keeps_what_was_drawn_and_the_order_of_rows_never_matters(shuffled: object, seed: str) -> None:
    items = [Item((key, f"2021-{month:02d}"), Decimal(month)) for key in ("a", "b") for month in range(1, 13)]
    mixed = list(items)
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]
    drawn = {
        step: draw_steps(population("data", rows), {"a": Fraction(step), "b": Fraction("0.3")}, seed)
        for step, rows in (("0.3", items), ("0.5", mixed))
    }
    assert [len(drawn[step]["a"]) for step in ("0.3", "0.5")] == [4, 6]
    assert set(drawn["0.3"]["a"]) < set(drawn["0.5"]["a"])
    assert drawn["0.3"]["b"] == drawn["0.5"]["b"]


def test_the_ratio_projects_in_proportion_to_the_tonnes_tested() -> None:
    items = {str(n): Fraction(10) for n in range(12)}
    found = ratio("a", items, {"0": Fraction(1), "1": Fraction(-2), "2": Fraction(0)}, ["0", "1", "2", "3"])
    assert (found.book, found.tested, found.open) == (120, 3, 1)
    assert (found.projected_over, found.projected_under) == (4, 8)
    assert (found.remainder_over, found.remainder_under) == (3, 6)
    assert ratio("a", items, {"0": Fraction(1)}, ["0"], deducted=True).known_under == 1


@pytest.mark.parametrize(
    ("inherent", "control", "together"),
    [
        ("low", "low", "low"),
        ("low", "medium", "medium"),
        ("medium", "medium", "medium"),
        ("low", "high", "medium"),
        ("medium", "high", "high"),
        ("high", "high", "high"),
        ("high", "low", "medium"),
    ],
)
def test_two_risks_make_one(inherent: str, control: str, together: str) -> None:
    assert combined(Level(inherent), Level(control)) == combined(Level(control), Level(inherent)) == Level(together)


def test_risk_decides_where_the_ladder_begins_and_how_sure_a_draw_by_size_must_be() -> None:
    assert [first_step(level, LADDER.steps) for level in (None, *Level)] == [Fraction("0.3"), Fraction("0.3"), Fraction("0.5"), Fraction(1)]
    assert [risk_of_sample(level, SAMPLING.risks) for level in (None, *Level)] == [
        Fraction(each) for each in ("0.05", "0.1", "0.05", "0.05")
    ]


SHARES = {"small": Fraction(1, 100), "large": Fraction(1, 20), "lost": None}


@pytest.mark.parametrize(
    ("steps", "among", "refused"),
    [
        ({"small": Fraction(1, 20)}, (), "data.sample.step_unknown"),
        ({"small": Fraction(2)}, (), "data.sample.step_unknown"),
        ({"absent": LADDER.steps[0]}, (), "data.sample.key_unknown"),
        ({SITES: LADDER.steps[0]}, ("absent",), "data.sample.key_unknown"),
        ({"large": LADDER.steps[0]}, (), "data.sample.not_sampled"),
        ({"lost": LADDER.steps[0]}, (), "data.sample.not_sampled"),
        ({SITES: LADDER.steps[0]}, ("large",), "data.sample.not_sampled"),
    ],
)
def test_a_step_the_ladder_has_not_and_a_source_that_may_not_be_sampled_are_refused(steps, among, refused) -> None:
    with pytest.raises(Refusal) as caught:
        check_steps(steps, among, SHARES, LADDER)
    assert caught.value.message == refused


@pytest.mark.parametrize(
    ("steps", "among"),
    [
        ({"small": LADDER.steps[0]}, ()),
        ({"large": Fraction(1), "lost": Fraction(1)}, ()),
        ({SITES: Fraction(1)}, ("large",)),
        ({SITES: LADDER.steps[0]}, ("small",)),
    ],
)
def test_what_is_examined_in_full_may_have_any_share(steps, among) -> None:
    check_steps(steps, among, SHARES, LADDER)
