"""Grouping of data alerts: one main flag per error, its consequences below it, and the joint effect on the reported total."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from verifier.core.calculation.results import Flag
from verifier.core.calculation.units import half_a_last_digit, round_half_up
from verifier.core.datachecks.context import PLACES
from verifier.core.datachecks.presence import EXPLAINS, GAPS

DIFFERENCE = "arithmetic_difference"
WITHOUT_DATA = "source_without_data"
"""Flags without a known right value: they rank by their own tonnes, and their effect on the total is unknown."""
STATED = "reported_tco2"
"""The column of flags that speak of the tonnes as stated, not of what they rest on."""
BEYOND = 2
"""Where a source's difference exceeds its gaps by this factor, the effect of a single gap is unknown."""


@dataclass(frozen=True, slots=True)
class Family:
    """A main flag with its consequences.

    `effect` estimates what it does to the reported total, t CO2, reported − right: above 0 the report overstates, below it understates;
    None where nothing can be said, as of a source without data. It is the main flag's own tonnes, and 0 where the tonnes stated do not
    rest on what it finds wrong.
    """

    main: Flag
    consequences: tuple[Flag, ...] = ()
    effect: Decimal | None = None

    @property
    def weight(self) -> Decimal | None:
        """What it does to the data, t CO2, as handed in − right: the main flag's tonnes with those of the same error in other months."""
        return _decimal(_weight(self))


def linked(flags: Iterable[Flag]) -> list[Flag]:
    """The same flags; one whose cause is not among them becomes a main flag."""
    every = list(dict.fromkeys(flags))
    mains = {(flag.code, flag.source) for flag in every if flag.caused_by is None}
    return [flag if flag.caused_by is None or (flag.caused_by, flag.source) in mains else replace(flag, caused_by=None) for flag in every]


def families(flags: Iterable[Flag]) -> list[Family]:
    """Main flags in their order, each with what it explains: of the same source, of its period where one main flag has that."""
    every = linked(flags)
    mains = [flag for flag in every if flag.caused_by is None]
    by_cause: dict[tuple[str, str | None], list[Flag]] = {}
    for flag in mains:
        by_cause.setdefault((flag.code, flag.source), []).append(flag)
    hung: dict[Flag, list[Flag]] = {}
    for flag in every:
        if flag.caused_by is not None:
            causes = by_cause[flag.caused_by, flag.source]
            hung.setdefault(next((cause for cause in causes if cause.period == flag.period), causes[0]), []).append(flag)
    found = [Family(flag, tuple(hung.get(flag, ()))) for flag in mains]
    by_source: dict[str | None, list[Family]] = {}
    for family in found:
        by_source.setdefault(family.main.source, []).append(family)
    effects = {family.main: effect for group in by_source.values() for family, effect in zip(group, _effects(group), strict=True)}
    return [replace(family, effect=effects[family.main]) for family in found]


def _effects(group: Sequence[Family]) -> list[Decimal | None]:
    """What each family of one source does to the reported total: its weight in the data, less what the tonnes stated do not rest on."""
    weights = {family.main: _weight(family) for family in group}
    moved = [family for family in group if _moves_the_tonnes(family.main) and weights[family.main] is not None]
    difference = next(
        (flag for family in moved for flag in family.consequences if flag.code == DIFFERENCE and flag.tonnes is not None), None
    )
    explained = sum((weights[family.main] or Fraction() for family in moved), Fraction())
    if difference is None or not explained:
        return [_decimal(None if family.main.code == WITHOUT_DATA else weights[family.main]) for family in group]
    left = _left(difference, explained)
    shares: Mapping[Flag, Fraction | None] = {
        family.main: None if left is None else (weights[family.main] or Fraction()) * left / explained for family in moved
    }
    return [_decimal(shares.get(family.main, weights[family.main])) for family in group]


def _left(difference: Flag, explained: Fraction) -> Fraction | None:
    """What the tonnes stated are off by when all that is wrong in the data is put right; what their last digit explains is nothing."""
    rest = Fraction(difference.tonnes or 0)
    if difference.message.endswith(".incomplete") and abs(rest) > BEYOND * abs(explained):
        return None
    left = explained + rest
    return left if abs(left) > half_a_last_digit(Decimal(dict(difference.values)["reported"])) else Fraction()


def _weight(family: Family) -> Fraction | None:
    """A main flag's tonnes with those of the same error in other months."""
    if family.main.tonnes is None:
        return None
    more = (flag.tonnes for flag in family.consequences if flag.code == family.main.code and flag.tonnes is not None)
    return Fraction(family.main.tonnes) + sum((Fraction(tonnes) for tonnes in more), Fraction())


def _moves_the_tonnes(flag: Flag) -> bool:
    """Whether putting it right changes what the source recalculates to, and so how far that is from the tonnes stated."""
    return flag.column != STATED and (flag.code in GAPS or flag.code in EXPLAINS)


def _decimal(tonnes: Fraction | None) -> Decimal | None:
    return None if tonnes is None else round_half_up(tonnes, PLACES)
