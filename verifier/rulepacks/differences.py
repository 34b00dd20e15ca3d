"""What changes from one rule pack to another, value by value, each with its source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verifier.rulepacks.contents import Detail, Shown, lines


class How(StrEnum):
    """What becomes of a line of a pack."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that only one of two packs has, or that they have with other values: each by its key, before and after."""

    how: How
    line: Shown
    """The line of the later pack; of the earlier one where it is removed."""
    values: tuple[tuple[str, Any, Any], ...]


def differences(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Difference]:
    """Every line of two resolved packs that is not the same in both, in the order of the pages; their ids and versions aside."""
    old = {line.place: line for line in lines(before, language)}
    new = {line.place: line for line in lines(after, language)}
    order = list(dict.fromkeys((*new, *old)))
    found = [difference for place in order if (difference := _difference(old.get(place), new.get(place)))]
    sections = list(dict.fromkeys(line.section for line in (*new.values(), *old.values())))
    return sorted(found, key=lambda each: sections.index(each.line.section))


def _difference(old: Shown | None, new: Shown | None) -> Difference | None:
    if old is None or new is None:
        line = new or old
        return Difference(How.ADDED if new else How.REMOVED, line, ()) if line else None
    was, now = dict(_values(old)), dict(_values(new))
    changed = tuple((key, was.get(key), now.get(key)) for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key))
    return Difference(How.CHANGED, new, changed) if changed else None


def _values(line: Shown) -> Iterator[Detail]:
    yield "name", line.name
    yield from (detail for detail in line.details if line.place != "pack" or detail[0] not in ("id", "version"))
    yield "source", line.source
    yield "basis", line.basis
