"""The one cache of the process: values that follow from rows that never change.

Invalidation: none. A key names everything its value follows from (hashes of workbook and pack, ids of rows that are never edited, a stamp
that every write moves), so that a change has another key; the least recently used value goes where there is no more room. What is asked
of editable rows is kept for one reading transaction at most: `db.once_per_read`.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

V = TypeVar("V")

REPORTS = 6
"""How many values as large as a report with its calculation are kept."""
SMALL = 64
"""How many counts and lists of choices are kept."""
_KNOWN: "WeakSet[Cache[Any]]" = WeakSet()


class Cache(Generic[V]):
    """A bounded map shared by the threads of the process; `size` values stay, the least recently used goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = Lock()
        _KNOWN.add(self)

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not there; made outside the lock, so that two threads may both make it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        self.put(key, value)
        return value

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value that was made elsewhere."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()


def forget_all() -> None:
    """Empty every cache of the process, as after a restart; for measurements and tests."""
    for each in list(_KNOWN):
        each.clear()
