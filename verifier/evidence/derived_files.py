"""Files of values that follow from what is stored: each authenticated with a key of the installation, and deleted at no loss.

`instance/derived/VERSION/xx/NAME`: the version is the hash of the source text a value follows from, so that values of other code are not
found. A file that is missing, damaged or foreign is as good as none: its value is made anew and written again.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from hashlib import sha256
from hmac import compare_digest, new
from pathlib import Path

import structlog
from flask import current_app

from verifier.accounts.authentication.crypto import key as derived_key
from verifier.config import PACKAGE

FOLDER = "derived"
USED_AGAIN = timedelta(days=1)
UNUSED = timedelta(days=90)
PURPOSE = "derived values"
VERSIONS: list[Callable[[], Iterable[str]]] = []
"""The versions in use, of everything that keeps files here; each package registers its own."""

log = structlog.get_logger()


def folder() -> Path:
    """Where the files of this installation are."""
    instance: Path = current_app.extensions["verifier"].settings.instance
    return instance / FOLDER


@cache
def version_of(*patterns: str) -> str:
    """The hash of the source text that the patterns name within the package, as the name of a version."""
    files = sorted(path for pattern in patterns for path in PACKAGE.glob(pattern))
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in files)).hexdigest()[:32]


def path_of(version: str, kind: str, key: tuple[str, ...]) -> Path:
    """The file of a value, named by everything it follows from."""
    name = sha256("\x1f".join((kind, *key)).encode()).hexdigest()
    return folder() / version / name[:2] / f"{kind}-{name}"


def read(path: Path) -> bytes | None:
    """The body of a file; None where there is none, or it is not what this installation wrote there."""
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
    return body


def write(path: Path, body: bytes) -> None:
    """Write the file beside its place and rename it; a disk that is full or read-only costs the next reader time."""
    aside = path.with_name(f"{path.name}.{os.urandom(8).hex()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(_authenticated(path, body) + body)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        log.info("derived_value_not_kept", kind=path.name.partition("-")[0], reason=error.strerror)


def clear_unused(now: float | None = None) -> int:
    """Remove files of versions that are no longer in use and those nobody asked for in a long time; how many folders and files went."""
    gone, now = 0, time.time() if now is None else now
    used = {version for versions in VERSIONS for version in versions()}
    for version in folder().glob("*"):
        if version.name not in used:
            shutil.rmtree(version, ignore_errors=True)
            gone += 1
    for path in folder().glob("*/*/*"):
        with suppress(OSError):
            if now - path.stat().st_mtime > UNUSED.total_seconds():
                path.unlink()
                gone += 1
    return gone


def _authenticated(path: Path, body: bytes) -> bytes:
    version = path.parent.parent.name
    return new(derived_key(PURPOSE), b"/".join((version.encode(), path.name.encode(), body)), sha256).digest()
