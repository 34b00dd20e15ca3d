"""A rule pack that extends another: its file holds only what differs, and both together make the resolved pack.

Tables merge key by key, lists of tables row by row (a row is known by its code), any other value takes the place of the earlier one.
`remove` lists what falls away, each as section, code and key joined by dots: `clauses.7`, `clocks.unit_answers.before`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Defects = list[tuple[str, str]]
EXTENDS, REMOVE, UNSTATED = "extends", "remove", "unstated"
KNOWN_BY: Mapping[str, tuple[str, ...]] = {
    "factors": ("table", "category", "fuel", "parameter", "from_year"),
    "suggested_dates": ("code", "for_year"),
}
"""The keys by which the rows of a section are known, where the code alone does not tell them apart."""
_ORIGIN = ("source", "basis")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A pack with all it extends, nearest first, and every defect found in putting them together."""

    data: dict[str, Any]
    extends: tuple[str, ...]
    defects: tuple[tuple[str, str], ...]


def resolve(data: Row, find: Callable[[str], Row | None]) -> Resolved:
    """The pack of a file with all it extends; `find` gives the file of another pack, None where there is none."""
    chain, names, defects = [data], [str(data.get("id", ""))], Defects()
    while EXTENDS in chain[-1]:
        name = chain[-1][EXTENDS]
        if not isinstance(name, str):
            defects.append((EXTENDS, "must be text"))
            break
        if name in names:
            defects.append((EXTENDS, f"leads back to itself: {' → '.join((*names, name))}"))
            break
        found = find(name)
        if found is None:
            by = f" (which {names[-1]} extends)" if len(names) > 1 else ""
            defects.append((EXTENDS, f"no pack {name!r}{by}"))
            break
        chain.append(found)
        names.append(name)
    if REMOVE in chain[-1] and not defects:
        defects.append((REMOVE, "nothing to remove from: the pack extends no other"))
    merged = {key: value for key, value in chain.pop().items() if key not in (EXTENDS, REMOVE)}
    for each in reversed(chain):
        merged, wrong = extended(merged, each)
        defects += wrong
    return Resolved(merged, tuple(names[1:]), tuple(defects))


def extended(base: Row, changes: Row) -> tuple[dict[str, Any], Defects]:
    """A pack with the changes of a file that extends it, and every defect of these changes."""
    defects, found = Defects(), dict(base)
    places = changes.get(REMOVE, [])
    if not isinstance(places, list) or not all(isinstance(place, str) for place in places):
        defects.append((REMOVE, "must be a list of texts"))
        places = []
    for place in places:
        if (rest := _without(found, place, "")) is None:
            defects.append((REMOVE, f"nothing at {place!r}"))
        else:
            found = dict(rest)
    stated = {key: value for key, value in changes.items() if key not in (EXTENDS, REMOVE)}
    defects += [defect for key, value in stated.items() if key in found for defect in _unsourced(found[key], value, key, key)]
    return _settled(_merged(found, stated, ""), stated), defects


def identity(section: str, row: Row) -> str:
    """What a row is known by in its list; empty where it has none of it."""
    values = (row.get(key) for key in KNOWN_BY.get(section, ("code",)))
    return "/".join(str(value.get("en") if isinstance(value, Mapping) else value) for value in values if value is not None)


def is_rows(value: object) -> bool:
    """Whether a value is a list of tables."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def is_words(value: object) -> bool:
    """Whether a value is a text in both languages, which is one value and no table."""
    return isinstance(value, Mapping) and bool(value) and value.keys() <= {"en", "zh"}


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) and not is_words(value)


def named(key: str, data: Row) -> str:
    """The key of a defect with a row's place in its list replaced by what it is known by: `clocks[2].days` → `clocks.unit_answers.days`."""
    section, bracket, rest = key.partition("[")
    number, _, rest = rest.partition("]")
    name = identity(section, data[section][int(number)]) if bracket and is_rows(data.get(section)) else ""
    return f"{section}.{name}{rest}" if name else key


def _merged(base: Any, changes: Any, section: str) -> Any:
    if isinstance(base, Mapping) and isinstance(changes, Mapping):
        both = {key: _merged(base[key], changes[key], section or key) if key in changes else base[key] for key in base}
        return both | {key: value for key, value in changes.items() if key not in base}
    if is_rows(base) and is_rows(changes):
        changed = {name: row for row in changes if (name := identity(section, row))}
        rows = [_merged(row, changed.pop(identity(section, row), {}), section) for row in base]
        return [*rows, *(row for row in changes if identity(section, row) in changed or not identity(section, row))]
    return changes


def _settled(merged: dict[str, Any], stated: Row) -> dict[str, Any]:
    """A section that is stated now is not unstated any more, and the other way round."""
    unstated, now = merged.get(UNSTATED), stated.get(UNSTATED, {})
    if not isinstance(unstated, Mapping) or not isinstance(now, Mapping):
        return merged
    left = {key: reason for key, reason in unstated.items() if key not in stated}
    found = {key: value for key, value in merged.items() if key != UNSTATED and (key not in now or key in stated)}
    return found | ({UNSTATED: left | dict(now)} if left or now else {})


def _unsourced(base: Any, changes: Any, section: str, place: str) -> Iterator[tuple[str, str]]:
    """Values that are changed without a word on where the new one is from, and rows that a file changes twice."""
    if is_rows(base) and is_rows(changes):
        known = {identity(section, row): row for row in base}
        names = [identity(section, row) for row in changes]
        yield from ((f"{place}.{name}", "the code stands twice") for name in sorted({name for name in names if names.count(name) > 1}))
        for name, row in zip(names, changes, strict=True):
            if name in known:
                yield from _unsourced(known[name], row, section, f"{place}.{name}")
    elif _is_table(base) and isinstance(changes, Mapping):
        plain = changes.keys() - {*_ORIGIN, *KNOWN_BY.get(section, ("code",))}
        nested = {key for key in plain if is_rows(base.get(key)) or _is_table(base.get(key))}
        if plain - nested and ("source" in base or section == "factors"):
            yield from ((f"{place}.{key}", "is missing: a changed value names its own source") for key in _ORIGIN if key not in changes)
        for key in sorted(nested):
            yield from _unsourced(base[key], changes[key], section, f"{place}.{key}")


def _without(value: Any, place: str, section: str) -> Any:
    """A table or list without what a place leads to; None where it leads to nothing."""
    if is_rows(value):
        parts = [(identity(section, row), row) for row in value]
    elif isinstance(value, Mapping):
        parts = list(value.items())
    else:
        return None
    named = [(len(name), at) for at, (name, _part) in enumerate(parts) if name and (place == name or place.startswith(f"{name}."))]
    if not named:
        return None
    length, at = max(named)
    name, part = parts.pop(at)
    if place != name:
        rest = _without(part, place[length + 1 :], section or name)
        if rest is None:
            return None
        parts.insert(at, (name, rest))
    return [part for _name, part in parts] if is_rows(value) else dict(parts)
