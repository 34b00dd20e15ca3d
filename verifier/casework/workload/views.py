"""The coordinator's page of load and deadlines across the body's cases."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.casework.trail_wording import WAITING
from verifier.casework.waiting import SOON
from verifier.casework.workload import queries
from verifier.casework.workload.forms import WorkloadFilter
from verifier.casework.workload.queries import Assigned
from verifier.core.access import Permission
from verifier.db import utcnow
from verifier.web.downloads.sizes import announce
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import name_of
from verifier.web.pages.lists import export_url, paged_list, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import this_user

bp = Blueprint("workload", __name__)


@bp.get("/workload")
@permit(Permission.CASE_OPEN)
def workload() -> ResponseReturnValue:
    """Open tasks of everyone in the body: numbers and next deadline of each person, and the tasks, the most urgent first."""
    body, form = this_user().organisation, WorkloadFilter(request.args)
    people = queries.people_of(body)
    form.offer(people)
    every = queries.assigned(body, people, now=utcnow())
    rows = [row for row in every if form.keeps(row, SOON)]
    if wants_spreadsheet():
        announce(len(rows))
        return _sheet(rows)
    page = paged_list(rows)
    return render_template(
        "casework/workload.html",
        form=form,
        loads=queries.loads(people, every),
        page=page,
        cases=queries.about(page.items),
        export=export_url(),
        filtered=bool(form.person.data or form.due.data),
        soon=SOON,
    )


def _sheet(rows: Sequence[Assigned]) -> ResponseReturnValue:
    cases = queries.about(rows)
    headers = [_("Person"), _("Task"), _("About"), _("Case"), _("Reporting unit"), _("Emission year"), _("Due date"), _("Days overdue")]
    lines = []
    for row in rows:
        case = cases.get(row.task.case) if row.task.case else None
        lines.append(
            (
                row.person.name,
                str(WAITING[row.task.what]),
                row.task.things[0].label if row.task.things else None,
                case.number if case else None,
                name_of(case.unit) if case else None,
                case.unit_year.year.emission_year if case else None,
                row.task.due,
                row.lateness.late,
            )
        )
    return spreadsheet(_("Workload"), headers, lines)
