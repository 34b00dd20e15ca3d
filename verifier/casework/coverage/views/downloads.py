"""The list of how numbers were tested as a spreadsheet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework.coverage.queries import assessment_of
from verifier.checks.data.calculation_export.views.lists import with_sheet
from verifier.checks.data.numbers.queries import names_of
from verifier.core.calculation.units import round_half_up
from verifier.core.coverage.assessment import NumberCoverage
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.web.downloads.formula_workbook import LiveBook
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed, text_in
from verifier.web.pages.labels import label
from verifier.web.signed_in import current_actor

PLACES = 6


def headers() -> list[str]:
    """The columns of the list."""
    return [
        _("Source no."),
        _("Source"),
        _("Category"),
        _("Kind"),
        _("Number"),
        _("Period"),
        _("Related emissions, t CO2"),
        _("Coverage"),
        _("Tested by"),
        _("Evidence"),
        _("Months"),
        _("Who"),
        _("When"),
        _("Reason"),
    ]


def cells(engagement: Engagement, rows: Sequence[NumberCoverage]) -> Iterator[tuple[str | Decimal | datetime | None, ...]]:
    """One row for each procedure on a number, and one for a number on which nothing was done."""
    names = names_of(engagement)
    categories = {each.code: text_in(each.name) for each in load(engagement.pack_id).categories}
    for row in rows:
        number = row.number
        state = _("Covered") if row.covered else _("Left out with a reason") if row.deviation else _("Missing")
        first = (
            number.source,
            names.get(number.source, ""),
            categories.get(number.category, number.category),
            label(number.kind),
            number.key,
            number.period,
            round_half_up(number.tonnes, PLACES),
            state,
        )
        if not row.procedures:
            yield (*first, _("Nothing done"), "", "", "", None, row.deviation)
        for each in row.procedures:
            yield (*first, label(each.method), each.evidence, listed(sorted(each.months)), each.by, each.at, row.deviation or each.note)


def downloaded(engagement: Engagement, rows: Sequence[NumberCoverage]) -> ResponseReturnValue:
    """The list as a workbook; recorded in the trail."""
    subject = Subject("case", str(engagement.id))
    record(
        TrailAction.DATA_COVERAGE_DOWNLOADED, current_actor(), subject, now=utcnow(), case=engagement.id, effect=Effect.LOOK, rows=len(rows)
    )
    return spreadsheet(f"{engagement.number} {_('Coverage')}", headers(), cells(engagement, rows))


def sheet(book: LiveBook, engagement: Engagement) -> None:
    """The same list as a sheet of the working papers."""
    made = book.sheet(_("Coverage"), headers(), (14, 30, 22, 16, 30, 10, 18, 14, 30, 40, 24, 18, 18, 40))
    for row in cells(engagement, assessment_of(engagement).rows):
        made.add(list(row))


with_sheet(sheet)
