"""`verifier audit verify`: trails, recorded rows, signed statements, and on request evidence and an older copy; one line a problem."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from verifier.audit import comparison
from verifier.audit.queries import verify
from verifier.audit.row_verification import RowFault, RowProblem, verify_rows
from verifier.audit.trail_index import Torn
from verifier.core.chain import Break, Fault
from verifier.core.errors import Refusal
from verifier.db import db
from verifier.evidence.models import StoredFile
from verifier.reports.integrity import RowDifference, verify_reported_rows
from verifier.statement.integrity import verify_signed
from verifier.terminal.sentences import gettext as _
from verifier.terminal.sentences import marked as _l
from verifier.terminal.sentences import ngettext

Line = tuple[bool, str]
"""Whether it is a problem, and the sentence."""
FAULTS = {
    Fault.EDITED: _l("edited"),
    Fault.MISSING: _l("missing"),
    Fault.INSERTED: _l("inserted"),
    Fault.OUT_OF_ORDER: _l("out of order"),
    Fault.TAIL_CUT: _l("this and all later rows are missing"),
    Fault.HEAD_UNKNOWN: _l("confirmed by no signed checkpoint"),
    Fault.ERASED: _l("the whole trail is missing"),
}
ROW_FAULTS = {
    RowFault.CHANGED: _l("changed"),
    RowFault.CHANGED_BEFORE: _l("changed before an action recorded it"),
    RowFault.MISSING: _l("missing"),
    RowFault.NEVER_RECORDED: _l("never recorded"),
    RowFault.NOT_COMPARABLE: _l("recorded with columns or values that cannot be read"),
}


def verified(here: Any, *, evidence: bool = False, against: Path | None = None) -> Iterator[Line]:
    """Everything that is asked for, in this order."""
    for verdict in verify(here.checkpoints):
        if verdict.broken:
            yield True, f"{verdict.trail}: {trail_fault(verdict.broken)}"
        else:
            yield False, ngettext("%(trail)s: %(num)d row verified", "%(trail)s: %(num)d rows verified", verdict.rows, trail=verdict.trail)
    try:
        here.checkpoints.index.steps()
    except Torn:
        yield True, _("trails.index: a line was changed or removed")
    for problem in verify_rows():
        yield True, row_line(problem)
    for each in verify_reported_rows():
        yield not each.only_calculated, reported_rows_line(each)
    for number, reason in verify_signed():
        yield True, signed_line(number, reason)
    if evidence:
        yield from _evidence(here.store)
    if against is not None:
        yield from _against(against)


def row_line(problem: RowProblem) -> str:
    """A row that is not as recorded, with the trail (a case, or the installation) and the row number that recorded it."""
    values = {"table": problem.table, "key": problem.key, "fault": _(ROW_FAULTS[problem.fault])}
    if not problem.number:
        return f"{problem.table} {problem.key}: {values['fault']}"
    where = {"trail": problem.trail, "number": problem.number}
    return _("%(table)s %(key)s: %(fault)s, recorded in %(trail)s row %(number)s", **values, **where)


def trail_fault(broken: Break) -> str:
    """The first row of a trail that cannot be relied on, and why."""
    return _("row %(number)s: %(fault)s", number=broken.number, fault=_(FAULTS[broken.fault]))


def signed_line(number: str, value: str) -> str:
    """A value of an issued statement that is not the one signed."""
    return _("statement %(number)s: %(value)s is not what was signed", number=number, value=value)


def reported_rows_line(found: RowDifference) -> str:
    """A table that differs from what was handed in, or only in results: then the program may have changed."""
    of = {"table": found.table, "version": found.version}
    if found.only_calculated:
        return _("%(table)s of report version %(version)s: calculated columns differ from this program's calculation", **of)
    return _("%(table)s of report version %(version)s: not what was handed in", **of)


def _evidence(store: Any) -> Iterator[Line]:
    digests = list(db.session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)))
    unsound = 0
    for digest in digests:
        try:
            store.get(digest)
        except Refusal:
            unsound += 1
            yield True, _("evidence %(sha256)s: missing or altered", sha256=digest)
    yield False, _("evidence: %(sound)s of %(all)s files verified", sound=len(digests) - unsound, all=len(digests))


def _against(copy: Path) -> Iterator[Line]:
    sound = True
    for each in comparison.departures(copy):
        sound = False
        at = {"trail": each.trail, "number": each.rows}
        lost, changed = (
            _("%(trail)s: lost since the copy, at row %(number)s", **at),
            _("%(trail)s: changed since the copy, at row %(number)s", **at),
        )
        yield True, lost if each.lost else changed
    if sound:
        yield False, _("%(copy)s: every checkpoint of the copy lies on today's trails", copy=copy)
