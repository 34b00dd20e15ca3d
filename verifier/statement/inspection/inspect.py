"""Verification of a PDF: issued statement, modified copy of one, or not issued here.

The file is read in the sandbox (`pdf_reader.py`), within limits; the verdict is given here, against the register.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from time import monotonic
from typing import Any

from verifier import sandbox
from verifier.core.errors import Refusal
from verifier.evidence.file_kinds import STATEMENT
from verifier.statement.signing.signatures import ORDER

LARGEST = STATEMENT.most_bytes
MOST_REVISIONS = 64
MEMORY, SECONDS = 512 * 2**20, 10
_READER = "verifier.statement.inspection.pdf_reader"


class Verdict(StrEnum):
    """What a dropped file turned out to be."""

    GENUINE = "genuine"
    CORRECTING = "correcting"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EDITED = "edited"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class InspectionReason:
    """Why, as a message id with its values."""

    message: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class SignerSeen:
    """One signature in the file, by the name in its certificate, and whether it still holds."""

    field: str
    name: str
    organisation: str
    at: datetime | None
    intact: bool
    trusted: bool
    serial: str = ""
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """What the register says of one issued statement; `superseded_by` names its successor, if there is one."""

    number: str
    sha256: str
    superseded_by: str | None = None
    withdrawn: bool = False
    correcting: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """The verdict on a file, and what it rests on."""

    verdict: Verdict
    reasons: tuple[InspectionReason, ...]
    signers: tuple[SignerSeen, ...]
    number: str | None
    sha256: str


Lookup = Callable[[str], Issued | None]
Look = Callable[[bytes, bytes, Sequence[str], Sequence[str]], dict[str, Any]]


class Heavy(Exception):
    """Reading the file took more memory or time than any statement does."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the reader saw in a file."""

    readable: bool = False
    encrypted: bool = False
    number: str | None = None
    signers: tuple[SignerSeen, ...] = ()
    ours: bool = False
    same: bool = False
    changes: tuple[InspectionReason, ...] = ()


_SAID_BY_APPENDED = {"statement.inspect.after_signature", "statement.inspect.damaged"}


def _reason(message: str, **values: object) -> InspectionReason:
    return InspectionReason(f"statement.inspect.{message}", tuple(sorted(values.items())))


class Confined:
    """Looks at files in a process of its own, all looks of one inspection together within the seconds.

    Raises Heavy at its limits; refuses where too many files are read at once.
    """

    def __init__(self, seconds: int = SECONDS) -> None:
        self.until = monotonic() + seconds

    def __call__(self, pdf: bytes, issued: bytes, roots: Sequence[str], order: Sequence[str]) -> dict[str, Any]:
        """What `reading.look` says of a file; nothing where it ended badly."""
        header = {"roots": roots, "order": order, "size": len(pdf)}
        request, left = json.dumps(header).encode() + b"\n" + pdf + issued, int(self.until - monotonic())
        try:
            if left < 1:
                raise Heavy
            answer = sandbox.run(_READER, request, memory=MEMORY, seconds=left)
        except (sandbox.TooSlow, sandbox.TooMuch) as over:
            raise Heavy from over
        except sandbox.Busy as busy:
            raise Refusal("statement.check.busy") from busy
        except sandbox.Broken:
            return {"readable": False, "encrypted": False, "number": None, "signers": [], "same": False, "changes": []}
        found: dict[str, Any] = json.loads(answer)
        return found


def _unknown(_sha256: str) -> Issued | None:
    return None


def _nothing(_sha256: str) -> bytes | None:
    return None


def inspect(
    pdf: bytes,
    *,
    by_sha256: Lookup,
    by_number: Lookup,
    trust_roots: Sequence[bytes],
    by_signed: Lookup = _unknown,
    original: Callable[[str], bytes | None] = _nothing,
    look: Look | None = None,
) -> Inspection:
    """The verdict on `pdf`; the look-ups ask the register, `trust_roots` are our root certificates (PEM), `original` fetches a file.

    `by_signed` knows an issued statement by the file as any of its signatures left it. `look` reads what a stranger sent: by default
    in a process of its own.
    """
    digest = sha256(pdf).hexdigest()
    if len(pdf) > LARGEST:
        return Inspection(Verdict.UNREADABLE, (_reason("large", megabytes=LARGEST // 2**20),), (), None, digest)

    look = look or Confined()

    def read(issued: bytes = b"") -> _Seen:
        return _as_seen(look(pdf, issued, [root.decode() for root in trust_roots], ORDER))

    if issued := by_sha256(digest):
        return Inspection(*_status_verdict(issued), _signers(read), issued.number, digest)
    inside = _begins_with(pdf, by_sha256)
    try:
        reading = read(pdf[: inside[1]] if inside else b"")
    except Heavy:
        reading = _Seen(changes=(_reason("heavy", seconds=SECONDS, megabytes=MEMORY // 2**20),))
    if inside:
        issued, size = inside
        added = [_reason("appended", bytes=len(pdf) - size, number=issued.number)]
        added += [_reason("second_file")] if b"%PDF-" in pdf[size:] else []
        further = (reason for reason in reading.changes if reason.message not in _SAID_BY_APPENDED)
        return Inspection(Verdict.EDITED, (*added, *further), reading.signers, issued.number, digest)
    if not reading.readable and (begun := _begins_with(pdf, by_signed)):
        cut = _reason("cut", number=begun[0].number)
        return Inspection(Verdict.EDITED, (cut, *reading.changes), reading.signers, begun[0].number, digest)
    known = by_number(reading.number) if reading.number else None
    if known and (issued_pdf := original(known.sha256)):
        with suppress(Heavy):
            reading = read(issued_pdf)
        if reading.same:
            reading = replace(reading, changes=(*reading.changes, _reason("nothing_shown", at=_first_difference(pdf, issued_pdf))))
    return Inspection(*_compare_with_issued(pdf, reading, known), reading.signers, reading.number, digest)


def _compare_with_issued(pdf: bytes, reading: _Seen, known: Issued | None) -> tuple[Verdict, tuple[InspectionReason, ...]]:
    """The verdict on a file that neither is nor begins with an issued one."""
    if not reading.readable:
        plain = "locked" if reading.encrypted else "damaged" if b"%PDF-" in pdf[:1024] else "no_pdf"
        return Verdict.UNREADABLE, reading.changes or (_reason(plain),)
    if not reading.ours:
        first = _reason("foreign" if reading.signers else "unsigned")
        claims = (_reason("claims", number=known.number), *reading.changes) if known else ()
        return Verdict.NOT_OURS, (first, *claims)
    if known is None:
        return Verdict.EDITED, (*reading.changes, _reason("unregistered"))
    older = (_reason("superseded", number=known.superseded_by),) if known.superseded_by else ()
    return Verdict.EDITED, (*reading.changes, _reason("differs", number=known.number), *older)


def _status_verdict(issued: Issued) -> tuple[Verdict, tuple[InspectionReason, ...]]:
    if issued.superseded_by:
        return Verdict.SUPERSEDED, (_reason("superseded", number=issued.superseded_by),)
    if issued.withdrawn:
        return Verdict.SUPERSEDED, (_reason("withdrawn", number=issued.number),)
    if issued.correcting:
        return Verdict.CORRECTING, (_reason("issued", number=issued.number), _reason("correcting", number=issued.number))
    return Verdict.GENUINE, (_reason("issued", number=issued.number),)


def _signers(read: Callable[[], _Seen]) -> tuple[SignerSeen, ...]:
    """Who signed an issued file; it stays what it is where the machine is too busy to read it in time."""
    try:
        return read().signers
    except (Heavy, Refusal):
        return ()


def _as_seen(answer: dict[str, Any]) -> _Seen:
    signers = tuple(
        SignerSeen(
            one["field"],
            one["name"],
            one["organisation"],
            datetime.fromisoformat(one["at"]) if one["at"] else None,
            one["intact"],
            one["trusted"],
            one["serial"],
        )
        for one in answer["signers"]
    )
    return _Seen(
        answer["readable"],
        answer["encrypted"],
        answer["number"],
        signers,
        any(one["ours"] for one in answer["signers"]),
        answer["same"],
        tuple(_reason(message, **values) for message, values in answer["changes"]),
    )


def _first_difference(pdf: bytes, issued: bytes) -> int:
    """The first byte, counted from 1, in which two files differ."""
    step = 4096
    block = next((at for at in range(0, min(len(pdf), len(issued)), step) if pdf[at : at + step] != issued[at : at + step]), None)
    if block is None:
        return min(len(pdf), len(issued)) + 1
    left, right = pdf[block : block + step], issued[block : block + step]
    return (
        block + 1 + next((at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), min(len(left), len(right)))
    )


def _begins_with(pdf: bytes, by_sha256: Lookup) -> tuple[Issued, int] | None:
    """The known file that `pdf` begins with, and its size: found even where what follows cannot be read."""
    running, done = sha256(), 0
    for end in _ends(pdf):
        running.update(pdf[done:end])
        done = end
        if end < len(pdf) and (issued := by_sha256(running.hexdigest())):
            return issued, end
    return None


def _ends(pdf: bytes) -> Iterator[int]:
    """Where a revision may end: after each end-of-file mark, with and without its line end."""
    at = -1
    for _ in range(MOST_REVISIONS):
        at = pdf.find(b"%%EOF", at + 1)
        if at < 0:
            return
        end = at + 5
        yield end
        for mark in (b"\r\n", b"\n", b"\r"):
            if pdf[end : end + len(mark)] == mark:
                yield end + len(mark)
                break
