"""Signed heads kept outside the database, so that a tail cut off inside it shows."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session
from structlog import get_logger

from verifier import crash
from verifier.core.chain import head_bytes

log = get_logger()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """How long a trail was and what its last hash was, when it was signed."""

    trail: str
    rows: int
    hash: str
    at: datetime
    genuine: bool


@dataclass(frozen=True)
class Heads:
    """A folder with one growing file a trail, each line a signed head."""

    folder: Path
    key: Ed25519PrivateKey

    @classmethod
    def at(cls, instance: Path) -> "Heads":
        """The heads of an installation; its signing key is made at first run and only its owner can read it."""
        folder = instance / "heads"
        folder.mkdir(mode=0o700, exist_ok=True)
        return cls(folder, _kept_key(instance / "keys" / "trail.pem"))

    def keep(self, trail: str, rows: int, hash: str, at: datetime) -> None:
        """Append a signed head; on the disk when this returns."""
        signature = self.key.sign(head_bytes(trail, rows, hash, at)).hex()
        line = json.dumps({"rows": rows, "hash": hash, "at": at.isoformat(), "signature": signature}) + "\n"
        handle = os.open(self.folder / f"{trail}.log", os.O_CREAT | os.O_RDWR, 0o600)
        crash.point("head.before")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            whole = _whole(handle)
            if os.pwrite(handle, line.encode(), whole) != len(line):
                os.ftruncate(handle, whole)
                raise OSError(ENOSPC, "no room for a signed head", f"{trail}.log")
            os.fsync(handle)
        finally:
            os.close(handle)
        crash.point("head.after")

    def kept(self, trail: str) -> Iterator[SignedHead]:
        """Every head of a trail that was signed, oldest first; a last line cut off by a kill was never promised."""
        path = self.folder / f"{trail}.log"
        for line in path.read_text().splitlines(keepends=True) if path.exists() else ():
            if line.endswith("\n"):
                yield self._read(trail, line)

    def trails(self) -> list[str]:
        """The trails that have a head here, whatever the database says."""
        return sorted(path.stem for path in self.folder.glob("*.log"))

    def _read(self, trail: str, line: str) -> SignedHead:
        try:
            head = json.loads(line)
            at = datetime.fromisoformat(head["at"])
            signature = bytes.fromhex(head["signature"])
            self.key.public_key().verify(signature, head_bytes(trail, head["rows"], head["hash"], at))
        except (ValueError, KeyError, TypeError, InvalidSignature):
            return SignedHead(trail, 0, "", datetime.min, genuine=False)  # noqa: DTZ901
        return SignedHead(trail, head["rows"], head["hash"], at, genuine=True)


def follow(session: scoped_session[Any], heads: Callable[[], Heads]) -> None:
    """Sign the head of every trail that a committed transaction has grown; asked for once, `heads` says whose they are.

    The deed is done by then: a head that finds no room is said in the log, and made up for by the next one or at the next start.
    """

    @event.listens_for(session, "after_commit")
    def _keep(done: Session) -> None:
        crash.point("commit.after")
        for trail, (rows, hash, at) in done.info.pop("heads", {}).items():
            try:
                heads().keep(trail, rows, hash, at)
            except OSError as error:
                log.error("head_not_kept", trail=trail, rows=rows, reason=error.strerror)

    @event.listens_for(session, "after_rollback")
    def _forget(undone: Session) -> None:
        undone.info.pop("heads", None)


def _whole(handle: int) -> int:
    """How long the file is up to its last whole line; what a kill left behind it is cut off."""
    size = os.fstat(handle).st_size
    tail = os.pread(handle, min(size, 4096), max(0, size - 4096))
    whole = size - len(tail) + tail.rfind(b"\n") + 1
    if whole != size:
        os.ftruncate(handle, whole)
    return whole


def _kept_key(path: Path) -> Ed25519PrivateKey:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.touch(mode=0o600)
        part.write_bytes(pem)
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key")
    return key
