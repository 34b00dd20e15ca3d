"""Whether a PDF is the issued statement, an edited copy of one, or none of ours."""

import json
import logging
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from verifier.statement.signing import ORDER, trust

LARGEST = 50 * 1024 * 1024
LARGEST_ATTACHMENT = 20 * 1024 * 1024
MOST_REVISIONS = 64

# An edited copy is an answer here, not an error: pyHanko would log a traceback for each file a stranger drops.
logging.getLogger("pyhanko.sign").setLevel(logging.CRITICAL)


class Verdict(StrEnum):
    """What a dropped file turned out to be."""

    GENUINE = "genuine"
    SUPERSEDED = "superseded"
    EDITED = "edited"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Reason:
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


@dataclass(frozen=True, slots=True)
class Issued:
    """What the register says of one issued statement; `superseded_by` names its successor, if there is one."""

    number: str
    sha256: str
    superseded_by: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """The verdict on a file, and what it rests on."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    signers: tuple[SignerSeen, ...]
    number: str | None
    sha256: str


Lookup = Callable[[str], Issued | None]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One embedded signature: its status, or None when it could not be checked at all."""

    embedded: EmbeddedPdfSignature
    status: PdfSignatureStatus | None
    ours: bool


_SAID_BY_APPENDED = {"statement.inspect.after_signature", "statement.inspect.damaged"}


def _because(message: str, **values: object) -> Reason:
    return Reason(f"statement.inspect.{message}", tuple(sorted(values.items())))


def inspect(pdf: bytes, *, by_sha256: Lookup, by_number: Lookup, trust_roots: Sequence[bytes]) -> Inspection:
    """The verdict on `pdf`; the two look-ups ask the register, `trust_roots` are our root certificates (PEM)."""
    digest = sha256(pdf).hexdigest()
    if len(pdf) > LARGEST:
        return Inspection(Verdict.UNREADABLE, (_because("large", megabytes=LARGEST // 2**20),), (), None, digest)
    reader = _reader(pdf)
    seen = _signatures(reader, trust_roots) if reader else ()
    signers = tuple(_signer(one) for one in seen)
    if issued := by_sha256(digest):
        return Inspection(*_standing(issued), signers, issued.number, digest)
    if inside := _issued_inside(pdf, by_sha256):
        issued, size = inside
        added = _because("appended", bytes=len(pdf) - size, number=issued.number)
        further = (reason for reason in _changes(reader, seen) if reason.message not in _SAID_BY_APPENDED)
        return Inspection(Verdict.EDITED, (added, *further), signers, issued.number, digest)
    if reader is None:
        return Inspection(Verdict.UNREADABLE, (_because("damaged" if pdf[:1024].find(b"%PDF-") >= 0 else "no_pdf"),), (), None, digest)
    number = _number(reader, seen)
    known = by_number(number) if number else None
    if not any(one.ours for one in seen):
        reasons = [_because("foreign" if seen else "unsigned")] + ([_because("claims", number=known.number)] if known else [])
        return Inspection(Verdict.NOT_OURS, tuple(reasons), signers, number, digest)
    differs = _because("differs", number=known.number) if known else _because("unregistered")
    return Inspection(Verdict.EDITED, (*_changes(reader, seen), differs), signers, number, digest)


def _standing(issued: Issued) -> tuple[Verdict, tuple[Reason, ...]]:
    if issued.superseded_by:
        return Verdict.SUPERSEDED, (_because("superseded", number=issued.superseded_by),)
    if issued.withdrawn:
        return Verdict.SUPERSEDED, (_because("withdrawn", number=issued.number),)
    return Verdict.GENUINE, (_because("issued", number=issued.number),)


def _reader(pdf: bytes) -> PdfFileReader | None:
    """A strict reader with its signatures found, or None: whatever a stranger drops here, nothing is raised."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        _ = reader.embedded_signatures, reader.root["/Pages"]["/Count"]
    except Exception:
        return None
    return reader


def _issued_inside(pdf: bytes, by_sha256: Lookup) -> tuple[Issued, int] | None:
    """The issued file that `pdf` begins with, and its size: found even where what was added cannot be read."""
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


def _signatures(reader: PdfFileReader, roots: Sequence[bytes]) -> tuple[_Seen, ...]:
    return tuple(_Seen(one, _status(one, roots), _issued_by_us(one, roots)) for one in reader.embedded_signatures)


def _status(embedded: EmbeddedPdfSignature, roots: Sequence[bytes]) -> PdfSignatureStatus | None:
    """What pyHanko finds, revisions compared; certificates count as of the time the signature claims, for no one else attests it."""
    try:
        return validate_pdf_signature(embedded, trust(list(roots), embedded.self_reported_timestamp))
    except Exception:
        return None


def _issued_by_us(embedded: EmbeddedPdfSignature, roots: Sequence[bytes]) -> bool:
    try:
        leaf = x509.load_der_x509_certificate(embedded.signer_cert.dump())
    except Exception:
        return False
    for root in roots:
        try:
            leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(root))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def _signer(one: _Seen) -> SignerSeen:
    field = str(one.embedded.field_name)
    try:
        subject = one.embedded.signer_cert.subject.native
        name, organisation = str(subject.get("common_name", "")), str(subject.get("organization_name", ""))
        at = one.embedded.self_reported_timestamp
    except Exception:
        name, organisation, at = "", "", None
    intact = one.status is not None and one.status.intact and one.status.valid
    return SignerSeen(field, name, organisation, at, intact, one.ours and one.status is not None and one.status.trusted)


def _changes(reader: PdfFileReader | None, seen: Sequence[_Seen]) -> list[Reason]:
    """What was done to a statement of ours after it was signed, the plainest first."""
    held = [one for one in seen if one.ours]
    if reader is None or not held:
        return [_because("damaged")]
    reasons: list[Reason] = []
    last = held[-1]
    whole = last.status is not None and last.status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not whole:
        reasons.append(_because("after_signature"))
    broken = [str(one.embedded.field_name) for one in held if one.status is None or not (one.status.intact and one.status.valid)]
    if broken:
        reasons.append(_because("byte_changed", fields=", ".join(broken)))
    if any(_overstepped(one.status) for one in held):
        reasons.append(_because("modified"))
    reasons += _against_signed(reader, last)
    if len(held) < len(seen):
        reasons.append(_because("foreign_signature"))
    missing = [field for field in ORDER if field not in {str(one.embedded.field_name) for one in held}]
    if missing:
        reasons.append(_because("incomplete", fields=", ".join(missing)))
    return reasons


def _overstepped(status: PdfSignatureStatus | None) -> bool:
    """More happened after this signature than filling the fields reserved for the others."""
    if status is None or not status.intact:
        return False
    return status.docmdp_ok is False or status.modification_level not in (None, ModificationLevel.NONE, ModificationLevel.FORM_FILLING)


def _against_signed(reader: PdfFileReader, last: _Seen) -> list[Reason]:
    """Pages and attachment as they are now beside what the last signature covered."""
    try:
        signed = reader.get_historical_root(last.embedded.signed_revision)
        now, then = int(reader.root["/Pages"]["/Count"]), int(signed["/Pages"]["/Count"])
        attached = _attachment(reader.root) == _attachment(signed)
    except Exception:
        return [_because("unreadable_change")]
    pages = [] if now == then else [_because("pages", now=now, signed=then)]
    return pages + ([] if attached else [_because("attachment_changed")])


def _attachment(root: DictionaryObject) -> bytes | None:
    """The bytes of the first embedded file, never more than a statement could need."""
    try:
        stream = root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
    except (KeyError, IndexError):
        return None
    packed = bytes(stream.encoded_data)
    return zlib.decompressobj().decompress(packed, LARGEST_ATTACHMENT) if "/Filter" in stream else packed


def _number(reader: PdfFileReader, seen: Sequence[_Seen]) -> str | None:
    """The number the attached JSON gives, as last signed where something is signed."""
    try:
        held = [one for one in seen if one.ours]
        root = reader.get_historical_root(held[-1].embedded.signed_revision) if held else reader.root
        number = json.loads(_attachment(root) or b"null")["number"]
    except Exception:
        return None
    return number if isinstance(number, str) and len(number) <= 100 else None
