"""Pages of the programme: progress of a year."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from verifier.core.access import Permission
from verifier.core.clocks import UNIT_YEAR_STATUSES
from verifier.db import utcnow
from verifier.programme import queries
from verifier.programme.forms import ProgressFilter
from verifier.programme.queries import UnitProgress
from verifier.registry.models import ProgrammeYear
from verifier.web.downloads.sizes import announce
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed, name_of
from verifier.web.pages.labels import label
from verifier.web.pages.lists import count_of, export_url, paged_rows, wants_spreadsheet
from verifier.web.permit import permit

bp = Blueprint("programme", __name__)


@bp.get("/programme/years/<uuid:year_id>/progress")
@permit(Permission.PROGRAMME_READ)
def progress(year: ProgrammeYear) -> ResponseReturnValue:
    """Every unit of the year, late ones first: by stage, what is late, what waits for whom, reported against verified."""
    now = utcnow()
    counts = queries.counts_of([year], now=now)[year.id]
    form = ProgressFilter(request.args)
    form.standing.choices = [SelectChoice("", _("All statuses")), *(SelectChoice(each.value, label(each)) for each in UNIT_YEAR_STATUSES)]
    found = queries.matching(year, now=now, search=form.q.data or "", status=form.standing.data or "", late=form.late.data)
    if wants_spreadsheet():
        announce(count_of(found))
        return _progress_sheet(year, queries.with_people(queries.progress(found, now=now)))
    return render_template(
        "programme/progress.html",
        year=year,
        form=form,
        page=paged_rows(found, lambda rows: queries.with_people(queries.progress(rows, now=now))),
        export=export_url(),
        total=counts.total,
        late=counts.late,
        stations=[(each, counts.by_status.get(each, 0)) for each in UNIT_YEAR_STATUSES],
        issued=counts.issued,
    )


def _progress_sheet(year: ProgrammeYear, units: list[UnitProgress]) -> ResponseReturnValue:
    headers = [
        _("Unit"),
        _("Unified social credit code"),
        _("Verification body"),
        _("Case"),
        _("Status"),
        _("Next action by"),
        _("Due date"),
        _("Days overdue"),
        _("Reported, t CO2"),
        _("Verified, t CO2"),
        _("Origin of the figure"),
    ]
    rows = [_progress_row(each) for each in units]
    return spreadsheet(_("Progress %(year)s", year=year.emission_year), headers, rows)


def _progress_row(each: UnitProgress) -> tuple[object, ...]:
    unit_year, days = each.unit_year, each.lateness
    waits = listed([label(each.turn), *each.people]) if each.turn else None
    body = name_of(unit_year.body) if unit_year.body else None
    case = each.case.number if each.case else None
    due, late = (days.due, days.late or None) if days else (None, None)
    return (
        name_of(unit_year.unit),
        unit_year.unit.credit_code,
        body,
        case,
        label(each.status),
        waits,
        due,
        late,
        each.reported,
        each.verified,
        (_("reported figure, confirmed by verification") if each.as_reported else _("verifier's own figure")) if each.issued else None,
    )
