"""Values that follow from workbook and rules alone, kept in files of the installation; calculated anew where a statement rests on them.

A file is named by the hashes of everything its value follows from, in a folder named after the version of the method (the source text of
`core` and of how values are written). It is authenticated with a key of the installation: a file that is missing, damaged or of another
version is calculated anew and written again. Deleting the folder costs time and nothing else.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from flask import has_app_context

from verifier.cache import REPORTS, Cache
from verifier.evidence import derived_files
from verifier.reports.value_json import LazyTuple, decoder, encoder

V = TypeVar("V")
KIND = "case.derived_values"
"""The job that calculates what the pages of a case show before somebody asks for it; its task is in `casework`."""
SOURCES = ("core/**/*.py", "reports/value_json.py", "reports/derived_values.py", "reports/stored_content.py")
_anew: ContextVar[bool] = ContextVar("calculated_anew", default=False)


@contextmanager
def calculated_anew() -> Iterator[None]:
    """Values asked for inside are calculated by this process from the stored report, never read from a file."""
    token = _anew.set(True)
    try:
        yield
    finally:
        _anew.reset(token)


@dataclass(frozen=True, slots=True)
class Form(Generic[V]):
    """How a value is written: a head, and details that are decoded when they are first asked for."""

    written: Callable[[V], tuple[Any, Any]]
    read: Callable[[Any, Callable[[], Any]], V]


def form_of(shape: Any) -> Form[Any]:
    """The form of a value that is read as a whole."""
    out, back = encoder(shape), decoder(shape)
    return Form(lambda value: (out(value) if out else value, None), lambda head, _details: back(head) if back else head)


def form_of_list(shape: Any) -> Form[Any]:
    """The form of a tuple of such items that may never be asked for."""
    whole = form_of(tuple[shape, ...])

    def read(_head: Any, details: Callable[[], Any]) -> LazyTuple[Any]:
        return LazyTuple(lambda: whole.read(details(), details))

    return Form(lambda value: (None, whole.written(value)[0]), read)


class DerivedValues(Generic[V]):
    """The values of one kind: the last few in memory, all of them in files."""

    def __init__(self, name: str, form: Callable[[], Form[V]]) -> None:
        self._name, self._form = name, cache(form)
        self._memory: Cache[V] = Cache(REPORTS)

    def get(self, key: tuple[str, ...], make: Callable[[], V]) -> V:
        """The value of a key, which names everything it follows from."""
        if _anew.get():
            return self._memory.get(("anew", *key), make)
        return self._memory.get(key, lambda: self._read_or_made(key, make))

    def keep(self, key: tuple[str, ...], value: V) -> None:
        """Keep a value that was calculated elsewhere."""
        self._memory.put(key, value)
        if has_app_context():
            self._write(self._path(key), value)

    def _read_or_made(self, key: tuple[str, ...], make: Callable[[], V]) -> V:
        if not has_app_context():
            return make()
        path = self._path(key)
        found = _opened(path)
        if found is not None:
            head, details = found
            return self._form().read(json.loads(zlib.decompress(head)), cache(lambda: json.loads(zlib.decompress(details))))
        value = make()
        self._write(path, value)
        return value

    def _path(self, key: tuple[str, ...]) -> Path:
        return derived_files.path_of(method_version(), self._name, key)

    def _write(self, path: Path, value: V) -> None:
        head, details = (zlib.compress(json.dumps(part, separators=(",", ":")).encode(), 1) for part in self._form().written(value))
        derived_files.write(path, len(head).to_bytes(8, "big") + head + details)


def method_version() -> str:
    """The version of the method, as a name: the hash of the source text that values follow from."""
    return derived_files.version_of(*SOURCES)


derived_files.VERSIONS.append(lambda: (method_version(),))


def _opened(path: Path) -> tuple[bytes, bytes] | None:
    """Head and details of a file, still compressed; None where there is none, or it is not what this installation wrote there."""
    body = derived_files.read(path)
    if body is None:
        return None
    size = int.from_bytes(body[:8], "big")
    return body[8 : 8 + size], body[8 + size :]
