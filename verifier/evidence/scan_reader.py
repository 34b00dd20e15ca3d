"""Reads a scan in the sandbox; also the program that runs there.

Given: a line of JSON with the file's name, the number of pages and the longest side of their pictures, then the file. Answered: a line of
JSON, what was read or why it is refused, then the pictures (JPEG) one after the other.
"""

import json
from itertools import accumulate, pairwise

from verifier import sandbox
from verifier.core.errors import Refusal
from verifier.evidence.files import safe_name
from verifier.evidence.scans import ReadScan, read_scan

MEMORY, SECONDS = 1200 * 2**20, 30


def read(data: bytes, filename: str, *, pages: int, side: int = 0, patience: float | None = None) -> ReadScan:
    """`scans.read_scan` in a process of its own; refused where that exceeds its memory or time, or none is free within the patience."""
    name = safe_name(filename)
    given = json.dumps({"filename": name, "pages": pages, "side": side}).encode() + b"\n" + data
    try:
        output = sandbox.run(__name__, given, memory=MEMORY, seconds=SECONDS, patience=patience)
    except (sandbox.TooSlow, sandbox.TooMuch) as error:
        raise Refusal("evidence.scan.too_much", file=name) from error
    except sandbox.Busy as error:
        raise Refusal("statement.check.busy") from error
    except sandbox.Broken as error:
        raise Refusal("evidence.scan.broken", file=name, page=1) from error
    line, _, rest = output.partition(b"\n")
    found = json.loads(line)
    if "refused" in found:
        raise Refusal(found["refused"], **found["values"])
    places = accumulate(found["sizes"], initial=0)
    return ReadScan(found["pages"], tuple(rest[first:last] for first, last in pairwise(places)))


def answer(given: bytes) -> bytes:
    """Inside the limits: decode, and hand the pictures back."""
    line, _, data = given.partition(b"\n")
    asked = json.loads(line)
    try:
        found = read_scan(data, asked["filename"], asked["pages"], asked["side"])
    except Refusal as refusal:
        return json.dumps({"refused": refusal.message, "values": dict(refusal.values)}).encode() + b"\n"
    return json.dumps({"pages": found.pages, "sizes": [len(each) for each in found.pictures]}).encode() + b"\n" + b"".join(found.pictures)
