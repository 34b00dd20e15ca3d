"""Files that only grow, a line at a time: what a kill left half-written was never promised, and is cut off by the next line."""

import fcntl
import os
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path

TAIL = 4096
"""Longer than any of our lines."""


def whole_lines(path: Path) -> list[str]:
    """Every line that was written to its end; none where there is no file."""
    found = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [line for line in found if line.endswith("\n")]


def append(path: Path, line: Callable[[str], str]) -> None:
    """Add a line, made from the one before it ("" where it is the first); on the disk when this returns, or not there at all."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        whole, last = _end(handle)
        data = line(last).encode()
        if os.pwrite(handle, data, whole) != len(data):
            os.ftruncate(handle, whole)
            raise OSError(ENOSPC, "no room for a line", path.name)
        os.fsync(handle)
    finally:
        os.close(handle)


def _end(handle: int) -> tuple[int, str]:
    """How long the file is up to its last whole line, and that line; what stands behind it is cut off."""
    size = os.fstat(handle).st_size
    tail = os.pread(handle, min(size, TAIL), max(0, size - TAIL))
    end = tail.rfind(b"\n") + 1
    whole = size - len(tail) + end
    if whole != size:
        os.ftruncate(handle, whole)
    return whole, tail[tail.rfind(b"\n", 0, max(0, end - 1)) + 1 : end].decode()
