"""Request counters by route, status and duration, in a memory-mapped file per process, so that any process can report all."""

import mmap
import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from struct import Struct
from threading import Lock

BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, float("inf"))
"""Seconds; each request counts in every bucket it fits."""
CLASSES = ("2xx", "3xx", "4xx", "5xx")
OTHER = "other"
_CELL = Struct(f"<{len(BUCKETS) + 1}d")
_NUMBER = Struct("<d")


class Requests:
    """The counts of this installation's server: own ones in a file of this process, those of the others beside it."""

    def __init__(self, folder: Path, routes: Sequence[str]) -> None:
        """`routes` are the templates of all routes, the same in every process of one version."""
        self.folder, self.routes = folder, (*sorted(routes), OTHER)
        self._places = {route: place for place, route in enumerate(self.routes)}
        self._size = len(self.routes) * len(CLASSES) * _CELL.size
        self._version = sha256("\n".join(self.routes).encode()).hexdigest()[:12]
        self._lock, self._pid, self._memory = Lock(), 0, mmap.mmap(-1, self._size)

    def count(self, route: str, status: int, seconds: float) -> None:
        """One request answered."""
        place = self._places.get(route, len(self.routes) - 1) * len(CLASSES) + min(max(status // 100 - 2, 0), len(CLASSES) - 1)
        offset = place * _CELL.size
        with self._lock:
            if self._pid != os.getpid():
                self._open()
            for number, most in enumerate(BUCKETS):
                if seconds <= most:
                    self._add(offset + number * _NUMBER.size, 1.0)
            self._add(offset + len(BUCKETS) * _NUMBER.size, seconds)

    def text(self) -> Iterator[str]:
        """All counts as Prometheus reads them."""
        yield "# HELP verifier_request_seconds Requests by route, status class and duration."
        yield "# TYPE verifier_request_seconds histogram"
        for place, route in enumerate(self.routes):
            for number, status in enumerate(CLASSES):
                cells = self._sum((place * len(CLASSES) + number) * _CELL.size)
                if not cells[-2]:
                    continue
                labels = f'route="{route}",status="{status}"'
                for most, count in zip(BUCKETS, cells, strict=False):
                    yield f'verifier_request_seconds_bucket{{{labels},le="{"+Inf" if most == float("inf") else most}"}} {count:.0f}'
                yield f"verifier_request_seconds_sum{{{labels}}} {cells[-1]:.6f}"
                yield f"verifier_request_seconds_count{{{labels}}} {cells[-2]:.0f}"

    def _sum(self, offset: int) -> list[float]:
        """One cell over every process that ever counted since the server started."""
        total = [0.0] * (len(BUCKETS) + 1)
        for path in self.folder.glob(f"*-{self._version}.counts"):
            with path.open("rb") as file:
                file.seek(offset)
                found = file.read(_CELL.size)
            if len(found) == _CELL.size:
                total = [have + more for have, more in zip(total, _CELL.unpack(found), strict=True)]
        return total

    def _add(self, offset: int, value: float) -> None:
        _NUMBER.pack_into(self._memory, offset, _NUMBER.unpack_from(self._memory, offset)[0] + value)

    def _open(self) -> None:
        """A file of this process; where there is no room for one, counts stay in it and nobody sees them.

        Its room is taken at once: a page of a file with holes that finds the disk full later kills the process.
        """
        self._pid = os.getpid()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.folder / f"{self._pid}-{self._version}.counts").open("w+b") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
                self._memory = mmap.mmap(file.fileno(), self._size)
        except OSError:
            self._memory = mmap.mmap(-1, self._size)


def forget(folder: Path) -> None:
    """A server that starts counts from nothing."""
    for path in folder.glob("*.counts"):
        path.unlink(missing_ok=True)
