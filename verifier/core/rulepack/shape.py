"""The shape of a rule pack: which keys it must have, of which kind; every value names its source and its basis."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

BASES = ("read", "known", "practice", "unstated")
ROLE_WORDS = ("team", "lead_verifier", "verifier", "technical_expert", "independent_reviewer", "authorised_signatory")
_ORIGIN = {"source": "said", "basis": "basis"}
_NAMED = {"code": "str", "name": "text"} | _ORIGIN
_TABLES: Mapping[str, Mapping[str, str]] = {
    "gases": {"codes": "strs"} | _ORIGIN,
    "rounding": {"places": "int", "mode": "mode", "total": "total"} | _ORIGIN,
    "carbon_to_co2": {"value": "positive"} | _ORIGIN,
    "materiality": {"reason": "text", "share?": "share", "bands?": "rows:bands"} | _ORIGIN,
    "roles": {"must_differ": "pairs", "site_team_minimum?": "int"} | _ORIGIN,
}
_TABLES_OR_UNSTATED: Mapping[str, Mapping[str, str]] = {
    "retention": {"years": "int"} | _ORIGIN,
    "sampling": {"methods": "rows:named", "risks": "shares", "ladder?": "row:ladder"} | _ORIGIN,
    "conservative": {"by": "estimator", "rule": "text", "tables": "list", "own_figure?": "bool"} | _ORIGIN,
}
_LISTS: Mapping[str, Mapping[str, str]] = {
    "categories": {"reported": "bool", "counts": "bool", "sign": "sign"} | _NAMED,
    "methods": {"formula": "text", "categories": "strs"} | _NAMED,
    "finding_classes": {
        "needs_answer": "bool",
        "blocks_positive_opinion": "bool",
        "has_effect": "bool",
        "dispositions": "strs",
        "reference?": "str",
        "cites_article?": "bool",
    }
    | _NAMED,
    "clauses": _NAMED,
    "dispositions": _NAMED,
    "opinions": {"positive": "bool", "wording": "text"} | _NAMED,
    "checklist": {"check": "check", "clause": "str", "how": "strs", "evidence?": "text"} | _NAMED,
    "evidence_activities": _NAMED,
    "steps": _NAMED,
}
_LISTS_OR_UNSTATED: Mapping[str, Mapping[str, str]] = {
    "tables": {"version?": "str"} | _NAMED,
    "factors": {
        "table": "str",
        "category?": "str",
        "fuel": "text",
        "name?": "text",
        "parameter": "str",
        "value": "number",
        "unit": "str",
        "from_year?": "int",
        "to_year?": "int",
        "covers?": "strs",
        "any_fuel?": "bool",
        "suspect?": "bool",
        "source?": "said",
        "basis?": "basis",
    },
    "independence_questions": _NAMED,
    "clocks": {"days": "int", "before?": "bool"} | _NAMED,
    "suggested_dates": {"month": "month", "day": "day", "years_after": "int", "for_year?": "int"} | _NAMED,
    "datachecks": {"value": "number"} | _NAMED,
    "rotation": {"years_on": "int", "years_off?": "int"} | _NAMED,
    "statement_forms": {"clauses?": "strs", "seals?": "strs", "columns?": "rows:named", "rows?": "rows:form_rows"} | _NAMED,
    "facts": _NAMED,
}
_INNER: Mapping[str, Mapping[str, str]] = {
    "named": _NAMED,
    "form_rows": {"code": "str", "records": "strs"} | _ORIGIN,
    "bands": {"code": "str", "name": "text", "up_to?": "positive", "share": "share"},
    "ladder": {"share_below": "share", "steps": "rungs", "readings": "rows:named", "covers": "strs", "weigh": "rows:named"} | _ORIGIN,
}
_TOP = {"id": "str", "version": "str", "programme": "str", "name": "text", "calendar?": "str", "zone": "str", "ways": "texts"}
MAY_BE_UNSTATED = (*_TABLES_OR_UNSTATED, *_LISTS_OR_UNSTATED)


def check(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every key that is missing, unknown or of the wrong kind, as (key, reason)."""
    tables, lists = {**_TABLES, **_TABLES_OR_UNSTATED}, {**_LISTS, **_LISTS_OR_UNSTATED}
    top = {key.rstrip("?") for key in _TOP}
    found = [(key, "is not a key of a rule pack") for key in data.keys() - top - tables.keys() - lists.keys() - {"unstated"}]
    found += _fields("", {key: value for key, value in data.items() if key in top}, _TOP)
    unstated = data.get("unstated", {})
    if not isinstance(unstated, dict):
        return [*found, ("unstated", "must be a table")]
    for key, reason in unstated.items():
        if key not in MAY_BE_UNSTATED:
            found.append((f"unstated.{key}", "is not a section that may be unstated"))
        elif key in data:
            found.append((f"unstated.{key}", "the section is stated as well"))
        elif not _bilingual(reason):
            found.append((f"unstated.{key}", "must have en and zh"))
    for key, shape in tables.items():
        if key in data:
            found += _fields(f"{key}.", data[key], shape)
        elif key not in unstated:
            found.append((key, "is missing"))
    for key, shape in lists.items():
        if key in data or key not in unstated:
            found += _rows(key, data.get(key), shape)
    return sorted(found)


def _rows(key: str, rows: object, shape: Mapping[str, str]) -> list[tuple[str, str]]:
    if not isinstance(rows, list) or not rows:
        return [
            (
                key,
                "must be a list with at least one row, or be named under unstated"
                if key in MAY_BE_UNSTATED
                else "must be a list with at least one row",
            )
        ]
    return [defect for index, row in enumerate(rows) for defect in _fields(f"{key}[{index}].", row, shape)]


def _fields(prefix: str, row: object, shape: Mapping[str, str]) -> list[tuple[str, str]]:
    if not isinstance(row, dict):
        return [(prefix.rstrip("."), "must be a table")]
    needed = {key.rstrip("?"): kind for key, kind in shape.items()}
    found = [(prefix + key, "is not a key of this table") for key in row.keys() - needed.keys()]
    found += [(prefix + key, "is missing") for key in shape if not key.endswith("?") and key not in row]
    for key, kind in needed.items():
        if key not in row:
            continue
        outer, _, inner = kind.partition(":")
        if outer == "rows":
            found += _rows(prefix + key, row[key], _INNER[inner])
        elif outer == "row":
            found += _fields(f"{prefix}{key}.", row[key], _INNER[inner])
        else:
            good, reason = _KINDS[kind]
            found += [] if good(row[key]) else [(prefix + key, reason)]
    return found


def _all_text(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item.strip() for item in value)


def _bilingual(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"en", "zh"} and all(isinstance(text, str) and text.strip() for text in value.values())


def _pairs(value: object) -> bool:
    return isinstance(value, list) and all(_all_text(pair) and len(pair) == 2 and set(pair) <= set(ROLE_WORDS) for pair in value)


def _exact(value: object) -> Fraction | None:
    try:
        return Fraction(value) if isinstance(value, str) else None
    except (ValueError, ZeroDivisionError):
        return None


def _between(value: object, most: Fraction) -> bool:
    number = _exact(value)
    return number is not None and 0 < number <= most


def _share(value: object) -> bool:
    return _between(value, Fraction(1)) and _exact(value) != 1


def _rungs(value: object) -> bool:
    """Shares that climb, up to the whole."""
    if not _all_text(value) or not isinstance(value, list) or not all(_between(step, Fraction(1)) for step in value):
        return False
    numbers = [Fraction(step) for step in value]
    return numbers == sorted(set(numbers)) and numbers[-1] == 1


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str) and bool(value.strip()), "must be text"),
    "bool": (lambda value: isinstance(value, bool), "must be true or false"),
    "int": (lambda value: type(value) is int and value >= 0, "must be a whole number, 0 or more"),
    "month": (lambda value: type(value) is int and 1 <= value <= 12, "must be a month, 1 to 12"),
    "day": (lambda value: type(value) is int and 1 <= value <= 31, "must be a day, 1 to 31"),
    "sign": (lambda value: type(value) is int and value in (1, -1), "must be 1 or -1"),
    "basis": (lambda value: value in BASES, f"must be one of {', '.join(BASES)}"),
    "mode": (lambda value: value == "half_up", 'must be "half_up"'),
    "total": (lambda value: value in ("sum_of_rounded_categories", "rounded_sum"), 'must be "sum_of_rounded_categories" or "rounded_sum"'),
    "check": (lambda value: value in ("boundary", "data", "site"), "must be boundary, data or site"),
    "estimator": (lambda value: value in ("verifier", "authority"), "must be verifier or authority"),
    "strs": (_all_text, "must be a list of texts"),
    "list": (lambda value: value == [] or _all_text(value), "must be a list of texts, or empty"),
    "pairs": (_pairs, f"must be a list of pairs of roles: {', '.join(ROLE_WORDS)}"),
    "text": (_bilingual, "must have en and zh"),
    "said": (lambda value: _bilingual(value) or (isinstance(value, str) and bool(value.strip())), "must be text, or have en and zh"),
    "texts": (
        lambda value: isinstance(value, dict) and bool(value) and all(map(_bilingual, value.values())),
        "must be names with en and zh",
    ),
    "number": (lambda value: _exact(value) is not None, "must be a number written as text"),
    "positive": (lambda value: (_exact(value) or 0) > 0, "must be a number above 0, written as text"),
    "share": (_share, "must be a share between 0 and 1, written as text"),
    "shares": (lambda value: _all_text(value) and all(map(_share, value)), "must be shares between 0 and 1, written as text"),
    "rungs": (_rungs, "must be shares that climb to 1, written as text"),
}
