"""The one cache of the process: what is kept, what goes, and why nothing in it can be out of date."""

from pathlib import Path

import pytest

from tests import make
from tests.people import Cast
from verifier.cache import Cache
from verifier.reports import queries

HAND_MADE = ("popitem", "move_to_end", "lru_cache(maxsize=None)", "_REMEMBERED")
MAY = {"verifier/cache.py"}


def test_a_value_is_made_once_for_its_key() -> None:
    made: list[str] = []
    cache: Cache[str] = Cache(2)

    def value() -> str:
        made.append("x")
        return "x"

    assert (cache.get("a", value), cache.get("a", value), len(made)) == ("x", "x", 1)


def test_the_least_recently_used_value_goes_first() -> None:
    cache: Cache[int] = Cache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a", lambda: 0)
    cache.put("c", 3)
    assert (cache.get("a", lambda: 0), cache.get("c", lambda: 0), cache.get("b", lambda: 0)) == (1, 3, 0)


def test_none_is_a_value_like_any_other() -> None:
    cache: Cache[None] = Cache(1)
    cache.put("a", None)
    assert cache.get("a", lambda: pytest.fail("made again")) is None


def test_what_could_not_be_made_is_not_kept() -> None:
    cache: Cache[int] = Cache(1)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: 1) == 1


def test_another_workbook_or_another_pack_has_another_key(cast: Cast) -> None:
    of = make.unit_year(cast)
    first, second = make.report(cast, of, make.PARK), make.report(cast, of, make.PARK_WITH_ERRORS)
    assert queries.calculation_of(first) is queries.calculation_of(first)
    assert queries.calculation_of(first).reported_total != queries.calculation_of(second).reported_total


def test_no_module_keeps_a_cache_of_its_own_making() -> None:
    package = Path(__file__).resolve().parents[2] / "verifier"
    found = {
        str(path.relative_to(package.parent)): word
        for path in package.rglob("*.py")
        for word in HAND_MADE
        if word in path.read_text() and "migrations" not in path.parts
    }
    assert set(found) <= MAY, found
