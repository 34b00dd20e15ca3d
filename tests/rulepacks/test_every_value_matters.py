"""Every value of every pack matters: changed, some result changes, or the pack is refused."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rulepacks.results import covered, decided, estimated, forms, looked_at, published, recalculated, rotating, sampled, scheduled
from verifier.core.errors import Refusal
from verifier.core.rulepack.reading import parse, problems
from verifier.rulepacks import load
from verifier.rulepacks.contents import lines

Data = dict[str, Any]
Path = tuple[str | int, ...]
TEXTS = ("en", "zh", "source", "basis")
"""Words for a reader: what shows them is the page of the pack and every page that names the thing."""


def data_of(pack_id: str) -> Data:
    return load.source_of(pack_id).data


def own_leaves(pack_id: str) -> Iterator[Path]:
    """The values of a pack that are not those of the one it extends, which is looked at by itself."""
    source = load.source_of(pack_id)
    base = data_of(source.extends[0]) if source.extends else {}
    return (path for path in leaves(source.data) if at(source.data, path) != at(base, path))


def at(value: Any, path: Path) -> Any:
    """The value at a place, None where there is none."""
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError):
            return None
    return value


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place a single value stands; a list of words is one value a word."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def changed(data: Data, path: Path) -> Data:
    """The same pack with one value changed to another of its kind."""
    spoiled = copy.copy(data)
    place: Any = spoiled
    for key in path[:-1]:
        place[key] = copy.copy(place[key])
        place = place[key]
    place[path[-1]] = other(place[path[-1]], str(path[-1]))
    return spoiled


def other(value: Any, key: str) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return -value if key == "sign" else value + 1
    if key == "basis":
        return "practice" if value != "practice" else "known"
    if key == "check":
        return "data" if value != "data" else "site"
    if key == "total":
        return "rounded_sum"
    if key == "by":
        return "authority" if value == "verifier" else "verifier"
    try:
        number = float(value)
    except ValueError:
        return f"{value}x"
    return str(number * 0.99) if number else "1"


def around(data: Data, path: Path) -> tuple[Data, Path]:
    """The pack without the default factors that have nothing to do with a value: looking through them all would take minutes."""
    if path[0] == "conservative" or "factors" not in data:
        return data, path
    if path[0] == "factors":
        return {**data, "factors": [data["factors"][path[1]]]}, ("factors", 0, *path[2:])
    return {**data, "factors": data["factors"][:1]}, path


def of_section(path: Path, original: Data) -> Any:
    """What to look at when a value of that section changes."""
    match path[0]:
        case "factors":
            row = original["factors"][path[1]]
            return lambda pack: published(pack, row)
        case "tables":
            return lambda pack: [(row.code, row.version) for row in pack.tables]
        case "conservative":
            return estimated
        case "sampling":
            return sampled
        case "coverage":
            return covered
        case "statement_forms":
            return forms
        case "finding_classes" | "roles" | "opinions":
            return decided
        case "rotation" | "conflicting_work":
            return rotating
        case "clocks" | "suggested_dates" | "calendar" | "zone" | "retention":
            return scheduled
        case "gases" | "rounding" | "carbon_to_co2" | "categories" | "methods":
            return recalculated
    return looked_at


def matters(data: Data, path: Path) -> bool:
    """Whether a changed value is refused or changes what the rules come to."""
    data, path = around(data, path)
    spoiled = changed(data, path)
    if problems(spoiled):
        return True
    look = of_section(path, data)
    try:
        return bool(look(parse(data)) != look(parse(spoiled)))
    except Refusal:
        return True


def shown_otherwise(data: Data, path: Path) -> bool:
    """Whether the page of the pack, in one of the languages, says something else."""
    data, path = around(data, path)
    data = {key: value for key, value in data.items() if key in ("name", "ways", "tables", path[0])}
    spoiled = changed(data, path)
    return any(lines(data, language) != lines(spoiled, language) for language in ("en", "zh"))


def is_read(data: Data, path: Path) -> bool:
    """Not the words on a page, nor a number that looks mistyped and is shown but never used."""
    row = data["factors"][path[1]] if path[0] == "factors" else {}
    return not (set(path) & set(TEXTS)) and (not row.get("suspect") or path[-1] == "suspect")


PACKS = load.available()


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_value_changed_changes_a_result_or_is_refused(pack_id: str) -> None:
    data = data_of(pack_id)
    idle = [".".join(map(str, path)) for path in own_leaves(pack_id) if is_read(data, path) and not matters(data, path)]
    assert idle == []


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_word_changed_changes_the_page_of_the_pack(pack_id: str) -> None:
    data = data_of(pack_id)
    assert [".".join(map(str, path)) for path in own_leaves(pack_id) if not is_read(data, path) and not shown_otherwise(data, path)] == []
