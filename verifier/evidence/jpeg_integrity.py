"""Detects a JPEG whose picture data end early although the file is closed; decoders fill what is missing with grey and say nothing.

A photo cut off and closed with an end marker, or filled up with zeros, decodes without an error. Four properties tell it from a whole one:
the number of restart intervals, the bits of each coefficient that the scans have sent, a long run of zeros, and a second decoding with
other data appended to the last scan: a whole scan never reads them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil

from PIL import Image

ZEROS = bytes(64)
"""No camera writes so many zeros in a row into picture data, unless zeros mean “nothing changes”."""
PATCH = 4
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_SOS, _EOI, _DHT, _DRI = 0xDA, 0xD9, 0xC4, 0xDD
_BASELINE, _PROGRESSIVE = (0xC0, 0xC1), 0xC2
_SIZES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)


@dataclass
class _Scan:
    """One scan: its components with their tables, the coefficients and bits it sends, and where its data stand in the file."""

    components: list[tuple[int, int, int]]
    first: int
    last: int
    low_bit: int
    begin: int
    end: int


@dataclass
class _Parts:
    """What the markers of a JPEG say up to its end marker."""

    process: int = 0
    width: int = 0
    height: int = 0
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict)
    interval: int = 0
    first_symbols: dict[int, int] = field(default_factory=dict)
    scans: list[_Scan] = field(default_factory=list)


def is_whole(data: bytes, decoded: Image.Image, decode: Callable[[bytes], Image.Image]) -> bool:
    """Whether every row of the picture was in the file; `decode` decodes bytes as `decoded` was."""
    try:
        parts = _parts(data)
    except (IndexError, ValueError):
        return True
    if not parts.scans or parts.width * parts.height == 0:
        return True
    if not _intervals_whole(data, parts) or not _bits_whole(parts) or _zeros_filled(data, parts):
        return False
    single = parts.process in _BASELINE and len(parts.scans) == 1
    if single and not _plain_corner(decoded):
        return True
    end = parts.scans[-1].end
    longer = decode(data[:end] + _noise() + data[end:])
    return longer.size == decoded.size and longer.tobytes() == decoded.tobytes()


def _parts(data: bytes) -> _Parts:
    parts = _Parts()
    for marker, at, size in _segments(data):
        if marker in _SIZES:
            parts.process = marker
            parts.height, parts.width = int.from_bytes(data[at + 1 : at + 3], "big"), int.from_bytes(data[at + 3 : at + 5], "big")
            each = range(at + 6, at + 6 + 3 * data[at + 5], 3)
            parts.sampling = {data[one]: (data[one + 1] >> 4, data[one + 1] & 15) for one in each}
        elif marker == _DRI:
            parts.interval = int.from_bytes(data[at : at + 2], "big")
        elif marker == _DHT:
            _first_symbols(data[at : at + size], parts.first_symbols)
        elif marker == _SOS:
            parts.scans.append(_scan(data, at, size))
    return parts


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each marker with place and size of what belongs to it, until the end marker."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == _EOI:
            return
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big") - 2
        yield marker, at + 4, size
        at += 4 + size
        if marker == _SOS:
            at = _data_end(data, at)


def _data_end(data: bytes, begin: int) -> int:
    found = _NEXT_MARKER.search(data, begin)
    return found.start() if found else len(data)


def _scan(data: bytes, at: int, size: int) -> _Scan:
    count = data[at]
    components = [(data[one], data[one + 1] >> 4, data[one + 1] & 15) for one in range(at + 1, at + 1 + 2 * count, 2)]
    first, last, bits = data[at + 1 + 2 * count], data[at + 2 + 2 * count], data[at + 3 + 2 * count]
    return _Scan(components, first, last, bits & 15, at + size, _data_end(data, at + size))


def _first_symbols(tables: bytes, found: dict[int, int]) -> None:
    """By class and number of each Huffman table the symbol that zeros alone stand for."""
    at = 0
    while at + 17 < len(tables):
        found[tables[at]] = tables[at + 17]
        at += 17 + sum(tables[at + 1 : at + 17])


def _intervals_whole(data: bytes, parts: _Parts) -> bool:
    """As many restart markers as the picture needs, where it is one scan with restart markers."""
    if not parts.interval or parts.process not in _BASELINE or len(parts.scans) != 1 or not parts.sampling:
        return True
    scan = parts.scans[0]
    across, down = (max(each) for each in zip(*parts.sampling.values(), strict=True)) if len(scan.components) > 1 else (1, 1)
    units = ceil(parts.width / (8 * across)) * ceil(parts.height / (8 * down))
    markers = sum(data.count(bytes((0xFF, number)), scan.begin, scan.end) for number in range(0xD0, 0xD8))
    return markers >= ceil(units / parts.interval) - 1


def _bits_whole(parts: _Parts) -> bool:
    """Whether the scans of a progressive picture have sent the last bit of every coefficient."""
    if parts.process != _PROGRESSIVE:
        return True
    missing = {(component, number): 1 for component in parts.sampling for number in range(64)}
    for scan in parts.scans:
        for component, _, _ in scan.components:
            missing.update({(component, number): scan.low_bit for number in range(scan.first, scan.last + 1)})
    return not any(missing.values())


def _zeros_filled(data: bytes, parts: _Parts) -> bool:
    """A run of zeros in a sequential picture whose tables do not say “no change, nothing more” by zeros."""
    if parts.process not in _BASELINE:
        return False
    for scan in parts.scans:
        plain = all(parts.first_symbols.get(dc) == 0 and parts.first_symbols.get(0x10 | ac) == 0 for _, dc, ac in scan.components)
        if not plain and data.find(ZEROS, scan.begin, scan.end) >= 0:
            return True
    return False


def _plain_corner(picture: Image.Image) -> bool:
    """Whether the last corner is of one colour, as what is missing is."""
    corner = picture.crop((max(0, picture.width - PATCH), max(0, picture.height - 1), picture.width, picture.height))
    return corner.getcolors(1) is not None


def _noise() -> bytes:
    """Bytes that no marker begins with, the same for every file."""
    blocks = b"".join(sha256(bytes((number,))).digest() for number in range(16))
    return blocks.replace(b"\xff", b"\x55")
