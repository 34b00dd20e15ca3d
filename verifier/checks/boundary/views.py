"""Pages of check 1: facilities and sources against the plan, single and bulk decisions, omissions."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectChoice

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.boundary import actions, queries
from verifier.checks.boundary.forms import BoundaryFilter, DecisionForm, MissingForm, WithdrawForm
from verifier.checks.boundary.models import MissingSource
from verifier.checks.boundary.queries import Judged
from verifier.core.access import Permission
from verifier.core.boundary import BoundaryOutcome, BoundaryStatus, Kind, Mark
from verifier.core.report.rows import CATEGORIES
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.engagements.references.queries import monitoring_plan
from verifier.reports.queries import reported_tonnes
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed, text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import carried_filter, paged_list
from verifier.web.permit import permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor
from verifier.web.subjects import SubjectKind

bp = Blueprint("boundary", __name__)
PER_PAGE = 50
NO_KEY = "~"
"""Stands in the address for a row whose key is blank."""

LABELS = {
    Kind.FACILITY: _l("Facility"),
    Kind.SOURCE: _l("Emission source"),
    Mark.IN_PLAN: _l("In the plan"),
    Mark.STATED_IN_PLAN: _l("In the plan, per the unit"),
    Mark.NOT_IN_PLAN: _l("Not in the plan"),
    Mark.PLAN_UNSTATED: _l("Plan status not stated"),
    Mark.NOT_REPORTED: _l("In the plan, not reported"),
    Mark.RETIRED: _l("Decommissioned"),
    Mark.OUTSIDE_BOUNDARY: _l("Outside the boundary"),
    Mark.UNKNOWN_FACILITY: _l("Facility not listed"),
    BoundaryStatus.UNDECIDED: _l("Undecided"),
    BoundaryStatus.ASKED_AGAIN: _l("Changed: decision required again"),
    BoundaryStatus.CONFIRMED: _l("Confirmed"),
    BoundaryStatus.NOT_COUNTED: _l("Excluded"),
    BoundaryStatus.FINDING: _l("Finding raised"),
}
STATES = {
    (Mark, "in_plan"): "ok",
    (Mark, "stated_in_plan"): "mute",
    (Mark, "not_in_plan"): "bad",
    (Mark, "plan_unstated"): "mute",
    (Mark, "not_reported"): "bad",
    (Mark, "retired"): "warn",
    (Mark, "outside_boundary"): "warn",
    (Mark, "unknown_facility"): "bad",
    (BoundaryStatus, "undecided"): "mute",
    (BoundaryStatus, "asked_again"): "warn",
    (BoundaryStatus, "confirmed"): "ok",
    (BoundaryStatus, "not_counted"): "info",
    (BoundaryStatus, "finding"): "bad",
}


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "facility": SubjectKind[Judged](
        find=lambda engagement, key: queries.judged_one(engagement, Kind.FACILITY, key),
        find_many=lambda engagement, _keys: {each.row.key: each for each in queries.judged(engagement, Kind.FACILITY)},
        title=lambda judged: f"{judged.row.key} {judged.row.name}",
        url=lambda engagement, judged: _address(engagement, judged),
    ),
    "missing_source": SubjectKind[MissingSource](
        find=queries.missing_keyed,
        find_many=lambda engagement, _keys: {row.key: row for row in queries.missing(engagement, withdrawn=True)},
        title=lambda row: f"{row.key} {row.name}",
        url=lambda engagement, _row: url_for("boundary.missing", engagement_id=engagement.id),
        photographed=lambda engagement: {row.key: row for row in queries.missing(engagement)},
    ),
}


@bp.get("/cases/<uuid:engagement_id>/boundary/facilities")
@permit(Permission.WORK_READ)
def facilities(engagement: Engagement) -> ResponseReturnValue:
    """Every facility as reported, compared with the plan."""
    return _list(engagement, Kind.FACILITY)


@bp.get("/cases/<uuid:engagement_id>/boundary/sources")
@permit(Permission.WORK_READ)
def sources(engagement: Engagement) -> ResponseReturnValue:
    """Every source as reported, compared with the plan."""
    return _list(engagement, Kind.SOURCE)


@bp.get("/cases/<uuid:engagement_id>/boundary/<any(facility, source):kind>.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement, kind: str) -> ResponseReturnValue:
    """The filtered list as a spreadsheet."""
    rows, _form = _filtered(engagement, Kind(kind))
    names = _categories(engagement)
    record(
        TrailAction.BOUNDARY_LIST_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        kind=kind,
        rows=len(rows),
    )
    headers = [_("No."), _("Name"), _("Category"), _("Facility"), _("Against the plan"), _("Decision"), _("Note"), _("Findings")]
    table = [
        (
            each.row.key,
            each.row.name,
            names.get(each.row.category, each.row.category),
            each.row.facility,
            listed(map(label, each.row.marks)),
            label(each.status),
            each.decision.note if each.decision else "",
            listed(finding.label for finding in each.findings),
        )
        for each in rows
    ]
    words = _("Facilities") if kind == Kind.FACILITY else _("Emission sources")
    return spreadsheet(f"{engagement.number} {words}", headers, table)


@bp.post("/cases/<uuid:engagement_id>/boundary/confirm/<any(facility, source):kind>")
@permit(Permission.BOUNDARY_DECIDE, on_report=True)
def confirm(engagement: Engagement, kind: str) -> ResponseReturnValue:
    """Confirm the ticked rows, or every row of the filter that is open and calm."""
    what = Kind(kind)
    keys, expected = request.form.getlist("keys"), None
    if "all" in request.form:
        rows, _form = _filtered(engagement, what)
        keys = [each.row.key for each in rows if each.confirmable]
        expected = request.form.get("expected", -1, type=int)
    count = actions.decide_many(engagement, what, keys, expected=expected, actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s row is confirmed.", "%(num)s rows are confirmed.", count), "success")
    return redirect(came_from(), 303)


@bp.route("/cases/<uuid:engagement_id>/boundary/<any(facility, source):kind>/<path:key>", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.BOUNDARY_DECIDE, on_report=True)
def one(engagement: Engagement, kind: str, key: str) -> ResponseReturnValue:
    """One facility or source compared with the plan, and the decision on it."""
    what, key = Kind(kind), "" if key == NO_KEY else key
    rows = queries.judged(engagement, what)
    at = next((index for index, each in enumerate(rows) if each.row.key == key), None)
    if at is None:
        abort(404)
    judged = rows[at]
    form = _decision_form(judged)
    following = next((each for each in (*rows[at + 1 :], *rows[:at]) if each.is_open), None)
    if form.validate_on_submit():
        outcome = BoundaryOutcome(form.outcome.data)
        actions.decide(
            engagement, what, key, outcome, form.note.data or "", seen_version=form.seen_version, actor=current_actor(), now=utcnow()
        )
        flash(_("%(key)s: %(decision)s.", key=judged.row.key, decision=label(BoundaryStatus(outcome))), "success")
        return redirect(_address(engagement, following) if following else url_for(_list_of(what), engagement_id=engagement.id), 303)
    return render_template(
        "checks/boundary/one.html",
        engagement=engagement,
        judged=judged,
        form=form,
        categories=_categories(engagement),
        sources=[each for each in queries.judged(engagement, Kind.SOURCE) if each.row.facility == key] if what is Kind.FACILITY else [],
        previous=_address(engagement, rows[at - 1]) if at else None,
        position=at + 1,
        count=len(rows),
        next=_address(engagement, rows[at + 1]) if at + 1 < len(rows) else None,
        following=_address(engagement, following) if following else None,
        address=_address,
        list_url=url_for(_list_of(what), engagement_id=engagement.id),
        has_plan=monitoring_plan(engagement) is not None,
    )


@bp.route("/cases/<uuid:engagement_id>/boundary/missing", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.BOUNDARY_DECIDE, on_report=True)
def missing(engagement: Engagement) -> ResponseReturnValue:
    """What the verifier found and the report does not name."""
    form = MissingForm()
    names = _categories(engagement)
    form.category.choices = [
        SelectChoice("", _("Choose a category")),
        *(SelectChoice(code, names[code]) for code in CATEGORIES if code in names),
    ]
    if form.validate_on_submit():
        row = actions.add_missing(
            engagement,
            Kind(form.kind.data),
            form.name.data or "",
            form.category.data or None,
            form.place.data or "",
            form.note.data or "",
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("%(key)s is added. Raise a finding to inform the unit.", key=row.key), "success")
        return redirect(url_for(".missing", engagement_id=engagement.id), 303)
    rows = queries.missing(engagement, withdrawn=True)
    raised = {row.key: queries.findings_on_missing(engagement, row.key) for row in rows}
    return render_template("checks/boundary/missing.html", engagement=engagement, rows=rows, raised=raised, form=form, categories=names)


@bp.post("/cases/<uuid:engagement_id>/boundary/missing/<key>/withdraw")
@permit(Permission.BOUNDARY_DECIDE, on_report=True)
def withdraw(engagement: Engagement, key: str) -> ResponseReturnValue:
    """Take back something that was not missing."""
    actions.withdraw_missing(engagement, key, seen_version=WithdrawForm().seen_version, actor=current_actor(), now=utcnow())
    flash(_("%(key)s is withdrawn.", key=key), "success")
    return redirect(url_for(".missing", engagement_id=engagement.id), 303)


def _list(engagement: Engagement, kind: Kind) -> ResponseReturnValue:
    rows, form = _filtered(engagement, kind)
    tonnes = reported_tonnes(engagement.report_version) if kind is Kind.SOURCE else {}
    return render_template(
        "checks/boundary/list.html",
        tonnes=tonnes,
        total=sum(tonnes.values()),
        engagement=engagement,
        kind=kind,
        form=form,
        page=paged_list(rows, PER_PAGE),
        filter_values=_filter_values(),
        confirmable=sum(each.confirmable for each in rows),
        progress=queries.progress_by_kind(engagement)[kind],
        address=_address,
        categories=_categories(engagement),
        export=url_for(".downloaded", engagement_id=engagement.id, kind=kind, **_filter_values()),
        missing=len(queries.missing(engagement)),
        list_url=url_for(_list_of(kind), engagement_id=engagement.id),
    )


def _filtered(engagement: Engagement, kind: Kind) -> tuple[list[Judged], BoundaryFilter]:
    rows = queries.judged(engagement, kind)
    form = BoundaryFilter(request.args)
    names = _categories(engagement)
    used = {code: names.get(code, code) for code in sorted({each.row.category for each in rows} - {""})}
    facilities = {
        each.row.facility: f"{each.row.facility} {each.row.facility_row.name if each.row.facility_row else ''}".strip() for each in rows
    }
    form.offer(kind, queries.marks_of(rows), used, {key: words for key, words in sorted(facilities.items()) if key})
    return queries.matching(rows, **form.query()), form


def _filter_values() -> dict[str, list[str]]:
    """The filter in the address, to be kept."""
    return carried_filter("kind")


def _decision_form(judged: Judged) -> DecisionForm:
    decision = judged.decision
    form = DecisionForm(data={"version": decision.version if decision else 0})
    if decision and not judged.is_open and not form.is_submitted():
        form.outcome.data, form.note.data = decision.outcome, decision.note
    return form


def _address(engagement: Engagement, judged: Judged) -> str:
    return url_for("boundary.one", engagement_id=engagement.id, kind=judged.row.kind, key=judged.row.key or NO_KEY)


def _list_of(kind: Kind) -> str:
    return "boundary.facilities" if kind is Kind.FACILITY else "boundary.sources"


def _categories(engagement: Engagement) -> dict[str, str]:
    return {category.code: text_in(category.name) for category in load(engagement.pack_id).categories}
