"""Reads an untrusted PDF in the sandbox (`verifier/sandbox.py`): its signatures and content, and how it differs from the issued one.

The first line given is JSON: root certificates, the fields in their order, and the length of the PDF; then the PDF, then the issued one.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from verifier.statement.inspection import comparison

LONGEST = 200
HARMLESS = (None, ModificationLevel.NONE, ModificationLevel.FORM_FILLING)
logging.disable(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class SignatureSeen:
    """One embedded signature: its status, or None when it could not be checked at all; ours where our root vouches for its signer."""

    embedded: EmbeddedPdfSignature
    status: PdfSignatureStatus | None
    ours: bool

    @property
    def field(self) -> str:
        """The name of its field."""
        return str(self.embedded.field_name)


def opened(pdf: bytes) -> PdfFileReader | None:
    """A reader that has found signatures and pages, strict where that works; None where nothing works."""
    for strict in (True, False):
        try:
            reader = PdfFileReader(BytesIO(pdf), strict=strict)
            if reader.encrypted:
                reader.decrypt("")
            _ = reader.embedded_signatures, reader.root["/Pages"]["/Count"]
        except MemoryError:
            raise
        except Exception:  # noqa: S112 - what is wrong with a stranger's file is the answer, not an error
            continue
        return reader
    return None


def encrypted(pdf: bytes) -> bool:
    """Whether the file says that it needs a password."""
    try:
        return bool(PdfFileReader(BytesIO(pdf), strict=False).encrypted)
    except MemoryError:
        raise
    except Exception:
        return False


def signatures(reader: PdfFileReader, roots: Sequence[str]) -> list[SignatureSeen]:
    """Every signature with what pyHanko finds, revisions compared."""
    return [SignatureSeen(one, _status(one, roots), _issued_by(one, roots)) for one in reader.embedded_signatures]


def _status(embedded: EmbeddedPdfSignature, roots: Sequence[str]) -> PdfSignatureStatus | None:
    """Certificates count as of the time the signature claims, for no one else attests it; nothing is fetched."""
    try:
        trusted = [asn1.Certificate.load(pem.unarmor(root.encode())[2]) for root in roots]
        at = embedded.self_reported_timestamp
        return validate_pdf_signature(embedded, ValidationContext(trust_roots=trusted, allow_fetching=False, moment=at))
    except MemoryError:
        raise
    except Exception:
        return None


def _issued_by(embedded: EmbeddedPdfSignature, roots: Sequence[str]) -> bool:
    try:
        leaf = x509.load_der_x509_certificate(embedded.signer_cert.dump())
    except MemoryError:
        raise
    except Exception:
        return False
    for root in roots:
        try:
            leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(root.encode()))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def _signer(one: SignatureSeen) -> dict[str, Any]:
    try:
        subject = one.embedded.signer_cert.subject.native
        name, organisation = str(subject.get("common_name", "")), str(subject.get("organization_name", ""))
        serial = format(one.embedded.signer_cert.serial_number, "x")
        at = one.embedded.self_reported_timestamp.isoformat() if one.embedded.self_reported_timestamp else None
    except MemoryError:
        raise
    except Exception:
        name, organisation, at, serial = "", "", None, ""
    holds = one.status is not None and one.status.intact and one.status.valid
    trusted = one.ours and one.status is not None and one.status.trusted
    return {
        "field": one.field[:LONGEST],
        "name": name[:LONGEST],
        "organisation": organisation[:LONGEST],
        "at": at,
        "intact": holds,
        "trusted": trusted,
        "ours": one.ours,
        "serial": serial[:LONGEST] if one.ours else "",
    }


def _container(one: EmbeddedPdfSignature) -> str:
    return sha256(one.pkcs7_content).hexdigest()


def about_signatures(
    signatures_seen: Sequence[SignatureSeen], order: Sequence[str], issued: Sequence[SignatureSeen]
) -> list[comparison.Said]:
    """What is wrong with the signatures themselves; `issued` are those of the issued file, where it is known."""
    own = [one for one in signatures_seen if one.ours]
    if not own:
        return []
    reasons: list[comparison.Said] = []
    last = own[-1]
    if last.status is None or last.status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        reasons.append(("after_signature", {}))
    issued_fields = {_container(one.embedded): one.field for one in issued}
    moved = [one.field for one in own if issued and issued_fields.get(_container(one.embedded)) != one.field and _broken(one)]
    broken = [one.field for one in own if _broken(one) and one.field not in moved]
    another = [one.field for one in own if issued and issued_fields.get(_container(one.embedded)) != one.field and not _broken(one)]
    for message, fields in (("signature_moved", moved), ("byte_changed", broken), ("signature_another", another)):
        if fields:
            reasons.append((message, {"fields": ", ".join(fields)[:LONGEST]}))
    if any(_overstepped(one.status) for one in own):
        reasons.append(("modified", {}))
    if len(own) < len(signatures_seen):
        reasons.append(("foreign_signature", {}))
    missing = [field for field in order if field not in {one.field for one in own}]
    if missing:
        reasons.append(("incomplete", {"fields": ", ".join(missing)}))
    return reasons


def _broken(one: SignatureSeen) -> bool:
    return one.status is None or not (one.status.intact and one.status.valid)


def _overstepped(status: PdfSignatureStatus | None) -> bool:
    """More happened after this signature than filling the fields reserved for the others."""
    if status is None or not status.intact:
        return False
    return status.docmdp_ok is False or status.modification_level not in HARMLESS


def _taken_from(signatures_seen: Sequence[SignatureSeen], issued: Sequence[SignatureSeen]) -> bool:
    """Whether a file holds one of the signatures of the issued one: only who has that file has them.

    To anyone else nothing is said of how a file differs, lest the issued one be guessed part by part.
    """
    containers = {_container(one.embedded) for one in issued if one.ours}
    return any(one.ours and _container(one.embedded) in containers for one in signatures_seen)


def number(reader: PdfFileReader, signatures_seen: Sequence[SignatureSeen]) -> str | None:
    """The number the attached JSON gives, as last signed where something of ours is signed; else the one its title ends with."""
    own = [one for one in signatures_seen if one.ours]
    try:
        root: DictionaryObject = reader.get_historical_root(own[-1].embedded.signed_revision) if own else reader.root
        found = json.loads(comparison.attachments(root)["statement.json"])["number"]
    except MemoryError:
        raise
    except Exception:
        found = None
    if not isinstance(found, str):
        try:
            found = str(reader.trailer["/Info"]["/Title"]).split()[-1]
        except MemoryError:
            raise
        except Exception:
            return None
    return found if len(found) <= LONGEST else None


def look(pdf: bytes, issued: bytes, roots: Sequence[str], order: Sequence[str]) -> dict[str, Any]:
    """Everything the register needs to give its verdict.

    `shares` says that the file holds a signature of the issued one that was given, without which they are not compared; `same` that it
    then shows nothing else.
    """
    reader = opened(pdf)
    if reader is None:
        nothing: dict[str, Any] = {"number": None, "signers": [], "shares": False, "same": False, "changes": []}
        return {"readable": False, "encrypted": encrypted(pdf), **nothing}
    signatures_seen = signatures(reader, roots)
    original = opened(issued) if issued else None
    issued_signatures = signatures(original, roots) if original else []
    if not _taken_from(signatures_seen, issued_signatures):
        original, issued_signatures = None, []
    changes = about_signatures(signatures_seen, order, issued_signatures)
    further = [("encrypted", {})] if reader.encrypted else _against(reader, signatures_seen, original)
    return {
        "readable": True,
        "encrypted": bool(reader.encrypted),
        "number": number(reader, signatures_seen),
        "signers": [_signer(one) for one in signatures_seen],
        "shares": original is not None,
        "same": original is not None and not further,
        "changes": [*changes, *further],
    }


def _against(reader: PdfFileReader, signatures_seen: Sequence[SignatureSeen], original: PdfFileReader | None) -> list[comparison.Said]:
    """Differences of the document from the issued one, or from the revision our last signature covers."""
    own = [one for one in signatures_seen if one.ours]
    try:
        now = comparison.document(reader.root, reader.trailer)
        if original is not None:
            then = comparison.document(original.root, original.trailer)
            return comparison.differences(now, then)
        if own:
            signed = reader.get_historical_resolver(own[-1].embedded.signed_revision)
            return comparison.differences(now, comparison.document(signed.root, signed.trailer_view))
    except MemoryError:
        raise
    except Exception:
        return [("unreadable_change", {})]
    return []


def answer(data: bytes) -> bytes:
    """One line of JSON for every outcome."""
    start = data.index(b"\n") + 1
    header = json.loads(data[:start])
    pdf, issued = data[start : start + header["size"]], data[start + header["size"] :]
    return json.dumps(look(pdf, issued, header["roots"], header["order"]), ensure_ascii=False).encode("utf-8", "replace")
