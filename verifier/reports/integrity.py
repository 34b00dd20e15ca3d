"""Whether the rows that lists show of reports are what follows from the content of each version, which the trail records."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from verifier.db import Base, db
from verifier.jobs import queries as jobs
from verifier.jobs.models import State
from verifier.reports import number_rows
from verifier.reports.actions import facility_rows
from verifier.reports.models import ReportedFacility, ReportedNumber, ReportedSource, ReportVersion
from verifier.reports.open_cases import rules_of
from verifier.reports.recalculation import KIND, recalculated
from verifier.reports.stored_content import from_json

ENDED = (State.DONE, State.GAVE_UP)
POSITIONS = "position"


def verify_reported_rows() -> Iterator[tuple[str, str]]:
    """Every table of a version whose rows are not those of its content under its rules, with the version's id.

    A version whose recalculation is still queued is left out. Recalculates each version: seconds for a hundred reports.
    """
    for key in list(db.session.scalars(select(ReportVersion.id).order_by(ReportVersion.id))):
        version = db.session.get_one(ReportVersion, key)
        pack = rules_of(version.unit_year)
        waiting = jobs.of_key(KIND, f"{version.unit_year_id}:{pack.sha256}")
        if waiting is None or waiting.state in ENDED:
            expected = recalculated(version.content, pack)
            facilities = facility_rows(from_json(version.content))
            for model, rows in ((ReportedSource, expected.sources), (ReportedFacility, facilities), (ReportedNumber, expected.numbers)):
                if not _as_stored(version, model, rows):
                    yield model.__tablename__, str(version.id)
        db.session.expunge_all()


def _as_stored(version: ReportVersion, model: type[Base], rows: Sequence[number_rows.Row]) -> bool:
    """Whether the stored rows of a version equal these, in their order and with nothing beside them."""
    table = model.__table__
    names = sorted(rows[0]) if rows else [POSITIONS]
    columns = [table.c[name] for name in names]
    stored = db.session.execute(select(*columns).where(table.c.version_id == version.id).order_by(table.c[POSITIONS])).mappings()
    return [_plain(row) for row in stored] == [_plain(row) for row in sorted(rows, key=lambda row: int(str(row[POSITIONS])))]


def _plain(row: Any) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "id"}
