"""Numbers and procedures for tests of coverage."""

from fractions import Fraction

from verifier.core.coverage.procedures import CoverageKind, CoverageNumber, Procedure, ProcedureMethod

YEAR = frozenset(f"2021-{month:02d}" for month in range(1, 13))


def number(key: str = "E-001", period: str = "2021-03", tonnes: int = 10, kind: CoverageKind = CoverageKind.ACTIVITY) -> CoverageNumber:
    """A number of purchased electricity."""
    months = frozenset({period}) if len(period) == 7 else YEAR
    return CoverageNumber(f"{kind}/{key}/{period}", kind, key, "purchased_electricity", period, Fraction(tonnes), months)


def done(method: ProcedureMethod, *months: str, sampling: str = "") -> Procedure:
    """A procedure on all of a number, or on some months."""
    return Procedure(method, "V-1 Invoice, p. 2", frozenset(months), "Ann", sampling=sampling)
