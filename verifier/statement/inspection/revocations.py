"""What revoked keys mean for a file: a statement issued before the revocation stays good, by the clock of the register."""

from dataclasses import replace
from datetime import UTC, datetime

from verifier.statement import queries
from verifier.statement.inspection.inspect import Inspection, InspectionReason, Verdict
from verifier.statement.models import Statement
from verifier.statement.signing import revocation

UNCHANGED = (Verdict.GENUINE, Verdict.CORRECTING, Verdict.SUPERSEDED)
"""Verdicts on a file that is the issued one, byte for byte."""


def with_revocations(found: Inspection) -> Inspection:
    """Name every signature whose key was revoked; an issued file with one that does not count is no longer to be relied on."""
    statement = queries.issued_numbered(found.number) if found.number else None
    if statement is not None and found.verdict in UNCHANGED:
        return _issued(found, statement)
    signers = []
    reasons = list(found.reasons)
    for signer in found.signers:
        key = revocation.revoked_serial(signer.serial) if signer.serial else None
        if key is not None and key.revoked_at is not None:
            signer = replace(signer, revoked_at=key.revoked_at)
            values = (("name", signer.name), ("revoked", _time(key.revoked_at)))
            reasons.append(InspectionReason("statement.inspect.revoked_unissued", values))
        signers.append(signer)
    return replace(found, signers=tuple(signers), reasons=tuple(reasons))


def _issued(found: Inspection, statement: Statement) -> Inspection:
    revoked = revocation.revoked_signatures(statement)
    dates = {each.signature.signer_name: each.revoked_at for each in revoked}
    signers = tuple(replace(signer, revoked_at=dates.get(signer.name)) for signer in found.signers)
    reasons = list(found.reasons)
    for each in revoked:
        values = (("issued", _time(statement.issued_at)), ("name", each.signature.signer_name), ("revoked", _time(each.revoked_at)))
        message = "statement.inspect.revoked_later" if each.good else "statement.inspect.revoked_before"
        reasons.append(InspectionReason(message, values))
    verdict = found.verdict if all(each.good for each in revoked) else Verdict.REVOKED
    return replace(found, verdict=verdict, signers=signers, reasons=tuple(reasons))


def _time(at: datetime | None) -> str:
    """A time of the register in UTC, as the check page and the command line show it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "—"
