"""The shape of a rule pack: which keys it must have, of which kind; every value names its source and its basis."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

BASES = ("read", "known", "practice")
_ORIGIN = {"source": "str", "basis": "basis"}
_NAMED = {"code": "str", "name": "text"} | _ORIGIN
_TABLES: Mapping[str, Mapping[str, str]] = {
    "gases": {"codes": "strs"} | _ORIGIN,
    "rounding": {"places": "int", "mode": "mode", "total": "total"} | _ORIGIN,
    "materiality": {"reason": "text", "share?": "share"} | _ORIGIN,
    "crosscheck": {"tolerance": "share"} | _ORIGIN,
    "roles": {"must_differ": "pairs", "site_team_minimum": "int"} | _ORIGIN,
    "retention": {"years": "int"} | _ORIGIN,
}
_LISTS: Mapping[str, Mapping[str, str]] = {
    "categories": {"reported": "bool", "counts": "bool", "sign": "sign"} | _NAMED,
    "factors": {"table": "str", "category?": "str", "fuel": "text", "parameter": "str", "value": "number", "unit": "str"} | _ORIGIN,
    "finding_classes": {"needs_answer": "bool", "blocks_positive_opinion": "bool", "has_effect": "bool", "dispositions": "strs"} | _NAMED,
    "clauses": _NAMED,
    "dispositions": _NAMED,
    "opinions": {"positive": "bool", "wording": "text"} | _NAMED,
    "independence_questions": _NAMED,
    "checklist": {"clause": "str", "how": "strs"} | _NAMED,
    "clocks": {"days": "int"} | _NAMED,
    "suggested_dates": {"month": "int", "day": "int", "years_after": "int", "for_year?": "int"} | _NAMED,
}
CODED_SECTIONS = ("categories", "finding_classes", "clauses", "dispositions", "opinions", "independence_questions", "checklist", "clocks")
_TOP = {"id": "str", "version": "str", "programme": "str", "name": "text", "calendar": "str", "zone": "str", "ways": "texts"}


def check(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every key that is missing, unknown or of the wrong kind, as (key, reason)."""
    found: list[tuple[str, str]] = []
    for key in data.keys() - _TOP.keys() - _TABLES.keys() - _LISTS.keys():
        found.append((key, "is not a key of a rule pack"))
    found += _fields("", {key: value for key, value in data.items() if key in _TOP}, _TOP)
    for key, table in _TABLES.items():
        found += _fields(f"{key}.", data[key], table) if key in data else [(key, "is missing")]
    for key, row_shape in _LISTS.items():
        rows = data.get(key)
        if not isinstance(rows, list) or not rows:
            found.append((key, "must be a list with at least one row"))
            continue
        for index, row in enumerate(rows):
            found += _fields(f"{key}[{index}].", row, row_shape)
    return sorted(found)


def _fields(prefix: str, row: object, shape: Mapping[str, str]) -> list[tuple[str, str]]:
    if not isinstance(row, dict):
        return [(prefix.rstrip("."), "must be a table")]
    needed = {key.rstrip("?"): kind for key, kind in shape.items()}
    found = [(prefix + key, "is not a key of this table") for key in row.keys() - needed.keys()]
    found += [(prefix + key, "is missing") for key in shape if not key.endswith("?") and key not in row]
    for key, kind in needed.items():
        reason = _wrong(row[key], kind) if key in row else None
        if reason:
            found.append((prefix + key, reason))
    return found


def _wrong(value: Any, kind: str) -> str | None:
    """The reason why a value is not of its kind, None where it is."""
    tests: dict[str, tuple[bool, str]] = {
        "str": (isinstance(value, str) and bool(value.strip()), "must be text"),
        "bool": (isinstance(value, bool), "must be true or false"),
        "int": (type(value) is int and value >= 0, "must be a whole number, 0 or more"),
        "sign": (value in (1, -1) and type(value) is int, "must be 1 or -1"),
        "basis": (value in BASES, f"must be one of {', '.join(BASES)}"),
        "mode": (value == "half_up", 'must be "half_up"'),
        "total": (value == "sum_of_rounded_categories", 'must be "sum_of_rounded_categories"'),
        "strs": (_all_text(value), "must be a list of texts"),
        "pairs": (
            isinstance(value, list) and all(_all_text(pair) and len(pair) == 2 for pair in value),
            "must be a list of pairs of roles",
        ),
        "text": (_bilingual(value), "must have en and zh"),
        "texts": (isinstance(value, dict) and bool(value) and all(map(_bilingual, value.values())), "must be names with en and zh"),
        "number": (_exact(value) is not None, "must be a number written as text"),
        "share": ((share := _exact(value)) is not None and 0 < share < 1, "must be a share between 0 and 1, written as text"),
    }
    good, reason = tests[kind]
    return None if good else reason


def _all_text(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item.strip() for item in value)


def _bilingual(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"en", "zh"} and all(isinstance(text, str) and text.strip() for text in value.values())


def _exact(value: object) -> Fraction | None:
    try:
        return Fraction(value) if isinstance(value, str) else None
    except (ValueError, ZeroDivisionError):
        return None
