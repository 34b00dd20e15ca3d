"""Command-line functions for statements; they return plain values and print nothing."""

from typing import Any

from verifier.db import db, utcnow
from verifier.evidence.queries import store
from verifier.statement import integrity, queries
from verifier.statement.facts.model import plain
from verifier.statement.inspection.inspect import Inspection, Look, inspect
from verifier.statement.inspection.revocations import with_revocations
from verifier.statement.models import Statement
from verifier.statement.signing import keys


def statement_list() -> list[dict[str, Any]]:
    """Every statement that was issued, oldest first; tonnes as a decimal string."""
    return [
        {
            "number": statement.number,
            "unit": statement.engagement.unit.name,
            "year": statement.engagement.unit_year.year.emission_year,
            "tonnes": plain(statement.stated_total),
            "opinion": statement.opinion,
            "status": _status(statement),
            "issued_at": statement.issued_at.isoformat() if statement.issued_at else None,
            "sha256": statement.pdf_sha256,
            "superseded_by": later.number if (later := queries.successor(statement)) else None,
        }
        for statement in db.session.scalars(queries.all_issued())
    ]


def _status(statement: Statement) -> str:
    if not integrity.is_sound(statement):
        return "integrity_failure"
    return "under_correction" if queries.under_correction(statement) else statement.status


def export(number: str) -> bytes | None:
    """The issued PDF, byte for byte; None where no issued statement has the number."""
    statement = queries.issued_numbered(number)
    return store().get(statement.pdf_sha256) if statement else None


def inspected(pdf: bytes, look: Look | None = None) -> Inspection:
    """The verdict on a PDF against this installation's register and root certificate; `look` reads it, else a process of its own."""
    found = inspect(
        pdf,
        by_sha256=integrity.checked(queries.register_by_sha256),
        by_number=queries.register_by_number,
        trust_roots=[keys.root_pem(utcnow())],
        by_signed=queries.register_by_signed,
        original=store().get,
        look=look,
    )
    return with_revocations(found)


def verify_file(pdf: bytes) -> dict[str, Any]:
    """The verdict as JSON values."""
    found = inspected(pdf)
    return {
        "verdict": found.verdict.value,
        "number": found.number,
        "sha256": found.sha256,
        "reasons": [{"message": reason.message, "values": dict(reason.values)} for reason in found.reasons],
        "signers": [
            {
                "field": signer.field,
                "name": signer.name,
                "organisation": signer.organisation,
                "at": signer.at.isoformat() if signer.at else None,
                "intact": signer.intact,
                "trusted": signer.trusted,
                "revoked_at": signer.revoked_at.isoformat() if signer.revoked_at else None,
            }
            for signer in found.signers
        ],
    }
