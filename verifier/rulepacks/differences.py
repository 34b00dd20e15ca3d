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
    """A line that only one of two packs has, or that says something else in each."""

    before: Shown | None
    after: Shown | None

    @property
    def how(self) -> How:
        """What becomes of the line."""
        return How.ADDED if self.before is None else How.REMOVED if self.after is None else How.CHANGED

    @property
    def line(self) -> Shown:
        """The line of the later pack; of the earlier one where it is removed."""
        line = self.after or self.before
        assert line is not None
        return line

    @property
    def values(self) -> tuple[tuple[str, Any, Any], ...]:
        """Each value of a changed line, by its key, before and after; source and basis aside."""
        if self.how is not How.CHANGED:
            return ()
        was, now = dict(_values(self.before)), dict(_values(self.after))
        return tuple((key, was.get(key), now.get(key)) for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key))


def differences(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Difference]:
    """Every line of two resolved packs that is not the same in both, section by section; their ids and versions aside."""
    old = {line.place: line for line in lines(before, language)}
    new = {line.place: line for line in lines(after, language)}
    sections = list(dict.fromkeys(line.section for line in (*new.values(), *old.values())))
    found = [
        Difference(old.get(place), new.get(place)) for place in dict.fromkeys((*new, *old)) if _differs(old.get(place), new.get(place))
    ]
    return sorted(found, key=lambda each: sections.index(each.line.section))


def _differs(old: Shown | None, new: Shown | None) -> bool:
    if old is None or new is None:
        return True
    return (*_values(old), old.source, old.basis) != (*_values(new), new.source, new.basis)


def _values(line: Shown | None) -> Iterator[Detail]:
    if line is not None:
        yield "name", line.name
        yield from (detail for detail in line.details if line.place != "pack" or detail[0] not in ("id", "version"))
