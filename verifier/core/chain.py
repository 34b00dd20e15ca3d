"""Hash chain of a trail: each row's hash covers the previous row's hash; a signed head covers the last one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from hashlib import sha256
from json import dumps
from math import isfinite
from uuid import UUID

GENESIS = "0" * 64
"""What the first row names as its predecessor, and the head hash of a chain without rows."""


class Fault(StrEnum):
    """Kind of fault at the first invalid row of a chain."""

    EDITED = "edited"
    MISSING = "missing"
    INSERTED = "inserted"
    OUT_OF_ORDER = "out_of_order"
    TAIL_CUT = "tail_cut"
    HEAD_UNKNOWN = "head_unknown"
    ERASED = "erased"


@dataclass(frozen=True)
class ChainRow:
    """A stored row: its number counted from 1, the hash before it, its own hash, and the content that was hashed."""

    number: int
    previous: str
    hash: str
    content: Mapping[str, object]


@dataclass(frozen=True)
class Break:
    """The first row that cannot be trusted, by number, and why."""

    number: int
    fault: Fault


def canonical_json(value: object) -> bytes:
    """The one UTF-8 text of a value: keys sorted, no spaces, decimals and fractions as text, times in UTC, what JSON reads back unchanged.

    Refuses (TypeError, ValueError) what has no single text: NaN, infinity, times without a zone, keys that are not text, sets, bytes.
    """
    return dumps(_plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def row_hash(previous: str, row: Mapping[str, object]) -> str:
    """SHA-256, in hex, of a row's canonical content together with the hash of the row before it (GENESIS for the first)."""
    return sha256(canonical_json({"previous": previous, "row": row})).hexdigest()


def first_break(rows: Iterable[ChainRow], head_count: int, head_hash: str) -> Break | None:
    """The first row, in stored order, that was edited, removed, inserted or moved, or None where all of them lead to the head.

    The head gives the number of rows and the last hash; against an older head, hand in only the first `head_count` rows.
    """
    chain = list(rows)
    leading = _leading_to(head_hash, chain)
    last = GENESIS
    for place, row in enumerate(chain, start=1):
        if row.number != place:
            return _misnumbered(chain, place)
        if row_hash(row.previous, row.content) != row.hash:
            return Break(place, Fault.EDITED)
        if row.previous != last:
            return _unlinked(chain, place, leading, head_count)
        last = row.hash
    if len(chain) < head_count:
        return Break(len(chain) + 1, Fault.TAIL_CUT)
    if len(chain) > head_count:
        return Break(head_count + 1, Fault.INSERTED)
    return None if last == head_hash else Break(len(chain), Fault.HEAD_UNKNOWN)


def head_bytes(chain_id: str, count: int, hash: str, at: datetime) -> bytes:
    """The text that is signed for a head: which chain, how many rows, the last row's hash, and when (aware)."""
    return canonical_json({"at": at, "chain": chain_id, "count": count, "hash": hash, "signs": "verifier trail head, version 1"})


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The Merkle tree hash of the leaves in their order, in hex (RFC 6962, 2.1: leaves and nodes differ in their first byte)."""
    return _tree_hash([sha256(b"\0" + leaf).digest() for leaf in leaves]).hex()


def _tree_hash(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + _tree_hash(hashes[:split]) + _tree_hash(hashes[split:])).digest()


def _plain(value: object) -> object:
    """The value in the types JSON has; an enum speaks by its value."""
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            if not isfinite(value):
                raise ValueError(f"{value} has no canonical text")
            return value if isinstance(value, float) else str(value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"{value} has no time zone")
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case UUID() | Fraction():
            return str(value)
        case Mapping():
            return {_key(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical text")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"key {key!r} is not text")
    return str(key)


def _leading_to(head_hash: str, chain: Sequence[ChainRow]) -> set[str]:
    """The hashes met when walking back from the head: rows outside them were not there when the head was made."""
    previous = {row.hash: row.previous for row in chain}
    met: set[str] = set()
    while head_hash in previous and head_hash not in met:
        met.add(head_hash)
        head_hash = previous[head_hash]
    return met


def _misnumbered(chain: Sequence[ChainRow], place: int) -> Break:
    """Why the row at a place carries another number: all places before it were in order."""
    number = chain[place - 1].number
    if 0 < number < place:
        return Break(number, Fault.INSERTED)
    moved = any(row.number == place for row in chain[place:])
    return Break(place, Fault.OUT_OF_ORDER if moved else Fault.MISSING)


def _unlinked(chain: Sequence[ChainRow], place: int, leading: set[str], head_count: int) -> Break:
    """Why a sound row does not follow the row before it: whichever of the two does not lead to the head is at fault."""
    row = chain[place - 1]
    if any(later.hash == row.previous for later in chain[place:]):
        return Break(place, Fault.OUT_OF_ORDER)
    if len(chain) < head_count:
        return Break(place, Fault.MISSING)
    inserted = place - 1 if row.hash in leading and place > 1 else place
    return Break(inserted, Fault.INSERTED if len(chain) > head_count else Fault.EDITED)
