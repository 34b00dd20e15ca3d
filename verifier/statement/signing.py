"""Three signatures on one statement, in order: the lead verifier certifies, the signatory countersigns, the body's seal closes."""

from dataclasses import dataclass
from datetime import datetime

LEAD, SIGNATORY, SEAL = "LeadVerifier", "AuthorisedSignatory", "BodySeal"
ORDER = (LEAD, SIGNATORY, SEAL)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, with what, why and when; `lines` are printed in the visible stamp, the first one large."""

    key_pem: bytes
    passphrase: str
    certificate_pem: bytes
    root_pem: bytes
    reason: str
    at: datetime
    lines: tuple[str, ...]


def prepare(pdf: bytes) -> bytes:
    """The statement with its three empty signature fields, appended before any signature so that none of them breaks another."""
    raise NotImplementedError


def certify(pdf: bytes, signature: Signature) -> bytes:
    """The lead verifier's signature: from here on only the two reserved fields may be filled."""
    raise NotImplementedError


def countersign(pdf: bytes, signature: Signature) -> bytes:
    """The authorised signatory's signature, on a statement the lead verifier has certified."""
    raise NotImplementedError


def seal(pdf: bytes, signature: Signature) -> bytes:
    """The seal of the body, on a statement both people have signed."""
    raise NotImplementedError
