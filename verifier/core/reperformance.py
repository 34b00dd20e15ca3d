"""Numbers that the independent reviewer re-performs: the heaviest one, and random ones drawn from a recorded seed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

from verifier.core.sampling.draw import ticket

PRACTICE = 5
"""Random numbers where the rule pack states no count: practice, no published rule."""


class ReperformedOutcome(StrEnum):
    """Result of re-performing a number."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A number to re-perform: the `heaviest`, or one drawn at random."""

    key: str
    heaviest: bool


def chosen(numbers: Iterable[tuple[str, Fraction]], seed: str, stated: int | None = None) -> tuple[Chosen, ...]:
    """The heaviest number first, then `stated` random ones (by practice 5) in the order of their tickets, or as many as there are.

    `numbers` are keys with the t CO2 that depend on them. A ticket is that of sampling, over seed, checksum of the keys, and key.
    """
    tonnes = dict(numbers)
    if not tonnes:
        return ()
    heaviest = min(tonnes, key=lambda key: (-tonnes[key], key))
    sum_of_keys = checksum(tonnes)
    others = sorted(tonnes.keys() - {heaviest}, key=lambda key: ticket(seed, sum_of_keys, key))
    count = PRACTICE if stated is None else stated
    return (Chosen(heaviest, True), *(Chosen(key, False) for key in others[:count]))


def checksum(keys: Iterable[str]) -> str:
    """SHA-256, in hex, of the keys in order, each on its line."""
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()
