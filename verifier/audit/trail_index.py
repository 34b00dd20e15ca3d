"""Which trails there are and which have a signed head: signed lines, each over the one before, so that heads taken away are missed."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifier.audit.append_only_files import append, whole_lines
from verifier.core.chain import GENESIS, canonical_json


class Step(StrEnum):
    """How far a trail has come."""

    ANNOUNCED = "announced"
    """Its first row is about to be committed."""
    SIGNED = "signed"
    """A head of it was signed: from now on it is never without one."""


class Torn(Exception):
    """A line of the index is not ours, or one before it is missing."""


@dataclass(frozen=True)
class TrailIndex:
    """One file beside the heads of an installation."""

    file: Path
    key: Ed25519PrivateKey

    def note(self, trail: str, step: Step) -> None:
        """Append what became of a trail."""

        def line(before: str) -> str:
            said = {"trail": trail, "step": step.value, "previous": _hash(before)}
            return json.dumps({**said, "signature": self.key.sign(_signed(said)).hex()}) + "\n"

        append(self.file, line)

    def steps(self) -> dict[str, Step]:
        """How far each trail has come; raises Torn where a line was changed or taken out (lines cut off at the end leave no mark here)."""
        found: dict[str, Step] = {}
        before = ""
        for line in whole_lines(self.file):
            try:
                read = json.loads(line)
                said = {name: read[name] for name in ("trail", "step", "previous")}
                self.key.public_key().verify(bytes.fromhex(read["signature"]), _signed(said))
                found[said["trail"]] = Step(said["step"])
            except (ValueError, KeyError, TypeError, InvalidSignature) as error:
                raise Torn from error
            if said["previous"] != _hash(before):
                raise Torn
            before = line
        return found


def _signed(said: dict[str, str]) -> bytes:
    return canonical_json({**said, "signs": "verifier trail index, version 1"})


def _hash(line: str) -> str:
    return sha256(line.encode()).hexdigest() if line else GENESIS
