"""A large picture is decoded in a process of its own: the server that received it does not grow."""

import re
from pathlib import Path
from struct import pack
from zlib import compressobj, crc32

import pytest

from verifier.evidence import photo_reader

WIDTH, HEIGHT = 8000, 7750
MOST = 60 * 2**20


def large_png() -> bytes:
    """A PNG of 62 megapixels in three colours, compressed row by row."""
    packed, row = compressobj(1), b"\0" + b"\x80\x90\xa0" * WIDTH
    data = b"".join(packed.compress(row) for _ in range(HEIGHT)) + packed.flush()
    head = pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack(">I", len(body)) + kind + body + pack(">I", crc32(kind + body)) for kind, body in chunks)


def resident(name: str) -> int:
    """Bytes of this process: VmRSS now, VmHWM at most since the peak was set back."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


@pytest.mark.parametrize("copies", [False, pytest.param(True, marks=pytest.mark.hold)])
def test_a_picture_of_62_megapixels_is_decoded_outside_the_process_that_received_it(copies: bool) -> None:
    data = large_png()
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    read = photo_reader.read(data, "large.png", copies=copies)
    assert (read.width, read.height, bool(read.preview)) == (WIDTH, HEIGHT, copies)
    assert resident("VmHWM") - before < MOST
