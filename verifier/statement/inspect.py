"""Whether a PDF is the issued statement, an edited copy of one, or none of ours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


def inspect(pdf: bytes, *, by_sha256: Lookup, by_number: Lookup, trust_roots: Sequence[bytes]) -> Inspection:
    """The verdict on `pdf`; the two look-ups ask the register, `trust_roots` are our root certificates (PEM)."""
    raise NotImplementedError
