"""Whether what the register says of a statement can be relied on: its rows as recorded, its trail, and the facts that were signed."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import current_app
from sqlalchemy import select

from verifier.audit.models import TrailRow
from verifier.audit.queries import verify_one
from verifier.audit.row_verification import verify_named
from verifier.db import db
from verifier.statement import queries
from verifier.statement.inspection.inspect import Issued, Lookup
from verifier.statement.models import Statement


def is_sound(statement: Statement) -> bool:
    """Whether the statement, its signatures and its case are as recorded, its audit trail verifies, and it says what was signed."""
    if signed_differs(statement) is not None:
        return False
    case = statement.engagement_id
    rows = {"statement": [statement.id], "signature": [each.id for each in statement.signatures], "engagement": [case]}
    rows["conclusion"] = [statement.conclusion_id]
    return not verify_named(case, rows) and verify_one(current_app.extensions["verifier"].checkpoints, case).broken is None


def checked(lookup: Lookup) -> Lookup:
    """A look-up of the register that says of what it finds whether the register's record of it fails the integrity check."""

    def found(sha256: str) -> Issued | None:
        issued = lookup(sha256)
        statement = queries.issued_numbered(issued.number) if issued else None
        return replace(issued, altered=not is_sound(statement)) if issued and statement else issued

    return found


def verify_signed() -> Iterator[tuple[str, str]]:
    """Every issued statement whose row departs from the signed facts or from the signatures in its trail, with what departs."""
    for statement in db.session.scalars(queries.all_issued()):
        if (departs := signed_differs(statement)) is not None:
            yield statement.number, departs


def signed_differs(statement: Statement) -> str | None:
    """The first value of a statement's row that is not the signed one; None where all are."""
    facts: dict[str, Any] = statement.facts
    if statement.number != facts.get("number"):
        return "number"
    if statement.opinion != (facts.get("opinion") or {}).get("code"):
        return "opinion"
    if not _same(statement.verified_total, facts.get("verified_total")):
        return "verified_total"
    last = _last_signed(statement)
    return "pdf_sha256" if last is not None and last != statement.pdf_sha256 else None


def _last_signed(statement: Statement) -> str | None:
    """SHA-256 of the PDF as the trail says the last signature left it; None where the trail names none."""
    signed = select(TrailRow.detail).where(
        TrailRow.trail == str(statement.engagement_id),
        TrailRow.subject_kind == "statement",
        TrailRow.subject_id == str(statement.id),
        TrailRow.action.in_([f"statement:{place}:signed" for place in queries.ORDER]),
    )
    found = db.session.scalar(signed.order_by(TrailRow.number.desc()).limit(1))
    return None if found is None else found.get("sha256")


def _same(row: Decimal | None, fact: object) -> bool:
    if row is None or fact is None:
        return row is None and fact is None
    try:
        return row == Decimal(str(fact))
    except InvalidOperation:
        return False
