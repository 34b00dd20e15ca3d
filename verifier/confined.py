"""Where strangers' files are read: a program of ours in a process of its own, within limits, so that a hostile file harms nobody else.

This file is both sides: `run` starts it, and started as a program it sets the limits before the reader sees a byte.
"""

import resource
import runpy
import signal
import subprocess
import sys
from pathlib import Path

OUT_OF_MEMORY = 77


class TooSlow(Exception):
    """The file asked for more time than any honest one needs."""


class TooMuch(Exception):
    """The file asked for more memory than any honest one needs."""


class Broken(Exception):
    """The reader ended without an answer."""


def run(reader: Path, given: bytes, *, memory: int, seconds: int) -> bytes:
    """What the reader wrote about the bytes it was given, within `memory` bytes and `seconds` of processor and of clock."""
    command = [sys.executable, "-I", __file__, str(reader), str(memory), str(seconds)]
    try:
        done = subprocess.run(command, input=given, env={}, capture_output=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as expired:
        raise TooSlow from expired
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        raise TooSlow
    if done.returncode == OUT_OF_MEMORY:
        raise TooMuch
    if done.returncode != 0:
        raise Broken
    return done.stdout


def main(reader: str, memory: str, seconds: str) -> None:
    """Limits first, then the reader; memory that runs out is told by the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    try:
        runpy.run_path(reader, run_name="__main__")
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main(*sys.argv[1:])
