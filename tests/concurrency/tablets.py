"""Tablets on slow lines that bring heavy photos, in one body or in pieces, and what the log says of the write lock."""

import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

from PIL import Image

from tests.concurrency.browser import Answer, Browser

PIECE = 256 * 1024
LINE = 160_000
"""Bytes a second of a tablet's line."""
TWELVE, FORTY_EIGHT = (4000, 3000), (8000, 6000)


@cache
def _picture(format: str, width: int, height: int, quality: int) -> bytes:
    """A photo with grain in it, as cameras make them; drawn once, for that takes seconds."""
    grain = Image.effect_noise((width // 8, height // 8), 60).resize((width, height))
    target = BytesIO()
    Image.merge("RGB", (grain, grain.rotate(180), grain)).save(target, format, quality=quality)
    return target.getvalue()


def photo(tablet: int, number: int) -> bytes:
    """A 12-megapixel JPEG that nobody else has: a comment says whose it is."""
    data, whose = _picture("JPEG", *TWELVE, 70), f"tablet {tablet}, photo {number}".encode()
    return data[:2] + b"\xff\xfe" + (len(whose) + 2).to_bytes(2, "big") + whose + data[2:]


def large_photo() -> bytes:
    """A HEIC of 48 megapixels."""
    return _picture("HEIF", *FORTY_EIGHT, 30)


@dataclass
class Tablet:
    """A browser on a slow line: the hashes of the photos whose form was accepted, and what else was answered."""

    browser: Browser
    case: UUID
    kept: list[str] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def bring(self, in_one: bytes, *in_pieces: bytes) -> None:
        """Send a photo with its form, and the others in pieces before theirs."""
        path = f"/cases/{self.case}/photos/new"
        self.browser.get(path)
        self._note(self.browser.post(path, {"caption": "In one"}, ("photos", "one.jpg", in_one), line=LINE), in_one)
        for data in in_pieces:
            self._send(data)
            self._note(self.browser.post(path, {"caption": "In pieces", "uploaded": sha256(data).hexdigest()}), data)

    def _note(self, answer: Answer, data: bytes) -> None:
        if answer.status == 303:
            self.kept.append(sha256(data).hexdigest())
        else:
            self.wrong.append(answer.status)

    def _send(self, data: bytes) -> None:
        named = {"sha256": sha256(data).hexdigest(), "filename": "pieces.jpg"}
        metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in named.items())
        tus = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.browser.csrf}
        path = f"/cases/{self.case}/uploads"
        begun = self.browser.ask("POST", path, b"", {**tus, "Upload-Length": str(len(data)), "Upload-Metadata": metadata})
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            sleep(len(piece) / LINE)
            answer = self.browser.ask(
                "PATCH", begun.location, piece, {**tus, "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            )
            if answer.status != 204:
                self.wrong.append(answer.status)


def timed(seconds: list[float], browser: Browser, path: str, until: float) -> None:
    """Read a page again and again, and note how long each took."""
    while monotonic() < until:
        begun = monotonic()
        assert browser.get(path).status == 200
        seconds.append(monotonic() - begun)
        sleep(0.2)


def percentile(seconds: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def longest_writes(log: Path) -> dict[str, float]:
    """For each route and job of the server's log, the longest it held the write lock, in seconds.

    Processes and threads share the file, so that two entries may stand on one line.
    """
    found: dict[str, float] = {}
    for entry in re.findall(r"\{[^{}]*\}", log.read_text()):
        if '"write_ms"' in entry:
            said = json.loads(entry)
            name = said.get("route") or said["kind"]
            found[name] = max(found.get(name, 0), said["write_ms"] / 1000)
    return found
