"""Formatting of figures of analytical procedures: amounts of any size, shares, and changes with their sign."""

from collections.abc import Callable
from fractions import Fraction

from flask_babel import gettext as _

from verifier.core.analysis.lines import AnalysisLine
from verifier.web.pages.filters import share, tonnes

MOST_PLACES = 8
Namer = Callable[[AnalysisLine], str]


def figure(value: Fraction | None, like: Fraction | None = None) -> str:
    """An amount with two places, a small one with as many as show four digits of it or of its counterpart; None as “unknown”."""
    size, places = abs(like or value or 10), 2
    while size < 10 and places < MOST_PLACES:
        size, places = size * 10, places + 1
    return tonnes(value, places)


def signed_figure(value: Fraction | None, like: Fraction | None = None) -> str:
    """A change with its sign; a dash where it is unknown."""
    return "—" if value is None else f"{'+' if value > 0 else ''}{figure(value, like)}"


def part(value: Fraction | None) -> str:
    """A share in percent; an unknown one as “unknown”."""
    return _("unknown") if value is None else share(value)


def signed_part(value: Fraction | None) -> str:
    """A relative change in percent with its sign; a dash where it is unknown."""
    return "—" if value is None else f"{'+' if value > 0 else ''}{tonnes(value * 100, 1)} %"


def written_unit(text: str) -> str:
    """A unit as people read it."""
    return text.replace("CO2", "CO₂")
