"""Two ways of doing something, timed in turns, so that whatever else the machine does weighs on both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Action = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, the bound it is held to, and the seconds it rests on."""

    name: str
    value: float
    unit: str
    bound: float
    at_most: bool = True
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the bound holds."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound


def in_turns(*actions: Action, rounds: int) -> list[float]:
    """The median seconds of each action, done one after the other `rounds` times after one round that does not count."""
    times: list[list[float]] = [[] for _ in actions]
    for each in range(rounds + 1):
        for action, taken in zip(actions, times, strict=True):
            start = perf_counter()
            action()
            if each:
                taken.append(perf_counter() - start)
    return [median(taken) for taken in times]


def milliseconds(*seconds: float) -> str:
    """How long the actions took, for the note."""
    return " / ".join(f"{each * 1000:.1f} ms" for each in seconds)
