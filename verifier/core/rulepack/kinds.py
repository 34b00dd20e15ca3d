"""What a field of a rule pack may hold beyond its Python type, written as annotations that the reader follows."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from typing import Annotated, Any

from verifier.core.access import SeparateRole

BASES = ("read", "known", "practice", "unstated")
"""How sure a value is."""
ROLE_WORDS = tuple(role.value for role in SeparateRole)
"""The roles that a pack may keep apart."""


class Mark(Enum):
    """Annotations without a value of their own."""

    MAY_BE_UNSTATED = auto()
    """A section that a pack may leave out if it says why under `unstated`."""
    MAY_BE_EMPTY = auto()
    """A list that may have no entry."""
    NOT_IN_FILE = auto()
    """A field that is not read from the file."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key in the file, where it differs from the name of the field."""

    name: str


@dataclass(frozen=True, slots=True)
class Accepts:
    """A test on the value as read, and the reason given where it fails or the value is not of its type."""

    test: Callable[[Any], bool]
    reason: str


def one_of(words: tuple[str, ...], reason: str) -> Accepts:
    """Accepts one of these words."""
    return Accepts(lambda value: value in words, reason)


def is_number(text: str) -> bool:
    """Whether a text is an exact number: digits, a decimal or a quotient."""
    try:
        Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def _is_share(value: Fraction) -> bool:
    return 0 < value < 1


def _climb_to_the_whole(steps: tuple[Fraction, ...]) -> bool:
    return all(0 < step <= 1 for step in steps) and list(steps) == sorted(set(steps)) and steps[-1] == 1


Whole = Annotated[int, Accepts(lambda value: value >= 0, "must be a whole number, 0 or more")]
Month = Annotated[int, Accepts(lambda value: 1 <= value <= 12, "must be a month, 1 to 12")]
Day = Annotated[int, Accepts(lambda value: 1 <= value <= 31, "must be a day, 1 to 31")]
Sign = Annotated[int, Accepts(lambda value: value in (1, -1), "must be 1 or -1")]
NumberText = Annotated[str, Accepts(is_number, "must be a number written as text")]
Positive = Annotated[Fraction, Accepts(lambda value: value > 0, "must be a number above 0, written as text")]
Share = Annotated[Fraction, Accepts(_is_share, "must be a share between 0 and 1, written as text")]
Shares = Annotated[
    tuple[Fraction, ...], Accepts(lambda values: all(map(_is_share, values)), "must be shares between 0 and 1, written as text")
]
Steps = Annotated[tuple[Fraction, ...], Accepts(_climb_to_the_whole, "must be shares that climb to 1, written as text")]
Basis = Annotated[str, one_of(BASES, f"must be one of {', '.join(BASES)}")]
Check = Annotated[str, one_of(("boundary", "data", "site"), "must be boundary, data or site")]
Estimator = Annotated[str, one_of(("verifier", "authority"), "must be verifier or authority")]
CoverageAsked = Annotated[str, one_of(("every", "plan"), "must be every or plan")]
RoundingMode = Annotated[str, one_of(("half_up",), 'must be "half_up"')]
TotalRule = Annotated[str, one_of(("sum_of_rounded_categories", "rounded_sum"), 'must be "sum_of_rounded_categories" or "rounded_sum"')]
Texts = Annotated[tuple[str, ...], Mark.MAY_BE_EMPTY, Accepts(lambda values: True, "must be a list of texts, or empty")]
RolePairs = Annotated[
    tuple[tuple[str, str], ...],
    Mark.MAY_BE_EMPTY,
    Accepts(
        lambda pairs: all(set(pair) <= set(ROLE_WORDS) for pair in pairs), f"must be a list of pairs of roles: {', '.join(ROLE_WORDS)}"
    ),
]
