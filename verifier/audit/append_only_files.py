"""Append-only line files: an incomplete last line left by a kill is truncated when the next line is written."""

import fcntl
import os
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path

TAIL = 4096
"""Upper bound of a line's length."""


def whole_lines(path: Path) -> list[str]:
    """All complete lines; empty if the file does not exist."""
    found = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [line for line in found if line.endswith("\n")]


def last_line(path: Path) -> str:
    """The last complete line, read from the end; empty if there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        complete = file.read().rpartition(b"\n")[0]
    return complete.rpartition(b"\n")[2].decode(errors="replace")


def append(path: Path, line: Callable[[str], str]) -> None:
    """Append a line computed from the previous one ("" for the first); fsynced when this returns, or not written at all."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        complete, last = _end(handle)
        data = line(last).encode()
        if os.pwrite(handle, data, complete) != len(data):
            os.ftruncate(handle, complete)
            raise OSError(ENOSPC, "no room for a line", path.name)
        os.fsync(handle)
    finally:
        os.close(handle)


def _end(handle: int) -> tuple[int, str]:
    """Length of the file up to its last complete line, and that line; anything after it is truncated."""
    size = os.fstat(handle).st_size
    tail = os.pread(handle, min(size, TAIL), max(0, size - TAIL))
    end = tail.rfind(b"\n") + 1
    complete = size - len(tail) + end
    if complete != size:
        os.ftruncate(handle, complete)
    return complete, tail[tail.rfind(b"\n", 0, max(0, end - 1)) + 1 : end].decode()
