"""Reads a photo in the sandbox; also the program that runs there.

Given: a line of JSON with the file's name and whether smaller copies are wanted, then the file. Answered: a line of JSON, what was read
or why it is refused, then preview and thumbnail (JPEG) one after the other; without copies both are empty.
"""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from verifier import sandbox
from verifier.core.errors import Refusal
from verifier.evidence.files import safe_name
from verifier.evidence.photos import ReadPhoto, read_photo

MEMORY, SECONDS, PATIENCE = 1200 * 2**20, 30, 120
"""Bytes and seconds for one photo; seconds that a photo waits for its turn, for several tablets may send theirs at once."""
PICTURES = ("preview", "thumbnail")
EXACT = ("latitude", "longitude", "altitude")


def read(data: bytes, filename: str, *, copies: bool = True, patience: float | None = None) -> ReadPhoto:
    """`photos.read_photo` in a process of its own; refused where that exceeds its memory or time, or none is free within the patience."""
    name = safe_name(filename)
    given = json.dumps({"filename": filename, "copies": copies}).encode() + b"\n" + data
    try:
        output = sandbox.run(__name__, given, memory=MEMORY, seconds=SECONDS, patience=PATIENCE if patience is None else patience)
    except (sandbox.TooSlow, sandbox.TooMuch, sandbox.Broken) as error:
        raise Refusal("evidence.photo.too_much", file=name) from error
    except sandbox.Busy as error:
        raise Refusal("statement.check.busy") from error
    line, _, pictures = output.partition(b"\n")
    found: dict[str, Any] = json.loads(line)
    if "refused" in found:
        raise Refusal(found["refused"], **found["values"])
    sizes = found.pop("sizes")
    for field in EXACT:
        found[field] = None if found[field] is None else Decimal(found[field])
    return ReadPhoto(**found, preview=pictures[: sizes[0]], thumbnail=pictures[sizes[0] : sum(sizes)])


def answer(given: bytes) -> bytes:
    """Inside the limits: decode, and hand the smaller copies back."""
    line, _, data = given.partition(b"\n")
    asked = json.loads(line)
    try:
        found = asdict(read_photo(data, asked["filename"], copies=asked["copies"]))
    except Refusal as refusal:
        return json.dumps({"refused": refusal.message, "values": dict(refusal.values)}).encode() + b"\n"
    pictures = [found.pop(name) for name in PICTURES]
    plain = {name: str(value) if isinstance(value, Decimal) else value for name, value in found.items()}
    return json.dumps({**plain, "sizes": [len(each) for each in pictures]}).encode() + b"\n" + b"".join(pictures)
