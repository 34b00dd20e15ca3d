"""What is measured is what reading takes, whatever the process of the tests holds meanwhile."""

import subprocess
import sys
from time import process_time

import pytest

from tests.files.measuring import WORKER, measured

pytestmark = pytest.mark.hold

MUCH = 300 * 2**20


def start_a_program(held: bytes) -> int:
    """A program that holds a few megabytes."""
    return subprocess.run([sys.executable, "-c", "pass"], check=True).returncode


def start_a_large_program(held: bytes) -> int:
    """A program that holds much."""
    return subprocess.run([sys.executable, "-c", f"held = b'x' * {MUCH}"], check=True).returncode


def hold(held: bytes) -> int:
    """Hold much, and let it go again."""
    return len(b"x" * MUCH)


def work(held: bytes) -> bool:
    """Keep the processor busy for a while."""
    until = process_time() + 0.3
    while process_time() < until:
        pass
    return True


def test_memory_and_time_are_those_of_the_work_and_what_it_starts() -> None:
    ballast = b"x" * (2 * MUCH)
    assert measured(start_a_program, b"").megabytes < 250
    assert measured(start_a_large_program, b"").megabytes >= MUCH / 2**20
    assert measured(hold, b"").megabytes > WORKER + MUCH / 2**20 - 10
    assert measured(work, b"").processor >= 0.3
    assert len(ballast) == 2 * MUCH
