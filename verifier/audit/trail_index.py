"""Index of trails and their checkpoints: signed, chained lines, so that removed checkpoints are detected."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifier.audit.append_only_files import append
from verifier.core.chain import GENESIS, canonical_json


class Step(StrEnum):
    """State of a trail in the index."""

    ANNOUNCED = "announced"
    """Announced: its first row is about to be committed."""
    SIGNED = "signed"
    """Signed: it has at least one checkpoint."""


class Torn(Exception):
    """A line of the index is invalid, or an earlier one is missing."""


@dataclass(frozen=True)
class TrailIndex:
    """One file next to the checkpoints of an installation."""

    file: Path
    key: Ed25519PrivateKey

    def note(self, trail: str, step: Step) -> None:
        """Append a state of a trail."""

        def line(before: str) -> str:
            entry = {"trail": trail, "step": step.value, "previous": _hash(before)}
            return json.dumps({**entry, "signature": self.key.sign(_signed(entry)).hex()}) + "\n"

        append(self.file, line)

    def steps(self) -> dict[str, Step]:
        """The state of each trail; raises Torn if a line was changed or removed (truncation at the end is not detectable here).

        What this process has verified before is recognised by its SHA-256; only lines that were added since are verified.
        """
        content = self.file.read_bytes() if self.file.exists() else b""
        content = content[: content.rfind(b"\n") + 1]
        known = _verified.get(self.file)
        if known is None or sha256(content[: known.length]).hexdigest() != known.sha256:
            known = _Verified(0, "", "", {})
        before, found = known.last_line, dict(known.steps)
        for line in content[known.length :].decode(errors="replace").splitlines(keepends=True):
            try:
                read = json.loads(line)
                entry = {name: read[name] for name in ("trail", "step", "previous")}
                self.key.public_key().verify(bytes.fromhex(read["signature"]), _signed(entry))
                found[entry["trail"]] = Step(entry["step"])
            except (ValueError, KeyError, TypeError, InvalidSignature) as error:
                raise Torn from error
            if entry["previous"] != _hash(before):
                raise Torn
            before = line
        _verified[self.file] = _Verified(len(content), sha256(content).hexdigest(), before, found)
        return dict(found)


@dataclass(frozen=True, slots=True)
class _Verified:
    """The beginning of an index file that was verified, and what it says."""

    length: int
    sha256: str
    last_line: str
    steps: dict[str, Step]


_verified: dict[Path, _Verified] = {}


def _signed(entry: dict[str, str]) -> bytes:
    return canonical_json({**entry, "signs": "verifier trail index, version 1"})


def _hash(line: str) -> str:
    return sha256(line.encode()).hexdigest() if line else GENESIS
