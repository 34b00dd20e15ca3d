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
HEADER_WITHIN = 1024
"""Bytes within which readers look for the header of a PDF."""
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
    REGISTER_ALTERED = "register_altered"


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
    altered: bool = False
    """Whether the register's own record of it fails the integrity check."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The verdict on a file, and what it rests on."""

    verdict: Verdict
    reasons: tuple[InspectionReason, ...]
    signers: tuple[SignerSeen, ...]
    number: str | None
    sha256: str
    from_issued: bool = False
    """Whether the file is an issued one or was made from it: it holds a signature of it, or begins like it."""


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
    shares: bool = False
    """Whether it holds a signature of the issued file it was compared with."""
    same: bool = False
    changes: tuple[InspectionReason, ...] = ()


_SAID_BY_APPENDED = {"statement.inspect.after_signature", "statement.inspect.damaged"}


def _reason(message: str, **values: object) -> InspectionReason:
    return InspectionReason(f"statement.inspect.{message}", tuple(sorted(values.items())))


UNREAD: dict[str, Any] = {
    "readable": False,
    "encrypted": False,
    "number": None,
    "signers": [],
    "shares": False,
    "same": False,
    "changes": [],
}
"""What the reader says of a file it cannot read."""


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
            return dict(UNREAD)
        found: dict[str, Any] = json.loads(answer)
        return found


def _unknown(_sha256: str) -> Issued | None:
    return None


def _nothing(_sha256: str) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True)
class _Register:
    """The look-ups of one inspection."""

    by_sha256: Lookup
    by_number: Lookup
    by_signed: Lookup
    original: Callable[[str], bytes | None]
    roots: Sequence[str]
    look: Look

    def read(self, pdf: bytes, issued: bytes = b"") -> _Seen:
        """What the reader sees in a file, compared with an issued one where that is given."""
        return _as_seen(self.look(pdf, issued, self.roots, ORDER))


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
    register = _Register(by_sha256, by_number, by_signed, original, [root.decode() for root in trust_roots], look or Confined())
    header = pdf.find(b"%PDF-", 0, HEADER_WITHIN)
    if header <= 0:
        return _inspected(pdf, register)
    return _preceded(_inspected(pdf[header:], register), header, digest)


def _preceded(found: Inspection, size: int, digest: str) -> Inspection:
    """The verdict on a file with bytes before its header, from that on what follows them."""
    before = _reason("before_header", bytes=size)
    if found.verdict not in (Verdict.GENUINE, Verdict.CORRECTING, Verdict.SUPERSEDED):
        return replace(found, reasons=(before, *found.reasons), sha256=digest)
    status = (reason for reason in found.reasons if reason != _reason("issued", number=found.number))
    return replace(found, verdict=Verdict.EDITED, reasons=(before, _reason("differs", number=found.number), *status), sha256=digest)


def _inspected(pdf: bytes, register: _Register) -> Inspection:
    """The verdict on a file that begins with its header, or has none."""
    digest = sha256(pdf).hexdigest()
    if issued := register.by_sha256(digest):
        signers = _signers(lambda: register.read(pdf))
        return Inspection(*_status_verdict(issued), signers, issued.number, digest, from_issued=True)
    inside = _begins_with(pdf, register.by_sha256)
    try:
        reading = register.read(pdf, pdf[: inside[1]] if inside else b"")
    except Heavy:
        reading = _Seen(changes=(_reason("heavy", seconds=SECONDS, megabytes=MEMORY // 2**20),))
    if inside:
        issued, size = inside
        added = [_reason("appended", bytes=len(pdf) - size, number=issued.number)]
        added += [_reason("second_file")] if b"%PDF-" in pdf[size:] else []
        further = (reason for reason in reading.changes if reason.message not in _SAID_BY_APPENDED)
        return Inspection(Verdict.EDITED, (*added, *further), reading.signers, issued.number, digest, from_issued=True)
    if not reading.readable and (begun := _begins_with(pdf, register.by_signed)):
        cut = (_reason("cut", number=begun[0].number), *reading.changes)
        return Inspection(Verdict.EDITED, cut, reading.signers, begun[0].number, digest, from_issued=True)
    known = register.by_number(reading.number) if reading.number else None
    if known and reading.ours and (issued_pdf := register.original(known.sha256)):
        with suppress(Heavy):
            reading = register.read(pdf, issued_pdf)
        if reading.same:
            reading = replace(reading, changes=(*reading.changes, _reason("nothing_shown")))
    return Inspection(*_compare_with_issued(pdf, reading, known), reading.signers, reading.number, digest, from_issued=reading.shares)


def _compare_with_issued(pdf: bytes, reading: _Seen, known: Issued | None) -> tuple[Verdict, tuple[InspectionReason, ...]]:
    """The verdict on a file that neither is nor begins with an issued one."""
    if not reading.readable:
        plain = "locked" if reading.encrypted else "damaged" if b"%PDF-" in pdf[:1024] else "no_pdf"
        return Verdict.UNREADABLE, reading.changes or (_reason(plain),)
    if not reading.ours:
        first = _reason("foreign" if reading.signers else "unsigned")
        claims = (_reason("claims", number=known.number),) if known else ()
        return Verdict.NOT_OURS, (first, *claims)
    if known is None:
        return Verdict.EDITED, (*reading.changes, _reason("unregistered"))
    older = (_reason("superseded", number=known.superseded_by),) if known.superseded_by and reading.shares else ()
    return Verdict.EDITED, (*reading.changes, _reason("differs", number=known.number), *older)


def _status_verdict(issued: Issued) -> tuple[Verdict, tuple[InspectionReason, ...]]:
    if issued.altered:
        return Verdict.REGISTER_ALTERED, (_reason("register_altered", number=issued.number),)
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
        answer["shares"],
        answer["same"],
        tuple(_reason(message, **values) for message, values in answer["changes"]),
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
