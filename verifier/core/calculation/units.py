"""Amounts with units: exact rationals inside, units as people write them, half-up rounding, and plain decimals for output."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import lcm

from verifier.core.errors import Refusal
from verifier.core.typed_digits import plain_digits

_LONGEST_NUMBER = 60
_PLAIN = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d{1,2})?")


class Dimension(StrEnum):
    """What a unit measures; gas at normal conditions and gas at unstated conditions are different dimensions."""

    MASS = "mass"
    ENERGY = "energy"
    NORMAL_VOLUME = "normal_volume"
    VOLUME = "volume"
    RATIO = "ratio"


_GASES = {Dimension.NORMAL_VOLUME, Dimension.VOLUME}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, with its size in the base unit of its dimension (t, MWh, Nm3, m3, 1)."""

    name: str
    dimension: Dimension
    size: Fraction


@dataclass(frozen=True, slots=True)
class FactorUnit:
    """What a factor gives of which substance (`co2`, `c` or nothing) per what; a plain ratio has no denominator."""

    name: str
    numerator: Unit
    substance: str
    denominator: Unit | None


def _times(power: str) -> tuple[str, ...]:
    """How a power of ten is written before a unit; a raised digit has become a plain one (`×10⁴` → `×104`)."""
    return tuple(sign + written + power for sign in ("×", "x", "*") for written in ("10^", "10"))


def _table() -> Mapping[str, Unit]:
    """Every spelling with its unit; a prefix may stand before any of them (`万kWh`, `10^4 Nm3`).

    kcal and Btu are those of the International Table (ISO 80000-5: 1 cal = 4.1868 J, 1 Btu = 1,055.05585262 J).
    """
    gj = Fraction(1000, 3600)
    prefixes = {
        "": (1, ("",)),
        "10^3 ": (10**3, ("10^3", "103", *_times("3"), "1000", "千")),
        "10^4 ": (10**4, ("10^4", "104", *_times("4"), "10000", "万")),
        "10^6 ": (10**6, ("10^6", "106", *_times("6"), "百万")),
        "10^8 ": (10**8, ("10^8", "108", *_times("8"), "亿")),
    }
    bases: tuple[tuple[str, Dimension, Fraction, str], ...] = (
        ("t", Dimension.MASS, Fraction(1), "t 吨 公吨 tonne tonnes"),
        ("kg", Dimension.MASS, Fraction(1, 10**3), "kg 千克 公斤"),
        ("g", Dimension.MASS, Fraction(1, 10**6), "g 克"),
        ("kt", Dimension.MASS, Fraction(10**3), "kt gg"),
        ("kWh", Dimension.ENERGY, Fraction(1, 10**3), "kwh kw·h kw.h kw*h 千瓦时 千瓦·时 千瓦小时 度"),
        ("MWh", Dimension.ENERGY, Fraction(1), "mwh mw·h mw.h mw*h 兆瓦时 兆瓦·时 兆瓦小时"),
        ("GWh", Dimension.ENERGY, Fraction(10**3), "gwh gw·h gw.h 吉瓦时 吉瓦·时"),
        ("kJ", Dimension.ENERGY, gj / 10**6, "kj 千焦 千焦耳"),
        ("MJ", Dimension.ENERGY, gj / 1000, "mj 兆焦 兆焦耳"),
        ("GJ", Dimension.ENERGY, gj, "gj 吉焦 吉焦耳"),
        ("TJ", Dimension.ENERGY, gj * 1000, "tj 太焦 太焦耳"),
        ("kcal", Dimension.ENERGY, gj * Fraction("4.1868") / 10**6, "kcal 千卡 大卡"),
        ("mmBtu", Dimension.ENERGY, gj * Fraction("1.05505585262"), "mmbtu 百万英热单位"),
        ("therm", Dimension.ENERGY, gj * Fraction("0.105505585262"), "therm therms 撒姆"),
        ("Nm3", Dimension.NORMAL_VOLUME, Fraction(1), "nm3 nm^3 标方 标立方 标立方米 标准立方米"),
        ("m3", Dimension.VOLUME, Fraction(1), "m3 m^3 方 立方 立方米"),
        ("L", Dimension.VOLUME, Fraction(1, 10**3), "l 升 litre litres liter liters"),
    )
    table = {
        spelt + word: Unit(prefix + name, dimension, size * times)
        for name, dimension, size, words in bases
        for prefix, (times, spellings) in prefixes.items()
        for spelt in spellings
        for word in words.split()
    }
    table |= {word: Unit("1", Dimension.RATIO, Fraction(1)) for word in ("1", "ratio", "-", "无量纲")}
    table |= {word: Unit("%", Dimension.RATIO, Fraction(1, 100)) for word in ("%", "percent")}
    return table


UNITS = _table()
MEGATONNE = Unit("Mt", Dimension.MASS, Fraction(10**6))
"""Known only as `Mt`: in any other case the letters may mean a metric ton, a million times less, and are refused."""


def _written(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("⋅", "·").split()).casefold()


@lru_cache(maxsize=1024)
def unit(text: str) -> Unit | None:
    """The unit a text names, in any width or case (only Mt is case-sensitive); None for a word that is no unit."""
    if unicodedata.normalize("NFKC", text).strip() == "Mt":
        return MEGATONNE
    return UNITS.get(_written(text))


def factor_unit(text: str) -> FactorUnit | None:
    """The unit of a factor (`tCO2/MWh`, `GJ/10^4 Nm3`, `tC/GJ`, `1`, `%`, blank for a plain ratio); None where it cannot be read."""
    top, slash, bottom = (_written(text) or "1").partition("/")
    substance = ""
    for ending, meaning in (("co2e", "co2"), ("co2", "co2"), ("二氧化碳", "co2"), ("c", "c"), ("碳", "c")):
        if top not in UNITS and top.endswith(ending):
            top, substance = top.removesuffix(ending), meaning
            break
    numerator, denominator = UNITS.get(top), UNITS.get(bottom) if bottom else None
    if numerator is None or (slash and denominator is None) or (substance and numerator.dimension is not Dimension.MASS):
        return None
    return FactorUnit(text, numerator, substance, denominator)


def measures_same(first: Unit, second: Unit) -> bool:
    """True where one can be turned into the other; gas in m3 is taken as Nm3, and the row is flagged for it."""
    return first is second or first.dimension is second.dimension or {first.dimension, second.dimension} == _GASES


def convert(amount: Fraction, source: Unit, target: Unit) -> Fraction:
    """The same amount in another unit; refuses units that do not measure the same (tonnes into Nm3)."""
    if source is target:
        return amount
    if not measures_same(source, target):
        raise Refusal("numbers.units.differ", source=source.name, target=target.name)
    return amount * source.size / target.size


def added(amounts: Iterable[Fraction]) -> Fraction:
    """The exact sum of amounts of alike denominators, as decimals have them, brought over one: cheaper than pair by pair."""
    fractions = [(each.numerator, each.denominator) for each in amounts]
    below = lcm(*{denominator for _, denominator in fractions})
    return Fraction(sum(numerator * (below // denominator) for numerator, denominator in fractions), below)


def number(text: str) -> Decimal | None:
    """A number as people type it (`1,234.5`, full-width digits, blanks around), None for a blank; refuses text that is no number.

    A group of thousands never begins with zero: in `0,604` the comma is as likely a decimal one.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    shown = plain_digits(text).strip().casefold()
    if not shown:
        return None
    if len(shown) > _LONGEST_NUMBER or not _NUMBER.fullmatch(shown) or not re.match(r"[+-]?[.,]?\d", shown):
        raise Refusal("numbers.not_a_number", text=text)
    return Decimal(shown.replace(",", ""))


def shortest(value: float) -> str:
    """The shortest decimal that round-trips what a cell stores, whole numbers without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)


def round_half_up(amount: Fraction, places: int = 0) -> Decimal:
    """Rounded to `places` decimals, halves away from zero, as spreadsheets and the programmes' forms do."""
    twice, below = 2 * abs(amount.numerator) * 10**places, amount.denominator
    rounded = (twice + below) // (2 * below)
    return (
        Decimal(f"{'-' if amount < 0 and rounded else ''}{rounded}E-{places}") if places else Decimal(-rounded if amount < 0 else rounded)
    )


def half_a_last_digit(shown: Decimal) -> Fraction:
    """Largest rounding error of a number rounded to the digits shown."""
    exponent = shown.as_tuple().exponent
    return Fraction(10) ** (exponent if isinstance(exponent, int) else 0) / 2


def plain(amount: Fraction | Decimal | int, places: int = 15) -> str:
    """A decimal without exponent and trailing zeros, of at most `places` places, half up."""
    rounded = format(round_half_up(amount if isinstance(amount, Fraction) else Fraction(amount), places), "f")
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def grouped(text: str | None) -> str | None:
    """A number as it was written, its thousands grouped and with a real minus; what is no plain number stays as it is."""
    if not text or not _PLAIN.fullmatch(text):
        return text
    before, point, after = text.lstrip("-").partition(".")
    return ("−" if text.startswith("-") else "") + f"{int(before):,}" + point + after


def in_unit(text: str) -> str:
    """A unit, alone or behind its amount, as people write it: powers raised, the 2 of CO2 lowered."""
    raised = re.sub(r"(?:(?<=^)|(?<=[ /]))10\^4(?= )", lambda found: "10⁴" if found.string[: found.start()].endswith("/") else "×10⁴", text)
    return re.sub(r"m3\b", "m³", raised).replace("t CO2", "tCO₂").replace("CO2", "CO₂")
