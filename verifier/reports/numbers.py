"""The rows of the register: every number of a version, written in bulk."""

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import insert, select

from verifier.core.numbers import Number, numbers_of
from verifier.db import db
from verifier.reports import queries
from verifier.reports.models import ReportedNumber, ReportVersion

AT_ONCE = 5_000
LONGEST = 64


def write(version: ReportVersion, numbers: Iterable[Number]) -> None:
    """Write the numbers of a version, some thousands at a time."""
    lines = [_line(version, place, each) for place, each in enumerate(numbers, start=1)]
    for first in range(0, len(lines), AT_ONCE):
        db.session.execute(insert(ReportedNumber), lines[first : first + AT_ONCE])


def write_missing() -> int:
    """Write the numbers of versions that were handed in before there were such rows; how many versions that were."""
    bare = ~select(ReportedNumber.version_id).where(ReportedNumber.version_id == ReportVersion.id).exists()
    written = 0
    for found in list(db.session.scalars(select(ReportVersion.id).where(bare))):
        held = select(ReportVersion).where(ReportVersion.id == found).with_for_update(of=ReportVersion)
        version = db.session.scalars(held).one()
        if db.session.scalar(select(ReportedNumber.position).where(ReportedNumber.version_id == found).limit(1)) is None:
            write(version, numbers_of(queries.report_of(version), queries.calculation_of(version)))
            written += 1
    return written


def _line(version: ReportVersion, position: int, each: Number) -> dict[str, object]:
    return {
        "version_id": version.id, "position": position, "number_key": each.key, "kind": each.kind.value, "source_key": each.source,
        "parameter": each.parameter, "period": each.period, "written": each.written, "value": _kept(each.value), "unit": each.unit,
        "sheet": each.sheet, "row": each.row, "cell": each.column, "document": each.document, "basis": each.basis, "weight": each.weight,
        "flag_codes": " ".join(each.flags), "fingerprint": each.fingerprint,
    }  # fmt: skip


def _kept(value: Decimal | None) -> Decimal | None:
    """The value where a column holds all its digits; an absurd one stands there as written only."""
    return value if value is not None and len(format(value, "f")) <= LONGEST else None
