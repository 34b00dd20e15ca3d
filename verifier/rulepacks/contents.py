"""Contents of a rule pack: every value with its source and reliability."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.core.rulepack.extending import identity

UNSTATED = "unstated"
SECTIONS = (
    "facts",
    "steps",
    "gases",
    "categories",
    "methods",
    "carbon_to_co2",
    "rounding",
    "tables",
    "factors",
    "conservative",
    "materiality",
    "source_streams",
    "assurance_levels",
    "sampling",
    "coverage",
    "datachecks",
    "finding_classes",
    "dispositions",
    "clauses",
    "likely_clauses",
    "checklist",
    "ways",
    "evidence_activities",
    "opinions",
    "statement_forms",
    "site_visit",
    "review",
    "roles",
    "independence_questions",
    "rotation",
    "conflicting_work",
    "clocks",
    "suggested_dates",
    "retention",
)
"""In the order a verifier asks: what counts and how, what is tested, what follows, who may, until when."""
_NAMES = ("name", "fuel", "rule", "reason")
_ORIGIN = ("source", "basis")
Detail = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a pack: what it is about, its values by key, its source and its basis (read, known, practice, unstated).

    `place` tells it apart from every other line of the pack: section, code, and inside a row the key and code of the inner row.
    """

    section: str
    code: str
    name: str
    details: tuple[Detail, ...]
    source: str
    basis: str
    place: str

    def says(self, words: str) -> bool:
        """Whether any of its text holds these words, in whatever case."""
        text = " ".join((self.code, self.name, self.source, *(f"{key} {value}" for key, value in self.details)))
        return all(word in text.casefold() for word in words.casefold().split())


def lines(data: Mapping[str, Any], language: str) -> tuple[Shown, ...]:
    """Every value of a pack's file in one language, section by section; a section it leaves unstated is one line that says why."""
    found: list[Shown] = [Shown("pack", "", _plain(data["name"], language), tuple(_top(data)), "", "", "pack")]
    for section in SECTIONS:
        if section in data.get("unstated", {}):
            found.append(Shown(section, "", _plain(data["unstated"][section], language), (), "", UNSTATED, f"{UNSTATED}.{section}"))
        elif section == "ways":
            found += [Shown(section, code, _plain(name, language), (), "", "", f"{section}.{code}") for code, name in data["ways"].items()]
        elif section in data:
            found += _section(section, section, _named(section, data), language, _tables(data))
    return tuple(found)


def _top(data: Mapping[str, Any]) -> Iterator[Detail]:
    return ((key, data[key]) for key in ("id", "programme", "version", "calendar", "zone") if key in data)


def _named(section: str, data: Mapping[str, Any]) -> Any:
    """A section as it is shown: a suggested clause under the name of the clause."""
    if section != "likely_clauses":
        return data[section]
    names = {row["code"]: {"name": row["name"]} for row in data.get("clauses", ())}
    return [names.get(row["code"], {}) | row for row in data[section]]


def _tables(data: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return {row["code"]: row for row in data.get("tables", ())}


def _section(section: str, place: str, content: Any, language: str, tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Shown]:
    for row in content if isinstance(content, list) else [content]:
        origin = row if "source" in row else tables.get(row.get("table", ""), {})
        nested = {key: value for key, value in row.items() if _is_rows(value)}
        plain = {key: value for key, value in row.items() if key not in nested and key not in ("code", *_ORIGIN)}
        named = next((key for key in _NAMES if key in plain), "")
        name = _plain(plain.pop(named), language) if named else ""
        details = tuple((key, _plain(value, language)) for key, value in plain.items())
        at = f"{place}.{identity(section, row)}" if isinstance(content, list) else place
        yield Shown(section, row.get("code", ""), name, details, _plain(origin.get("source", ""), language), origin.get("basis", ""), at)
        outer = {key: origin[key] for key in _ORIGIN if key in origin}
        for key, inner in nested.items():
            parts = [outer | part for part in inner] if isinstance(inner, list) else outer | inner
            yield from _section(section, f"{at}.{key}", parts, language, tables)


def _is_rows(value: Any) -> bool:
    """A table, or a list of tables, inside a row; a name in two languages is none."""
    if isinstance(value, Mapping):
        return set(value) != {"en", "zh"}
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _plain(value: Any, language: str) -> Any:
    """A name or sentence in the language; numbers and codes as they are, lists as one text."""
    if isinstance(value, Mapping):
        return value["zh" if language.lower().startswith("zh") else "en"]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(" ≠ ".join(part) if isinstance(part, list) else str(part) for part in value)
    return value
