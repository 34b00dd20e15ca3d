"""The category of an installation, on which its threshold rests, and the classes of its source streams."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.core.errors import Refusal
from verifier.core.opinion.category import CategoryBasis, StatedCategory, category_of, check_stated, streams
from verifier.rulepacks.load import load

PACK = load("eu-ets/2018.3")
PLAN, AVERAGE, ESTIMATE = CategoryBasis
RULES = PACK.materiality
assert RULES is not None


@pytest.mark.parametrize(
    ("why", "stated", "total", "understated", "code", "basis"),
    [
        ("as the plan has it, whatever is reported", StatedCategory(PLAN, "Plan 4.1", "B"), 900_000, 0, "B", PLAN),
        ("by the average", StatedCategory(AVERAGE, "Statements 2013 to 2020", average=Fraction(600_000)), 90_000, 0, "C", AVERAGE),
        ("estimated from what is reported", None, 120_000, 0, "B", ESTIMATE),
        ("with what is known to be missing from it", None, 495_000, 6_000, "C", ESTIMATE),
    ],
)
def test_the_category_is_entered_or_estimated_conservatively(
    why: str, stated: StatedCategory | None, total: int, understated: int, code: str, basis: CategoryBasis
) -> None:
    found = category_of(RULES, stated, Fraction(total), Fraction(understated))
    assert found is not None
    assert (found.band.code, found.basis) == (code, basis), why


def test_an_older_version_of_the_rules_goes_by_the_reported_total() -> None:
    older = load("eu-ets/2018.2").materiality
    assert older is not None
    found = category_of(older, StatedCategory(PLAN, "Plan", "C"), Fraction(495_000), Fraction(6_000))
    assert found is not None
    assert (found.band.code, found.basis) == ("B", ESTIMATE)


@pytest.mark.parametrize(
    ("stated", "refusal"),
    [
        (StatedCategory(PLAN, "Plan", "Z"), "materiality.category.code"),
        (StatedCategory(PLAN, " ", "B"), "materiality.category.source"),
        (StatedCategory(AVERAGE, "Statements"), "materiality.category.average"),
        (StatedCategory(AVERAGE, "Statements", average=Fraction(-1)), "materiality.category.average"),
    ],
)
def test_a_category_without_code_average_or_source_is_refused(stated: StatedCategory, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal.replace(".", r"\.")):
        check_stated(stated, RULES)


def test_rules_without_categories_take_none() -> None:
    with pytest.raises(Refusal, match=r"materiality\.category\.none"):
        check_stated(StatedCategory(PLAN, "Plan", "B"), load("eu-ets/2018.2").materiality)


@pytest.mark.parametrize(
    ("code", "total", "ceiling"),
    [
        ("de_minimis", 10_000, 1_000),
        ("de_minimis", 120_000, 2_400),
        ("de_minimis", 5_000_000, 20_000),
        ("minor", 10_000, 5_000),
        ("minor", 120_000, 12_000),
        ("minor", 5_000_000, 100_000),
    ],
)
def test_the_ceiling_is_the_tonnes_or_the_share_up_to_its_limit_whichever_is_higher(code: str, total: int, ceiling: int) -> None:
    assert {each.code: each.ceiling(Fraction(total)) for each in PACK.source_streams}[code] == ceiling


def test_the_smallest_sources_fill_a_class_until_its_ceiling() -> None:
    tonnes = {"A": 100_000, "B": 900, "C": 1_500, "D": 4_000}
    found = streams({key: Fraction(figure) for key, figure in tonnes.items()}, PACK.source_streams)
    assert found == {"B": "de_minimis", "C": "minor", "D": "minor", "A": "major"}


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.fractions(0, 50_000, max_denominator=10), max_size=8))
def test_no_class_reaches_its_ceiling_and_every_source_has_one(tonnes: dict[str, Fraction]) -> None:
    found, total = streams(tonnes, PACK.source_streams), sum(tonnes.values(), Fraction())
    assert found.keys() == tonnes.keys()
    for rule in PACK.source_streams:
        own = [tonnes[key] for key, code in found.items() if code == rule.code]
        assert not own or sum(own) < rule.ceiling(total)
