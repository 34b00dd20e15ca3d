"""Numbers the independent reviewer re-performs: the heaviest, and others drawn from a recorded seed."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from verifier.core.reperformance import PRACTICE, chosen

NUMBERS = st.dictionaries(st.text(min_size=1, max_size=8), st.fractions(min_value=0, max_value=100), max_size=12)


@given(NUMBERS, st.text(max_size=8), st.none() | st.integers(min_value=0, max_value=20))
def test_the_heaviest_comes_first_then_as_many_others_as_stated_or_as_there_are(numbers, seed, stated) -> None:
    found = chosen(numbers.items(), seed, stated)
    count = PRACTICE if stated is None else stated
    assert len(found) == (min(len(numbers), count + 1) if numbers else 0)
    assert len({each.key for each in found}) == len(found)
    assert [each.heaviest for each in found] == [place == 0 for place in range(len(found))]
    if found:
        assert numbers[found[0].key] == max(numbers.values())


def test_the_same_seed_draws_the_same_numbers_in_whatever_order_they_come() -> None:
    numbers = [(f"N-{place}", Fraction(place % 7)) for place in range(40)]
    assert chosen(numbers, "seed") == chosen(reversed(numbers), "seed")
    assert chosen(numbers, "seed") != chosen(numbers, "another seed")
