"""The bytes of uploads on the disk, one file each beside the database: written in pieces, on the disk when a call returns."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from uuid import UUID

from flask import current_app

from verifier.core.errors import Refusal

SPARE = 256 * 1024 * 1024
"""Bytes that stay free on the disk, for the database and what it writes beside."""


def folder() -> Path:
    """Where uploads of this installation lie."""
    found: Path = current_app.extensions["verifier"].settings.instance / "uploads"
    return found


def path(upload: UUID) -> Path:
    """The file of an upload."""
    return folder() / upload.hex


def room_for(size: int) -> None:
    """Refuse an upload that the disk has no room for."""
    folder().mkdir(mode=0o700, exist_ok=True)
    disk = os.statvfs(folder())
    if disk.f_bavail * disk.f_frsize < size + SPARE:
        raise Refusal("evidence.upload.no_room")


def write(upload: UUID, at: int, data: bytes) -> None:
    """Write a piece at its place and wait until it is on the disk; what an earlier attempt left there is overwritten."""
    folder().mkdir(mode=0o700, exist_ok=True)
    with _locked(upload) as handle:
        done = 0
        while done < len(data):
            done += os.pwrite(handle, data[done:], at + done)
        os.fsync(handle)


def digest(upload: UUID) -> str:
    """SHA-256 of what has come."""
    with path(upload).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def remove(upload: UUID) -> None:
    """Remove the file; done twice it finds nothing."""
    path(upload).unlink(missing_ok=True)


@contextmanager
def _locked(upload: UUID) -> Iterator[int]:
    handle = os.open(path(upload), os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)
