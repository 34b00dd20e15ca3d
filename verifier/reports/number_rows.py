"""The rows of the register: every number of a version, written in bulk."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import insert, select

from verifier.core.report.reported_numbers import Number, numbers_of
from verifier.db import Base, db, reading, writing
from verifier.reports import queries
from verifier.reports.models import ReportedNumber, ReportVersion

AT_ONCE = 5_000
LONGEST = 64


Row = dict[str, object]


def rows(numbers: Iterable[Number]) -> tuple[Row, ...]:
    """The rows of numbers, but for the version they will be of: made before the database is asked for its writing place."""
    return tuple(_row(place, each) for place, each in enumerate(numbers, start=1))


def write(version: ReportVersion, model: type[Base], rows: Sequence[Row]) -> None:
    """Write rows of a version, some thousands at a time and past the session, which would look at each of them."""
    connection = db.session.connection()
    for first in range(0, len(rows), AT_ONCE):
        connection.execute(insert(model), [{**row, "version_id": version.id} for row in rows[first : first + AT_ONCE]])


def write_missing() -> int:
    """Write the numbers of versions that were handed in before there were such rows; how many versions that were.

    They are looked for and calculated without the write lock, and committed version by version.
    """
    bare = ~select(ReportedNumber.version_id).where(ReportedNumber.version_id == ReportVersion.id).exists()
    written = 0
    with reading():
        missing = list(db.session.scalars(select(ReportVersion.id).where(bare)))
    for found in missing:
        with reading():
            version = db.session.get_one(ReportVersion, found)
            prepared = rows(numbers_of(queries.report_of(version), queries.calculation_of(version)))
        with writing():
            locked = select(ReportVersion).where(ReportVersion.id == found).with_for_update(of=ReportVersion)
            version = db.session.scalars(locked).one()
            if db.session.scalar(select(ReportedNumber.position).where(ReportedNumber.version_id == found).limit(1)) is None:
                write(version, ReportedNumber, prepared)
                written += 1
            db.session.commit()
    return written


def _row(position: int, each: Number) -> Row:
    return {
        "position": position,
        "number_key": each.key,
        "kind": each.kind.value,
        "source_key": each.source,
        "parameter": each.parameter,
        "period": each.period,
        "written": each.written,
        "value": _indexed_value(each.value),
        "unit": each.unit,
        "sheet": each.sheet,
        "row": each.row,
        "cell": each.column,
        "document": each.document,
        "basis": each.basis,
        "weight": each.weight,
        "flag_codes": " ".join(each.flags),
        "fingerprint": each.fingerprint,
    }


def _indexed_value(value: Decimal | None) -> Decimal | None:
    """The value; None for one with more digits than a list can show, which is stored only as text."""
    return value if value is not None and len(format(value, "f")) <= LONGEST else None
