"""`verifier audit verify`: trails, recorded rows, signed statements, and on request evidence and an older copy; one line a problem."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from verifier.audit import comparison
from verifier.audit.queries import verify
from verifier.audit.row_verification import RowProblem, verify_rows
from verifier.audit.trail_index import Torn
from verifier.core.errors import Refusal
from verifier.db import db
from verifier.evidence.models import StoredFile
from verifier.reports.integrity import RowDifference, verify_reported_rows
from verifier.statement.integrity import verify_signed

Line = tuple[bool, str]
"""Whether it is a problem, and the sentence."""


def verified(here: Any, *, evidence: bool = False, against: Path | None = None) -> Iterator[Line]:
    """Everything that is asked for, in this order."""
    for verdict in verify(here.checkpoints):
        if verdict.broken:
            yield True, f"{verdict.trail}: row {verdict.broken.number}: {verdict.broken.fault}"
        else:
            yield False, f"{verdict.trail}: {verdict.rows} rows verified"
    try:
        here.checkpoints.index.steps()
    except Torn:
        yield True, "trails.index: a line was changed or removed"
    for problem in verify_rows():
        yield True, row_line(problem)
    for each in verify_reported_rows():
        yield not each.only_calculated, reported_rows_line(each)
    for number, reason in verify_signed():
        yield True, f"statement {number}: {reason}"
    if evidence:
        yield from _evidence(here.store)
    if against is not None:
        yield from _against(against)


def row_line(problem: RowProblem) -> str:
    """A row that is not as recorded, with the trail (a case, or the installation) and the row number that recorded it."""
    where = f", recorded in {problem.trail} row {problem.number}" if problem.number else ""
    return f"{problem.table} {problem.key}: {problem.fault}{where}"


def reported_rows_line(found: RowDifference) -> str:
    """A table that differs from what was handed in, or only in results: then the program may have changed."""
    if found.only_calculated:
        return f"{found.table} of report version {found.version}: calculated columns differ from this program's calculation"
    return f"{found.table} of report version {found.version}: not what was handed in"


def _evidence(store: Any) -> Iterator[Line]:
    digests = list(db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)))
    unsound = 0
    for digest in digests:
        try:
            store.get(digest)
        except Refusal:
            unsound += 1
            yield True, f"evidence {digest}: missing or altered"
    yield False, f"evidence: {len(digests) - unsound} of {len(digests)} files verified"


def _against(copy: Path) -> Iterator[Line]:
    sound = True
    for each in comparison.departures(copy):
        sound = False
        yield True, f"{each.trail}: {'lost' if each.lost else 'changed'} since the copy, at row {each.rows}"
    if sound:
        yield False, f"{copy}: every checkpoint of the copy lies on today's trails"
