"""Pages of check 2, data alerts: list, dismissal with a reason, and raising as findings, single or bulk."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.flags import actions, queries
from verifier.checks.data.flags.forms import CoverForm, DismissForm, FlagFilter, RaiseForm
from verifier.checks.data.flags.queries import Flagged
from verifier.checks.data.flags.wording import finding_of, place
from verifier.core.access import Permission
from verifier.core.calculation.results import Flag
from verifier.core.datachecks.flag_resolution import FlagState
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.core.typed_digits import whole_number
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.findings.queries import coverable
from verifier.reports import queries as reports
from verifier.reports.models import ReportVersion
from verifier.reports.wording import flag_name, flag_sentence
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import carried_filter, paged_list
from verifier.web.permit import may, permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor

bp = Blueprint("flags", __name__)
PER_PAGE = 50

LABELS = {
    FlagState.OPEN: _l("Unresolved"),
    FlagState.CHANGED: _l("Changed: review again"),
    FlagState.FINDING: _l("Raised as finding"),
    FlagState.DISMISSED: _l("Dismissed"),
}
STATES = {(FlagState, "open"): "warn", (FlagState, "changed"): "warn", (FlagState, "finding"): "info", (FlagState, "dismissed"): "ok"}


@dataclass(frozen=True, slots=True)
class AlertLinks:
    """Addresses that a data alert leads to in a case, and the finding it was raised as or is covered by."""

    source: str | None
    number: str | None
    finding: Finding | None
    finding_url: str | None


@bp.app_template_global("alert_links")
def alert_links(engagement: Engagement, flags: Iterable[Flag], version: ReportVersion | None = None) -> dict[Flag, AlertLinks]:
    """Where each alert leads; nowhere for a reader who may not see the work of the case, and for a version not under verification."""
    of = engagement.report_version
    if not may(Permission.WORK_READ) or (version is not None and version.id != of.id):
        return {}
    every, raised = tuple(flags), {_identity(flag): finding for flag, finding in queries.raised_as(engagement).items()}
    keys = reports.number_keys_of(of, {(flag.sheet, flag.row) for flag in every if flag.sheet and flag.row})
    listed = {result.source_id for result in reports.calculation_of(of).sources}
    at: dict[str, Any] = {"engagement_id": engagement.id}
    found = {}
    for flag in every:
        key, finding = keys.get((flag.sheet, flag.row)) if flag.row else None, raised.get(_identity(flag))
        found[flag] = AlertLinks(
            url_for("data.source", source_key=flag.source, **at) if flag.source and flag.source in listed else None,
            url_for("numbers.number", number_key=key, source=flag.source or None, **at) if key else None,
            finding,
            url_for("findings.finding", number=finding.number, **at) if finding else None,
        )
    return found


@bp.get("/cases/<uuid:engagement_id>/data/flags")
@permit(Permission.WORK_READ)
def flags(engagement: Engagement) -> ResponseReturnValue:
    """Data alerts of the report, largest effect first, each with its consequences."""
    every = queries.flagged(engagement)
    rows, form = _filtered(engagement, every)
    page = paged_list(rows, PER_PAGE)
    shown = [flag for each in page.items for flag in (each.main, *each.flag.family.consequences)]
    raise_form = RaiseForm(formdata=None)
    raise_form.offer(load(engagement.pack_id), [each.main.code for each in rows if each.is_open])
    cover_form = CoverForm(formdata=None)
    cover_form.offer(coverable(engagement))
    return render_template(
        "checks/data/flags/flags.html",
        engagement=engagement,
        form=form,
        page=page,
        links=alert_links(engagement, shown),
        filter_values=carried_filter(),
        resolved=sum(not each.is_open for each in every),
        total=len(every),
        open_here=sum(each.is_open for each in rows),
        can=may(Permission.FINDING_RAISE) and possible(engagement.stage, CaseAction.CHECK),
        dismiss_form=DismissForm(formdata=None),
        raise_form=raise_form,
        cover_form=cover_form,
        flag_name=flag_name,
        flag_sentence=partial(flag_sentence, categories=_categories(engagement)),
        place=place,
        list_url=url_for(".flags", engagement_id=engagement.id),
        export=url_for(".downloaded", engagement_id=engagement.id, **carried_filter()),
    )


@bp.get("/cases/<uuid:engagement_id>/flags.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement) -> ResponseReturnValue:
    """The filtered flags as a spreadsheet, consequences below their main flag."""
    rows, _form = _filtered(engagement, queries.flagged(engagement))
    record(
        TrailAction.DATA_FLAGS_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [
        _("Alert code"),
        _("Data alerts"),
        _("Consequence of"),
        _("Source no."),
        _("Period"),
        _("Sheet"),
        _("Row"),
        _("Column"),
        _("Description"),
        _("Estimated effect on the reported total, t CO2"),
        _("Estimated in the data, t CO2"),
        _("State"),
        _("Reason or finding"),
        _("Who"),
        _("When"),
    ]
    sentence = partial(flag_sentence, categories=_categories(engagement))
    lines = [_line(each, flag, sentence(flag)) for each in rows for flag in (each.main, *each.flag.family.consequences)]
    return spreadsheet(f"{engagement.number} {_('Data alerts')}", headers, lines)


@bp.post("/cases/<uuid:engagement_id>/flags/dismiss")
@permit(Permission.DATA_DECIDE, on_report=True)
def dismiss(engagement: Engagement) -> ResponseReturnValue:
    """Dismiss the ticked flags, or every open one of the filter, with one reason."""
    count = actions.dismiss(engagement, _wanted(engagement), request.form.get("reason", ""), actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s alert dismissed.", "%(num)s alerts dismissed.", count), "success")
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/flags/raise")
@permit(Permission.FINDING_RAISE, on_report=True)
def raise_findings(engagement: Engagement) -> ResponseReturnValue:
    """Raise a draft for each ticked flag, or for every open one of the filter; each can be edited before it is sent."""
    keys = _wanted(engagement)
    rows = {each.flag.key: each for each in queries.flagged(engagement)}
    sentence = partial(flag_sentence, categories=_categories(engagement))
    if not keys or any(key not in rows for key in keys):
        raise Refusal("data.flag.changed" if keys else "data.flag.none", **({"count": sum(key in rows for key in keys)} if keys else {}))
    drafts = {key: finding_of(rows[key], sentence) for key in keys}
    raised = actions.raise_findings(
        engagement, drafts, request.form.get("class_code", ""), request.form.get("clause", ""), actor=current_actor(), now=utcnow()
    )
    flash(
        ngettext("%(num)s finding saved as a draft.", "%(num)s findings saved as drafts.", len(raised))
        + " "
        + _("They become visible to the unit when the findings are sent."),
        "success",
    )
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/flags/cover")
@permit(Permission.FINDING_RAISE, on_report=True)
def cover(engagement: Engagement) -> ResponseReturnValue:
    """Name an existing finding that covers the ticked flags, or every open one of the filter."""
    number = whole_number(request.form.get("finding", ""), longest=7)
    finding = next((each for each in coverable(engagement) if each.number == number), None)
    if finding is None:
        raise Refusal("data.flag.choose_finding")
    count = actions.cover(engagement, _wanted(engagement), finding, actor=current_actor(), now=utcnow())
    words = ngettext("%(num)s alert is covered by %(finding)s.", "%(num)s alerts are covered by %(finding)s.", count, finding=finding.label)
    flash(words, "success")
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/flags/reopen")
@permit(Permission.DATA_DECIDE, on_report=True)
def reopen(engagement: Engagement) -> ResponseReturnValue:
    """Undo a dismissal."""
    actions.reopen(engagement, request.form.get("key", ""), actor=current_actor(), now=utcnow())
    flash(_("The dismissal was undone; the alert is open again."), "success")
    return redirect(came_from(), 303)


def _identity(flag: Flag) -> tuple[object, ...]:
    """What makes two alerts the same one, whichever references the calculation had at hand."""
    return flag.code, flag.source, flag.period, flag.sheet, flag.row, flag.column


def _filtered(engagement: Engagement, every: list[Flagged]) -> tuple[list[Flagged], FlagFilter]:
    form = FlagFilter(request.args)
    codes = {flag.code for each in every for flag in (each.main, *each.flag.family.consequences)}
    form.offer(sorted(codes, key=flag_name), sorted({each.main.source for each in every if each.main.source}))
    query = {"search": form.q.data, "code": form.code.data, "source": form.source.data, "at": form.state.data, "sort": form.sort.data}
    return queries.matching(every, **{name: value or "" for name, value in query.items()}), form


def _wanted(engagement: Engagement) -> list[str]:
    """The keys that are meant: the ticked ones, or every open one of the filter as many as were announced."""
    if "all" not in request.form:
        return request.form.getlist("keys")
    rows, _form = _filtered(engagement, queries.flagged(engagement))
    keys = [each.flag.key for each in rows if each.is_open]
    if len(keys) != request.form.get("expected", -1, type=int):
        raise Refusal("data.flag.changed", count=len(keys))
    return keys


def _line(each: Flagged, flag: Flag, sentence: str) -> tuple[object, ...]:
    disposition, main = each.disposition, flag is each.main
    current = disposition if disposition is not None and main else None
    return (
        flag.code,
        flag_name(flag.code),
        "" if main else flag_name(each.main.code),
        flag.source,
        flag.period,
        flag.sheet,
        flag.row,
        flag.column,
        sentence,
        each.effect if main else None,
        flag.tonnes,
        label(each.state) if main else "",
        (current.finding.label if current.finding else current.reason) if current else "",
        current.decider.name if current else "",
        current.decided_at if current else None,
    )


def _categories(engagement: Engagement) -> dict[str, str]:
    return {category.code: text_in(category.name) for category in load(engagement.pack_id).categories}
