"""Pages of versions: changes in a corrected report, unrequested ones first, to be accepted with a reason or raised as findings."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectChoice, SelectField, StringField, TextAreaField

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.flags.forms import RaiseForm
from verifier.checks.data.versions import actions, queries
from verifier.checks.data.versions.queries import ReviewedChange, Step
from verifier.core.access import Permission
from verifier.core.calculation.units import round_half_up
from verifier.core.datachecks.codes import UNREQUESTED_CHANGE
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.report.differences import SHEETS, Change, ChangeKind
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.wording import changed_field, column_name, sheet_name
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.forms import BaseForm, SearchForm
from verifier.web.pages.filters import listed
from verifier.web.pages.labels import label
from verifier.web.pages.lists import carried_filter, paged_list
from verifier.web.permit import may, permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor

bp = Blueprint("versions", __name__)
PER_PAGE = 50
PLACES = 6

LABELS = {ChangeKind.CHANGED: _l("Value changed"), ChangeKind.ADDED: _l("Row added"), ChangeKind.REMOVED: _l("Row removed")}


class ChangeFilter(SearchForm):
    """Which changes to show."""

    q = StringField(_l("Search"))
    sheet = SelectField(_l("Sheet"), validate_choice=False)
    state = SelectField(_l("Requested by finding"), validate_choice=False)

    def offer(self) -> None:
        """What can be chosen."""
        self.sheet.choices = [SelectChoice("", _("All sheets")), *(SelectChoice(name, sheet_name(name)) for name in ("unit", *SHEETS))]
        self.state.choices = [
            SelectChoice("", _("All changes")),
            SelectChoice("unasked", _("Unrequested")),
            SelectChoice("open", _("Not tested yet")),
            SelectChoice("asked", _("Requested by a finding")),
            SelectChoice("numbers", _("Values only")),
        ]


class AcceptForm(BaseForm):
    """Why changes are accepted."""

    reason = TextAreaField(_l("Reason"))


@bp.get("/cases/<uuid:engagement_id>/versions")
@permit(Permission.WORK_READ)
def latest(engagement: Engagement) -> ResponseReturnValue:
    """The first step with something still to be looked at, else the last one taken."""
    steps = queries.steps(engagement)
    waiting = next((step for step in steps if any(row.is_open for row in queries.changes_of(engagement, step))), None)
    step = waiting or (steps[-1] if steps else None)
    if step is None:
        return render_template("checks/data/versions/no_versions.html", engagement=engagement)
    return redirect(_address(engagement, step), 303)


@bp.get("/cases/<uuid:engagement_id>/versions/<int:before>/<int:after>")
@permit(Permission.WORK_READ)
def versions(engagement: Engagement, before: int, after: int) -> ResponseReturnValue:
    """Every change between two versions."""
    step = _step(engagement, before, after)
    every = queries.changes_of(engagement, step)
    form = ChangeFilter(request.args)
    form.offer()
    rows = _filtered(every)
    steps = queries.steps(engagement)
    raise_form = RaiseForm(formdata=None)
    raise_form.offer(load(engagement.pack_id), [UNREQUESTED_CHANGE])
    return render_template(
        "checks/data/versions/versions.html",
        engagement=engagement,
        step=step,
        form=form,
        page=paged_list(rows, PER_PAGE),
        filter_values=carried_filter("before", "after"),
        every=every,
        unasked=[row for row in every if not row.judged.requested],
        steps=steps,
        place=_place,
        address=_address,
        taken=step in steps,
        can=may(Permission.FINDING_RAISE) and possible(engagement.stage, CaseAction.CHECK) and step in steps,
        accept_form=AcceptForm(formdata=None),
        raise_form=raise_form,
        listed={row.source_id for row in reports.calculation_of(engagement.report_version).sources},
        sheet_name=sheet_name,
        column_name=column_name,
        named=changed_field,
        list_url=_address(engagement, step),
        numbers=queries.numbers_of(engagement),
        export=url_for(".downloaded", engagement_id=engagement.id, before=before, after=after, **carried_filter("before", "after")),
    )


@bp.get("/cases/<uuid:engagement_id>/versions/<int:before>/<int:after>/changes.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement, before: int, after: int) -> ResponseReturnValue:
    """The filtered changes as a spreadsheet."""
    rows = _filtered(queries.changes_of(engagement, _step(engagement, before, after)))
    record(
        TrailAction.DATA_CHANGES_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [
        _("Sheet"),
        _("Row"),
        _("Row identifier"),
        _("Column"),
        _("Type of change"),
        _("Before"),
        _("After"),
        _("Change in emissions, t CO2"),
        _("Requested by finding"),
        _("Reason or finding"),
        _("Who"),
        _("When"),
    ]
    return spreadsheet(f"{engagement.number} {_('Versions')} {before}-{after}", headers, [_line(row) for row in rows])


@bp.post("/cases/<uuid:engagement_id>/versions/<int:before>/<int:after>/accept")
@permit(Permission.DATA_DECIDE, on_report=True)
def accept(engagement: Engagement, before: int, after: int) -> ResponseReturnValue:
    """Accept the ticked changes with one reason."""
    step, keys = _step(engagement, before, after), request.form.getlist("keys")
    count = actions.accept(engagement, step, keys, request.form.get("reason", ""), actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s change accepted.", "%(num)s changes accepted.", count), "success")
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/versions/<int:before>/<int:after>/raise")
@permit(Permission.FINDING_RAISE, on_report=True)
def raise_findings(engagement: Engagement, before: int, after: int) -> ResponseReturnValue:
    """Raise a draft for each ticked change."""
    step = _step(engagement, before, after)
    known = {row.change.key: row.change for row in queries.changes_of(engagement, step)}
    texts = {key: _draft_text(step, known[key]) for key in request.form.getlist("keys") if key in known}
    if len(texts) != len(request.form.getlist("keys")):
        raise Refusal("data.change.changed", count=len(texts))
    raised = actions.raise_findings(
        engagement, step, texts, request.form.get("class_code", ""), request.form.get("clause", ""), actor=current_actor(), now=utcnow()
    )
    flash(
        ngettext("%(num)s finding saved as a draft.", "%(num)s findings saved as drafts.", len(raised))
        + " "
        + _("They become visible to the unit when the findings are sent."),
        "success",
    )
    return redirect(came_from(), 303)


def _step(engagement: Engagement, before: int, after: int) -> Step:
    found = queries.step_between(engagement, before, after)
    return found if found is not None else abort(404)


def _filtered(every: list[ReviewedChange]) -> list[ReviewedChange]:
    query: dict[str, Any] = {
        "search": request.args.get("q", ""),
        "sheet": request.args.get("sheet", ""),
        "at": request.args.get("state", ""),
    }
    return queries.matching(every, **query)


def _address(engagement: Engagement, step: Step) -> str:
    return url_for("versions.versions", engagement_id=engagement.id, before=step.before.number, after=step.after.number)


def _place(change: Change) -> str:
    """Sheet and row, in words."""
    return (
        _("%(sheet)s, row %(row)s", sheet=sheet_name(change.sheet), row=change.row)
        if change.sheet and change.row
        else sheet_name(change.sheet)
    )


def _draft_text(step: Step, change: Change) -> tuple[str, str]:
    """Title and text of a draft."""
    what = " ".join(change.keys)
    title = _("%(what)s: unrequested change", what=what)
    text = _(
        "Report version %(after)s states “%(now)s” where version %(before)s stated “%(was)s” (%(where)s, "
        "column %(column)s). This change was not requested by any finding. Please explain the change and "
        "provide evidence.",
        after=step.after.number,
        before=step.before.number,
        now=change.after or "–",
        was=change.before or "–",
        where=_place(change),
        column=change.column,
    )
    return title, text


def _line(row: ReviewedChange) -> tuple[object, ...]:
    change, disposition = row.change, row.disposition
    return (
        sheet_name(change.sheet),
        change.row or None,
        " ".join(change.keys),
        change.column,
        label(change.how),
        change.before,
        change.after,
        None if change.tonnes is None else round_half_up(change.tonnes, PLACES),
        listed(row.judged.findings),
        (disposition.finding.label if disposition.finding else disposition.reason) if disposition else "",
        disposition.decider.name if disposition else "",
        disposition.decided_at if disposition else None,
    )
