"""A file is read in a process of its own, so that its time and memory can be told from everything else's."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from time import monotonic
from typing import Any

WORKER = 130


@dataclass(frozen=True)
class Measured:
    """What came of it, in how many seconds by the clock and by the processor, and the most memory a process of it held.

    What its process held before is taken away, and what a process of the server holds before anything is sent is added.
    """

    result: Any
    seconds: float
    processor: float
    megabytes: int


def measured(work: Callable[[bytes], Any], data: bytes) -> Measured:
    """Do something with a file in a process; whatever that starts is measured with it.

    It is forked from a small process that does nothing else: a program counts as large as the process it was started from, and the one
    of the tests may hold anything.
    """
    ours, theirs = _small().Pipe(duplex=False)
    start = monotonic()
    child = _small().Process(target=_do, args=(theirs, work, data))
    child.start()
    theirs.close()
    try:
        result, processor, megabytes = ours.recv()
    except EOFError:
        raise AssertionError("the child died without an answer") from None
    finally:
        ours.close()
        child.join()
        child.close()
    return Measured(result, monotonic() - start, processor, megabytes)


@cache
def _small() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.files.test_workbooks", "tests.files.test_photos"])
    return context


def _do(end: Connection, work: Callable[[bytes], Any], data: bytes) -> None:
    before = _kilobytes("VmRSS")
    result = work(data)
    here, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    megabytes = max(WORKER + (_kilobytes("VmHWM") - before) // 1024, below.ru_maxrss // 1024)
    end.send((result, sum(used.ru_utime + used.ru_stime for used in (here, below)), megabytes))


def _kilobytes(what: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{what}:")[2].split()[0])
