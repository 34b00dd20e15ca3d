"""Inherent and control risk of sources and data flows, which determine how they are sampled.

What the three levels lead to is no programme's rule: it is the body's practice and shown so. (AVR and ISO 14064-3 ask for inherent and
control risk and for detection risk to follow from them; rules.md sections 3 and 5 give no figures.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from verifier.core.errors import Refusal


class Level(StrEnum):
    """Risk level."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


ORDER = tuple(Level)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Inherent risk (a number of this kind being wrong) and control risk (the unit not noticing), with the reason."""

    inherent: Level
    control: Level
    reason: str

    @property
    def combined(self) -> Level:
        """Combined risk of a misstatement in the report."""
        return combined(self.inherent, self.control)


def assessed(inherent: Level, control: Level, reason: str) -> Assessment:
    """An assessment; refuses one without a reason."""
    if not reason.strip():
        raise Refusal("data.risk.reason")
    return Assessment(inherent, control, reason.strip())


def combined(inherent: Level, control: Level) -> Level:
    """Low with low stays low; where one is high and the other not low it is high; everything between is medium."""
    place = ORDER.index(inherent) + ORDER.index(control)
    return Level.LOW if place == 0 else Level.MEDIUM if place <= 2 else Level.HIGH


def highest(levels: Iterable[Level]) -> Level | None:
    """The highest of several, None of none: what a source takes from itself and from the flows its data come through."""
    return max(levels, key=ORDER.index, default=None)


def first_step(level: Level | None, steps: Sequence[Fraction]) -> Fraction:
    """First ladder step of a source: the first, the second at medium risk, full examination at high risk."""
    if level is Level.HIGH or not steps:
        return Fraction(1)
    return steps[min(1, len(steps) - 1)] if level is Level.MEDIUM else steps[0]


def risk_of_sample(level: Level | None, risks: Sequence[Fraction]) -> Fraction:
    """Risk of incorrect acceptance for tonne-unit sampling: the pack's highest if all risks are low, else its lowest."""
    if not risks:
        raise Refusal("data.sample.risk")
    return max(risks) if level is Level.LOW else min(risks)
