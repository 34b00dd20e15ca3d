"""A signature made on a copy of the statement without the write lock, and a fingerprint of the rows it rests on.

`SigningOrder` is what was read; `carried_out` lays out and signs in memory; `issuing` compares the fingerprint under the lock and stores.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from verifier.accounts.models import User
from verifier.audit import recorded_rows
from verifier.audit.queries import last_change
from verifier.casework.review.queries import reviews
from verifier.core.chain import canonical_json
from verifier.core.errors import Refusal
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.statement import queries
from verifier.statement.facts.model import StatementFacts, to_json
from verifier.statement.models import SignerRole, SigningKey
from verifier.statement.pdf.document import render
from verifier.statement.signing import keys, signatures
from verifier.statement.signing.certificate_authority import open_key

SIGN = {SignerRole.LEAD: signatures.certify, SignerRole.SIGNATORY: signatures.countersign, SignerRole.SEAL: signatures.seal}
RECALCULATED = ("id", "recalculated_known", "complete")
SIGNED = ("id", "status", "version", "pdf_sha256")
"""What can change of a report version and of a statement; their contents, which may be large, never do."""


@dataclass(frozen=True, slots=True)
class SigningOrder:
    """What is signed, by whom and with which key; values only, so that no transaction is open while they are laid out and signed."""

    place: SignerRole
    signer_name: str
    password_hash: str | None
    signature: signatures.Signature
    rests_on: str
    document: StatementFacts | bytes
    """The facts of a statement to be laid out, or the PDF as the last signature left it."""
    token: str = ""


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """The signed PDF; where the passphrase does not open the key, the refusal instead, for a failed attempt has yet to be counted."""

    order: SigningOrder
    pdf: bytes = b""
    facts: dict[str, Any] | None = None
    refused: Refusal | None = None


def carried_out(order: SigningOrder) -> SignedCopy:
    """Open the key, lay the statement out where it is new, and sign; reads and writes no row."""
    try:
        open_key(order.signature.key_pem, order.signature.passphrase)
    except Refusal as refused:
        return SignedCopy(order, refused=refused)
    keys.refuse_password(order.signature.passphrase, order.password_hash)
    sign, document = SIGN[order.place], order.document
    if isinstance(document, bytes):
        return SignedCopy(order, sign(document, order.signature))
    return SignedCopy(order, sign(signatures.prepare(render(document)), order.signature), to_json(document))


def rests_on(engagement: Engagement) -> str:
    """SHA-256 of what a signature on the case rests on: the case's last change, and the stored rows of what lies outside its trail."""
    db.session.flush()
    unit_year, drawn = engagement.unit_year, queries.conclusion(engagement)
    organisations = {engagement.body_id, unit_year.unit_id, unit_year.year.authority_id}
    people = select(User.id).where(User.organisation_id == engagement.body_id)
    signing = select(SigningKey.id).where((SigningKey.organisation_id == engagement.body_id) | SigningKey.user_id.in_(people))
    rows = {
        "engagement": _stored("engagement", [engagement.id]),
        "organisation": _stored("organisation", organisations),
        "programme_year": _stored("programme_year", [unit_year.year_id]),
        "report_version": _stored("report_version", [engagement.report_version_id], RECALCULATED),
        "signing_key": _stored("signing_key", db.session.scalars(signing)),
        "statement": _stored("statement", [each.id for each in queries.statements(engagement)], SIGNED),
        "user_account": _stored("user_account", db.session.scalars(people)),
    }
    reviewed = [str(each.id) for each in reviews(engagement)]
    case = {"change": last_change(engagement.id), "conclusion": str(drawn.id) if drawn else None, "reviews": reviewed}
    return sha256(canonical_json({"case": case, "rows": rows})).hexdigest()


def _stored(table: str, keys_of_rows: Iterable[UUID], columns: Sequence[str] = ()) -> dict[str, str]:
    """The hashes of rows as they are stored now, by key: of these columns, else of all that trails record."""
    return recorded_rows.stored(table, [(key,) for key in keys_of_rows], columns or recorded_rows.columns_of(table))
