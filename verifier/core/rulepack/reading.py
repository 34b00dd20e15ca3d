"""Reads a resolved table into a rule pack; every defect is reported by its key."""

from collections.abc import Mapping
from typing import Any

from verifier.core.errors import Refusal
from verifier.core.rulepack.kinds import Mark
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.reader import Reader, is_bilingual, rules_of
from verifier.core.rulepack.references import loose

Row = Mapping[str, Any]
_NO_TABLE = {"source": "-", "basis": "unstated"}


def sections() -> tuple[str, ...]:
    """Every key a rule pack may have."""
    return tuple(rule.key for rule in rules_of(RulePack))


def problems(data: Row) -> list[tuple[str, str]]:
    """Every defect as (key, reason): shape first, then codes named twice or never defined."""
    return sorted(_read(data)[1]) or loose(data)


def parse(data: Row) -> RulePack:
    """The pack a table describes; refuses one that is not well formed, naming the first key and how many defects there are."""
    pack, defects = _read(data)
    defects = sorted(defects) or loose(data)
    if defects or pack is None:
        key, reason = defects[0]
        raise Refusal("pack.malformed", key=key, reason=reason, count=len(defects))
    return pack


def _read(data: Row) -> tuple[RulePack | None, list[tuple[str, str]]]:
    reader, (unstated, defects) = Reader(), _unstated(data)
    absent = data["unstated"] if isinstance(data.get("unstated"), Mapping) else {}
    filled = {**data, "unstated": unstated}
    if isinstance(data.get("factors"), list):
        filled["factors"] = _with_origins(data["factors"], data.get("tables"))
    if not unstated:
        del filled["unstated"]
    pack = reader.table(RulePack, filled, absent=absent, unknown_key="is not a key of a rule pack")
    return pack, reader.defects + defects


def _unstated(data: Row) -> tuple[Row, list[tuple[str, str]]]:
    """Why sections are left out, by section, and what is wrong with it."""
    found, unstated = [], data.get("unstated", {})
    if not isinstance(unstated, Mapping):
        return {}, [("unstated", "must be a table")]
    may = {rule.key for rule in rules_of(RulePack) if Mark.MAY_BE_UNSTATED in rule.marks}
    for section, reason in unstated.items():
        key = f"unstated.{section}"
        if section not in may:
            found.append((key, "is not a section that may be unstated"))
        elif section in data:
            found.append((key, "the section is stated as well"))
        elif not is_bilingual(reason):
            found.append((key, "must have en and zh"))
    return {section: reason for section, reason in unstated.items() if is_bilingual(reason)}, found


def _with_origins(factors: list[Any], tables: Any) -> list[Any]:
    """Default factors with their table's source where they name none; a table that is not there is named by `loose`."""
    rows = [row for row in tables if isinstance(row, Mapping)] if isinstance(tables, list) else []
    known = {str(row.get("code")): row for row in rows if Reader().origin(row)}
    return [_with_origin(row, known) for row in factors]


def _with_origin(row: Any, tables: Mapping[str, Row]) -> Any:
    if not isinstance(row, Mapping) or _NO_TABLE.keys() & row.keys():
        return row
    table = tables.get(str(row.get("table")), _NO_TABLE)
    return {**row, **{key: table[key] for key in _NO_TABLE}}
