"""Registry of job functions by kind; each package registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """The function for a kind of job; must be idempotent, because it may run again after a crash."""

    run: Callable[..., None]
    tries: int
    limit: timedelta
    keep: timedelta
    forget: bool
    every: timedelta | None
    in_steps: bool = False
    """Whether it begins without the write lock and commits what it writes itself, in small transactions."""


TASKS: dict[str, Task] = {}


def task(
    kind: str,
    *,
    tries: int = 10,
    limit: timedelta = timedelta(minutes=30),
    keep: timedelta = timedelta(days=30),
    forget: bool = False,
    every: timedelta | None = None,
    in_steps: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `run(work, **arguments)` for a kind.

    It is tried `tries` times; held for at most `limit` a try; its row is kept for `keep` after it is done, without its arguments
    where `forget`; `every` makes it come back by itself, once in each such span whoever asks; `in_steps`, it reads
    without the write lock and commits its own small transactions.
    """

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        if kind in TASKS and TASKS[kind].run.__qualname__ != run.__qualname__:
            raise ValueError(f"two tasks for {kind}")
        TASKS[kind] = Task(run, tries, limit, keep, forget, every, in_steps)
        return run

    return register
