"""Signed checkpoints of the trails, stored outside the database so that truncation inside it is detected."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session
from structlog import get_logger

from verifier import failpoints
from verifier.audit.append_only_files import TAIL, append, last_line, whole_lines
from verifier.audit.trail_index import Step, Torn, TrailIndex
from verifier.config import aside_of
from verifier.core.chain import head_bytes

log = get_logger()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """Length and last hash of a trail when it was signed."""

    trail: str
    rows: int
    hash: str
    at: datetime
    genuine: bool


class Vanished(Exception):
    """A trail's checkpoints have disappeared: signing again would vouch for unverified rows."""


@dataclass(frozen=True)
class Checkpoints:
    """A folder with one append-only file per trail; each line is a signed checkpoint."""

    folder: Path
    key: Ed25519PrivateKey

    @classmethod
    def at(cls, instance: Path) -> "Checkpoints":
        """The checkpoints of an installation; the signing key is generated at first run, readable by its owner only."""
        folder = instance / "heads"
        folder.mkdir(mode=0o700, exist_ok=True)
        return cls(folder, _kept_key(instance / "keys" / "trail.pem"))

    @property
    def index(self) -> TrailIndex:
        """The index of trails and of those that have a checkpoint."""
        return TrailIndex(self.folder / "trails.index", self.key)

    def announce(self, trail: str) -> None:
        """Announce a new trail; only an announced trail may have its first checkpoint signed."""
        self._adopt()
        self.index.note(trail, Step.ANNOUNCED)

    def keep(self, trail: str, rows: int, hash: str, at: datetime) -> None:
        """Append a signed checkpoint, fsynced when this returns; raises Vanished if a known trail has lost its checkpoints."""
        path = self.folder / f"{trail}.log"
        first = not _begun(path)
        if first and not self.may_begin(trail) and not _begun(path):
            raise Vanished(trail)
        signature = self.key.sign(head_bytes(trail, rows, hash, at)).hex()
        line = json.dumps({"rows": rows, "hash": hash, "at": at.isoformat(), "signature": signature}) + "\n"
        failpoints.point("head.before")
        append(path, lambda _before: line)
        failpoints.point("head.after")
        if first:
            self.index.note(trail, Step.SIGNED)

    def may_begin(self, trail: str) -> bool:
        """Whether a trail without a checkpoint was just announced, as opposed to having lost its checkpoints."""
        try:
            return self.index.steps().get(trail) is Step.ANNOUNCED
        except Torn:
            return False

    def catch_up(self) -> None:
        """Add checkpoints missing from the index after a kill."""
        self._adopt()
        try:
            known = self.index.steps()
        except Torn:
            return
        for trail in self.trails():
            if (
                known.get(trail) is not Step.SIGNED
                and all(head.genuine for head in self.signed_heads(trail))
                and any(self.signed_heads(trail))
            ):
                self.index.note(trail, Step.SIGNED)

    def _adopt(self) -> None:
        """Build the index for an installation that predates it; trails without a checkpoint are not included."""
        if not self.index.file.exists():
            for trail in self.trails():
                self.index.note(trail, Step.SIGNED)

    def signed_heads(self, trail: str) -> Iterator[SignedHead]:
        """All signed checkpoints of a trail, oldest first; an incomplete last line is ignored."""
        for line in whole_lines(self.folder / f"{trail}.log"):
            yield self._read(trail, line)

    def last_head(self, trail: str) -> SignedHead | None:
        """The last complete checkpoint of a trail, read from the end of its file."""
        line = last_line(self.folder / f"{trail}.log")
        return self._read(trail, line) if line else None

    def trails(self) -> list[str]:
        """The trails that have a checkpoint here, independent of the database."""
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


def follow(session: scoped_session[Any], checkpoints: Callable[[], Checkpoints]) -> None:
    """Sign a checkpoint of every trail extended by a committed transaction; registered once, `checkpoints` returns the store.

    The action is already committed: a failure to write is logged and made up for by the next checkpoint or at the next start.
    """

    @event.listens_for(session, "before_commit")
    def _announce(doing: Session) -> None:
        doing.flush()
        for trail in sorted(doing.info.pop("born", ())):
            checkpoints().announce(trail)

    @event.listens_for(session, "after_commit")
    def _keep(done: Session) -> None:
        failpoints.point("commit.after")
        for trail, (rows, hash, at) in done.info.pop("heads", {}).items():
            try:
                checkpoints().keep(trail, rows, hash, at)
            except OSError as error:
                log.error("head_not_kept", trail=trail, rows=rows, reason=error.strerror)
            except Vanished:
                log.error("heads_vanished", trail=trail, rows=rows)

    @event.listens_for(session, "after_rollback")
    def _forget(undone: Session) -> None:
        undone.info.pop("heads", None)
        undone.info.pop("born", None)


def _begun(path: Path) -> bool:
    """Whether a file has a complete line, without reading all of it."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return b"\n" in file.read(TAIL)


def _kept_key(path: Path) -> Ed25519PrivateKey:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        part = aside_of(path)
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
