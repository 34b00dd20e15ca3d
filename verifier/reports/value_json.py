"""Frozen dataclasses of the core as JSON and back without loss; long parts may be decoded when they are first asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints, overload

T = TypeVar("T")
_SHORT = 2**63
Convert = Callable[[Any], Any]


class LazyTuple(Sequence[T], Generic[T]):
    """A sequence whose items are decoded when one of them is asked for."""

    __slots__ = ("_items", "_load")

    def __init__(self, load: Callable[[], tuple[T, ...]]) -> None:
        self._load: Callable[[], tuple[T, ...]] | None = load
        self._items: tuple[T, ...] = ()

    def _all(self) -> tuple[T, ...]:
        load = self._load
        if load is not None:
            self._items, self._load = load(), None
        return self._items

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == tuple(other) if isinstance(other, tuple | LazyTuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


def encoder(shape: Any) -> Convert | None:
    """What turns a value of that type into JSON; None where it is JSON already."""
    return _converters(shape)[0]


def decoder(shape: Any) -> Convert | None:
    """What turns the JSON of `encoder` back into the value; None where it is the value already."""
    return _converters(shape)[1]


@cache
def _converters(shape: Any) -> tuple[Convert | None, Convert | None]:
    origin, arguments = get_origin(shape), get_args(shape)
    if shape in (str, int, bool, float, NoneType):
        return None, None
    if shape is Decimal:
        return str, Decimal
    if shape is Fraction:
        return _fraction_as_json, _fraction
    if isinstance(shape, type) and issubclass(shape, StrEnum):
        return str, shape
    if is_dataclass(shape):
        return _of_dataclass(shape)
    if origin in (Union, UnionType):
        return _of_optional([each for each in arguments if each is not NoneType], shape)
    if origin in (tuple, Sequence, list) and (len(arguments) == 1 or arguments[1:] == (...,)):
        return _of_sequence(arguments[0])
    if origin is tuple:
        return _of_fixed(arguments)
    if origin is Mapping and arguments[0] is str:
        return _of_mapping(arguments[1])
    raise TypeError(f"{shape} has no JSON")


def _fraction_as_json(value: Fraction) -> Any:
    """Its numerator and denominator; long ones in hexadecimal digits, which are read in linear time."""
    if value.denominator == 1 and abs(value.numerator) < _SHORT:
        return value.numerator
    return f"{value.numerator:x}/{value.denominator:x}"


def _fraction(written: int | str) -> Fraction:
    if isinstance(written, int):
        return Fraction(written)
    numerator, _, denominator = written.partition("/")
    return Fraction(int(numerator, 16), int(denominator, 16))


def _of_dataclass(shape: Any) -> tuple[Convert, Convert]:
    hints = get_type_hints(shape)
    names = [field.name for field in fields(shape)]
    out, back = zip(*(_converters(hints[name]) for name in names), strict=True)
    by_name = any(field.kw_only for field in fields(shape))
    ways, others = list(zip(names, out, strict=True)), [(index, way) for index, way in enumerate(back) if way is not None]

    def as_json(value: Any) -> list[Any]:
        return [way(getattr(value, name)) if way else getattr(value, name) for name, way in ways]

    def from_json(written: list[Any]) -> Any:
        for index, way in others:
            if written[index] is not None:
                written[index] = way(written[index])
        return shape(**dict(zip(names, written, strict=True))) if by_name else shape(*written)

    return as_json, from_json


def _of_optional(shapes: Sequence[Any], shape: Any) -> tuple[Convert | None, Convert | None]:
    if len(shapes) != 1:
        raise TypeError(f"{shape} has no JSON")
    out, back = _converters(shapes[0])
    if out is None or back is None:
        return out, back
    return lambda value: None if value is None else out(value), lambda written: None if written is None else back(written)


def _of_sequence(item: Any) -> tuple[Convert, Convert]:
    out, back = _converters(item)
    return (
        (lambda value: [out(each) for each in value]) if out else list,
        (lambda written: tuple([back(each) for each in written])) if back else tuple,
    )


def _of_fixed(items: Sequence[Any]) -> tuple[Convert, Convert]:
    out, back = zip(*map(_converters, items), strict=True)
    return (
        lambda value: [way(each) if way else each for way, each in zip(out, value, strict=True)],
        lambda written: tuple([way(each) if way else each for way, each in zip(back, written, strict=True)]),
    )


def _of_mapping(item: Any) -> tuple[Convert, Convert]:
    out, back = _converters(item)
    return (
        (lambda value: {key: out(each) for key, each in value.items()}) if out else dict,
        (lambda written: {key: back(each) for key, each in written.items()}) if back else dict,
    )
