"""Values that follow from workbook and rules alone, kept in files of the installation; calculated anew where a statement rests on them.

A file is named by the hashes of everything its value follows from, in a folder named after the version of the method (the source text of
`core` and of how values are written). It is authenticated with a key of the installation: a file that is missing, damaged or of another
version is calculated anew and written again. Deleting the folder costs time and nothing else.
"""

import json
import os
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from hmac import compare_digest, new
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
from flask import current_app, has_app_context

from verifier.accounts.authentication.crypto import key as derived_key
from verifier.cache import REPORTS, Cache
from verifier.config import PACKAGE
from verifier.reports.value_json import LazyTuple, decoder, encoder

V = TypeVar("V")
FOLDER = "derived"
KIND = "case.derived_values"
"""The job that calculates what the pages of a case show before somebody asks for it; its task is in `casework`."""
UNUSED = timedelta(days=90)
USED_AGAIN = timedelta(days=1)
PURPOSE = "derived values"
SOURCES = ("core/**/*.py", "reports/value_json.py", "reports/derived_values.py", "reports/stored_content.py")
_anew: ContextVar[bool] = ContextVar("calculated_anew", default=False)

log = structlog.get_logger()


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
        name = sha256("\x1f".join((self._name, *key)).encode()).hexdigest()
        return folder() / method_version() / name[:2] / f"{self._name}-{name}"

    def _write(self, path: Path, value: V) -> None:
        """Write the file beside its place and rename it; a disk that is full or read-only costs the next reader time."""
        head, details = (zlib.compress(json.dumps(part, separators=(",", ":")).encode(), 1) for part in self._form().written(value))
        body = len(head).to_bytes(8, "big") + head + details
        aside = path.with_name(f"{path.name}.{os.urandom(8).hex()}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(_authenticated(path, body) + body)
            aside.replace(path)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            log.info("derived_value_not_kept", kind=self._name, reason=error.strerror)


def folder() -> Path:
    """Where the files of this installation are."""
    instance: Path = current_app.extensions["verifier"].settings.instance
    return instance / FOLDER


@cache
def method_version() -> str:
    """The version of the method, as a name: the hash of the source text that values follow from."""
    files = sorted(path for pattern in SOURCES for path in PACKAGE.glob(pattern))
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in files)).hexdigest()[:32]


def clear_unused(now: float | None = None) -> int:
    """Remove values of other versions of the method and those nobody asked for in a long time; how many folders and files went."""
    gone, now = 0, time.time() if now is None else now
    for version in folder().glob("*"):
        if version.name != method_version():
            shutil.rmtree(version, ignore_errors=True)
            gone += 1
    for path in folder().glob("*/*/*"):
        with suppress(OSError):
            if now - path.stat().st_mtime > UNUSED.total_seconds():
                path.unlink()
                gone += 1
    return gone


def _opened(path: Path) -> tuple[bytes, bytes] | None:
    """Head and details of a file, still compressed; None where there is none, or it is not what this installation wrote there."""
    try:
        data = path.read_bytes()
        if time.time() - path.stat().st_mtime > USED_AGAIN.total_seconds():
            os.utime(path)
    except OSError:
        return None
    body = data[32:]
    if not compare_digest(data[:32], _authenticated(path, body)):
        log.warning("derived_value_damaged", file=path.name)
        return None
    size = int.from_bytes(body[:8], "big")
    return body[8 : 8 + size], body[8 + size :]


def _authenticated(path: Path, body: bytes) -> bytes:
    return new(derived_key(PURPOSE), b"/".join((method_version().encode(), path.name.encode(), body)), sha256).digest()
