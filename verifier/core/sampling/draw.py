"""Reproducible selection: a ticket per item from seed and checksum, so that the draw can be repeated from the export.

Ticket of an item = SHA-256 of the UTF-8 text `seed` LF `checksum` LF `line of the item`, read as a number of 256 bits. Of n items that are
all as likely, those with the lowest tickets are drawn; a longer draw keeps every item of a shorter one. For a draw by size the items are
laid end to end in the order of their tickets, and every `interval` tonnes from a random start on one is hit.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil

from verifier.core.errors import Refusal
from verifier.core.sampling.population import Item

LONGEST_SEED = 64


def checked_seed(seed: str) -> str:
    """A seed as it is recorded: printable ASCII without blanks around, 1 to 64 characters; refuses any other."""
    stripped = seed.strip()
    if not stripped or len(stripped) > LONGEST_SEED or not stripped.isascii() or not stripped.isprintable():
        raise Refusal("data.sample.seed", longest=LONGEST_SEED)
    return stripped


def ticket(seed: str, checksum: str, line: str) -> int:
    """A number of 256 bits that nobody can choose once seed and population stand."""
    return int.from_bytes(sha256(f"{seed}\n{checksum}\n{line}".encode()).digest(), "big")


def in_ticket_order(items: Iterable[Item], seed: str, checksum: str) -> list[Item]:
    """The items by their tickets, lowest first; the order they came in plays no part."""
    return sorted(items, key=lambda item: ticket(seed, checksum, item.line))


def lowest(items: Sequence[Item], count: int, seed: str, checksum: str) -> tuple[Item, ...]:
    """`count` items, each as likely as any other."""
    return tuple(in_ticket_order(items, seed, checksum)[:count])


def start(interval: Fraction, seed: str, checksum: str) -> Fraction:
    """Where a systematic draw starts: the ticket of the word `start`, as a share of the interval; at least 0 and below the interval."""
    return interval * ticket(seed, checksum, "start") / 2**256


def systematic(items: Sequence[Item], interval: Fraction, seed: str, checksum: str, extended: int = 1) -> tuple[Item, ...]:
    """The items hit when laid end to end by ticket and cut every `interval` tonnes from the start on; one hit often is drawn once.

    A sample `extended` that many times keeps every point of the first one, whose interval was as many times as long.

    Source: rules.md section 6 (tonne-unit sampling: a systematic draw needs a recorded random seed).
    """
    if interval <= 0:
        raise Refusal("data.sample.interval")
    point, reached, drawn = start(interval * extended, seed, checksum) % interval, Fraction(), []
    for item in in_ticket_order(items, seed, checksum):
        reached += Fraction(item.size or 0)
        if point < reached:
            drawn.append(item)
            point += interval * ceil((reached - point) / interval)
    return tuple(drawn)
