"""Reads a table of a rule pack into a dataclass: the types of the fields say which keys there are and what each may hold."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from verifier.core.rulepack.kinds import BASES, Accepts, Key, Mark
from verifier.core.rulepack.parts import Origin, Text

Part = TypeVar("Part")
ROWS = "must be a list with at least one row"
OR_UNSTATED = ", or be named under unstated"
_ORIGIN = ("source", "basis")
_LANGUAGES = {"en", "zh"}


class _Unfit(Exception):
    """A value that is not of its type."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A field as the file has it: its key, its type without annotations and without None, and what the annotations say."""

    name: str
    key: str
    base: Any
    row_kind: Any
    """The dataclass of each row of a list of tables, None for any other field."""
    table_kind: Any
    """The dataclass of a table inside the table, None for any other field."""
    marks: frozenset[Mark]
    tests: tuple[Accepts, ...]
    has_default: bool
    required: bool
    """Whether the key must be there; a section that may be unstated must be there unless it is."""

    @property
    def missing(self) -> str:
        """The reason given where the key is missing, or a list of tables has none."""
        if self.row_kind is None:
            return "is missing"
        return ROWS + (OR_UNSTATED if Mark.MAY_BE_UNSTATED in self.marks else "")

    @property
    def nothing(self) -> Any:
        """What a section holds that is left unstated."""
        return () if self.row_kind else None


@cache
def rules_of(kind: Any) -> tuple[FieldRule, ...]:
    """The fields of a dataclass that are read from a file."""
    hints = get_type_hints(kind, include_extras=True)
    found = (_rule(each.name, hints[each.name], _has_default(each)) for each in fields(kind))
    return tuple(rule for rule in found if Mark.NOT_IN_FILE not in rule.marks)


def _rule(name: str, hint: Any, has_default: bool) -> FieldRule:
    notes, base = _notes(hint), _base(hint)
    marks = frozenset(note for note in notes if isinstance(note, Mark))
    inner = get_args(base)[0] if get_origin(base) is tuple else None
    return FieldRule(
        name,
        next((note.name for note in notes if isinstance(note, Key)), name),
        base,
        row_kind=inner if _is_table(inner) else None,
        table_kind=base if _is_table(base) else None,
        marks=marks,
        tests=tuple(note for note in notes if isinstance(note, Accepts)),
        has_default=has_default,
        required=Mark.MAY_BE_UNSTATED in marks or not (has_default or _admits_none(hint)),
    )


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _is_table(kind: Any) -> bool:
    """Whether a type is read from a table of its own."""
    return isinstance(kind, type) and is_dataclass(kind) and kind not in (Text, Origin)


@cache
def _keys_of(kind: Any) -> frozenset[str]:
    return frozenset(key for rule in rules_of(kind) for key in (_ORIGIN if rule.base is Origin else (rule.key,)))


class Reader:
    """Reads values and collects every defect as (key, reason); a result is of use only where there is none."""

    def __init__(self) -> None:
        self.defects: list[tuple[str, str]] = []

    def table(
        self,
        kind: type[Part],
        row: object,
        place: str = "",
        *,
        absent: Collection[str] = (),
        unknown_key: str = "is not a key of this table",
    ) -> Part | None:
        """A table as a value of the dataclass; `absent` names keys that may be missing, and are read as empty."""
        if not isinstance(row, Mapping):
            self._defect(place, "must be a table")
            return None
        prefix, rules = f"{place}." if place else "", rules_of(cast(Any, kind))
        self.defects += [(prefix + key, unknown_key) for key in row if key not in _keys_of(cast(Any, kind))]
        found: dict[str, Any] = {}
        for rule in rules:
            if rule.base is Origin:
                found[rule.name] = self.origin(row, prefix)
            elif rule.key in row:
                found[rule.name] = self._field(rule, row[rule.key], prefix + rule.key)
            elif rule.key in absent:
                found[rule.name] = rule.nothing
            elif rule.required:
                found[rule.name] = None
                self._defect(prefix + rule.key, rule.missing)
            elif not rule.has_default:
                found[rule.name] = None
        return kind(**found)

    def _field(self, rule: FieldRule, value: object, key: str) -> Any:
        """A list of tables row by row, a table inside the table, or a plain value with its annotations tested."""
        if rule.table_kind is not None:
            return self.table(rule.table_kind, value, key)
        if rule.row_kind is None:
            return self._plain(rule, value, key)
        if not isinstance(value, list) or not value:
            return self._defect(key, rule.missing)
        return tuple(self.table(rule.row_kind, each, f"{key}[{index}]") for index, each in enumerate(value))

    def _plain(self, rule: FieldRule, value: object, key: str) -> Any:
        try:
            found = plain(rule.base, value, empty=Mark.MAY_BE_EMPTY in rule.marks)
        except _Unfit as unfit:
            return self._defect(key, rule.tests[0].reason if rule.tests else str(unfit))
        for test in rule.tests:
            if not test.test(found):
                return self._defect(key, test.reason)
        return found

    def origin(self, row: Mapping[str, Any], prefix: str = "") -> Origin | None:
        """Source and basis, which stand beside the values of their table."""
        source, basis = row.get("source"), row.get("basis")
        before = len(self.defects)
        for key in _ORIGIN:
            if key not in row:
                self._defect(prefix + key, "is missing")
        if "source" in row and not (_is_text(source) or is_bilingual(source)):
            self._defect(f"{prefix}source", "must be text, or have en and zh")
        if "basis" in row and basis not in BASES:
            self._defect(f"{prefix}basis", f"must be one of {', '.join(BASES)}")
        if len(self.defects) > before:
            return None
        return Origin(source["en"], str(basis), source["zh"]) if isinstance(source, Mapping) else Origin(str(source), str(basis))

    def _defect(self, key: str, reason: str) -> None:
        self.defects.append((key, reason))


def plain(base: Any, value: object, *, empty: bool = False) -> Any:
    """A text, number, yes or no, bilingual name, list of them, or mapping of names; _Unfit, with the reason, where it is none."""
    if base in _PLAIN:
        test, read, reason = _PLAIN[base]
        try:
            if test(value):
                return read(value)
        except (ValueError, ZeroDivisionError):
            pass
        raise _Unfit(reason)
    if get_origin(base) is tuple:
        return _listed(get_args(base), value, empty=empty)
    if not isinstance(value, dict) or not value or not all(map(is_bilingual, value.values())):
        raise _Unfit("must be names with en and zh")
    return {name: plain(Text, text) for name, text in value.items()}


def _listed(kinds: tuple[Any, ...], value: object, *, empty: bool) -> tuple[Any, ...]:
    """`tuple[X, ...]` as a list of X, `tuple[X, Y]` as a list of just these."""
    if not isinstance(value, list) or (not value and not empty):
        raise _Unfit("must be a list of texts")
    each = [kinds[0]] * len(value) if kinds[-1] is Ellipsis else list(kinds)
    try:
        return tuple(plain(kind, item) for kind, item in zip(each, value, strict=True))
    except (_Unfit, ValueError):
        raise _Unfit("must be a list of texts") from None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_bilingual(value: object) -> bool:
    """Whether a value is a text in both languages."""
    return isinstance(value, dict) and value.keys() == _LANGUAGES and all(map(_is_text, value.values()))


_PLAIN: Mapping[Any, tuple[Callable[[Any], bool], Callable[[Any], Any], str]] = {
    str: (_is_text, str, "must be text"),
    bool: (lambda value: isinstance(value, bool), bool, "must be true or false"),
    int: (lambda value: type(value) is int, int, "must be a whole number"),
    Fraction: (lambda value: isinstance(value, str), Fraction, "must be a number written as text"),
    Text: (is_bilingual, lambda value: Text(value["en"], value["zh"]), "must have en and zh"),
}


def _base(kind: Any) -> Any:
    """A type without annotations and without None."""
    if get_origin(kind) is Annotated:
        return _base(get_args(kind)[0])
    return _base(_not_none(kind)) if _admits_none(kind) else kind


def _notes(kind: Any) -> tuple[Any, ...]:
    """The annotations of a type, those of its values other than None among them."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        return (*_notes(inner), *notes)
    return _notes(_not_none(kind)) if _admits_none(kind) else ()


def _admits_none(kind: Any) -> bool:
    """Whether None is among the values of a type."""
    if get_origin(kind) is Annotated:
        return _admits_none(get_args(kind)[0])
    return get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind)


def _not_none(kind: Any) -> Any:
    return next(each for each in get_args(kind) if each is not NoneType)
