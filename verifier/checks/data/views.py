"""Pages of check 2: the register of sources, and each source as reported and as recalculated."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data import actions, queries
from verifier.checks.data.forms import DataFilter, OutcomeForm
from verifier.checks.data.numbers import grid, recalculated
from verifier.checks.data.numbers.wording import owner_name, what
from verifier.checks.data.queries import SourceReview
from verifier.checks.data.references import queries as references
from verifier.checks.data.wording import basis_name, parameter_name, step_name
from verifier.core.access import Permission
from verifier.core.calculation.results import CategoryResult
from verifier.core.calculation.units import plain, round_half_up
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.reports.models import ReportedSource
from verifier.reports.wording import FLAG_NAMES, flag_name, flag_sentence, sheet_name
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed, text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import carried_filter, paged_list
from verifier.web.permit import permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor
from verifier.web.subjects import SubjectKind

bp = Blueprint("data", __name__)
PER_PAGE = 50
for _filter in (owner_name, parameter_name):
    bp.add_app_template_filter(_filter)
NO_KEY = "~"
"""Stands in the address for a source whose key is blank."""

LABELS = {
    OutcomeStatus.UNDECIDED: _l("Undecided"),
    OutcomeStatus.ASKED_AGAIN: _l("Changed: decision required again"),
    OutcomeStatus.WAITING: _l("Unresolved finding"),
    OutcomeStatus.AGREED: _l("Agreed"),
    OutcomeStatus.DIFFERS: _l("Differs"),
    OutcomeStatus.CANNOT_CONFIRM: _l("Unconfirmed"),
}
STATES = {
    (OutcomeStatus, "undecided"): "mute",
    (OutcomeStatus, "asked_again"): "warn",
    (OutcomeStatus, "waiting"): "info",
    (OutcomeStatus, "agreed"): "ok",
    (OutcomeStatus, "differs"): "warn",
    (OutcomeStatus, "cannot_confirm"): "bad",
}


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "source": SubjectKind[ReportedSource](
        find=lambda engagement, key: reports.source_of(engagement.report_version, key),
        find_many=lambda engagement, keys: reports.sources_keyed(engagement.report_version, keys),
        title=lambda row: f"{row.source_key} {row.name}",
        url=lambda engagement, row: url_for("data.source", engagement_id=engagement.id, source_key=row.source_key or NO_KEY),
    ),
    "report": SubjectKind[str](
        find=lambda _engagement, code: code if code in FLAG_NAMES else None,
        title=lambda code: _("Report as a whole: %(what)s", what=flag_name(code)),
        url=lambda engagement, _code: url_for("data.sources", engagement_id=engagement.id),
    ),
}
"""A source of the version under verification; the report as a whole, as a check of ours looks at it."""


@bp.get("/cases/<uuid:engagement_id>/data")
@permit(Permission.WORK_READ)
def sources(engagement: Engagement) -> ResponseReturnValue:
    """The register: every source as reported and as recalculated."""
    rows, form = _filtered(engagement)
    names = _categories(engagement)
    calculation = references.calculation_of(engagement)
    drawn = [(_category(row, names), [row.reported, round_half_up(row.known, 2)]) for row in calculation.by_category]
    return render_template(
        "checks/data/register.html",
        engagement=engagement,
        form=form,
        page=paged_list(rows, PER_PAGE),
        filter_values=_filter_values(),
        agreeable=sum(each.agreeable for each in rows),
        progress=queries.progress(engagement),
        drawn=drawn,
        flags=queries.flag_progress(engagement),
        calculation=calculation,
        verified=queries.verified_by_category(engagement),
        address=_address,
        report_flags=queries.flags_of_report(engagement),
        flag_name=flag_name,
        sheet_name=sheet_name,
        flag_sentence=partial(flag_sentence, categories=names),
        export=url_for(".downloaded", engagement_id=engagement.id, **_filter_values()),
        list_url=url_for(".sources", engagement_id=engagement.id),
        has_review_form=bool((form_of_review := load(engagement.pack_id).form("document_review")) and form_of_review.columns),
    )


@bp.get("/cases/<uuid:engagement_id>/data.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement) -> ResponseReturnValue:
    """The filtered register as a spreadsheet."""
    rows, _form = _filtered(engagement)
    names = _categories(engagement)
    record(
        TrailAction.DATA_LIST_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [
        _("Source no."),
        _("Source"),
        _("Facility"),
        _("Category"),
        _("Fuel or material"),
        _("Meter"),
        _("Reported, t CO2"),
        _("Recalculated, t CO2"),
        _("Reported − recalculated, t CO2"),
        _("Verified, t CO2"),
        _("Reported − verified, t CO2"),
        _("Outcome"),
        _("Note"),
        _("Data alerts"),
        _("Findings"),
    ]
    return spreadsheet(f"{engagement.number} {_('Data')}", headers, [_line(each, names) for each in rows])


@bp.post("/cases/<uuid:engagement_id>/agree-data")
@permit(Permission.DATA_DECIDE, on_report=True)
def agree(engagement: Engagement) -> ResponseReturnValue:
    """Agree to the ticked sources, or to every one of the filter that recalculates exactly and carries no flag."""
    keys, expected = request.form.getlist("keys"), None
    if "all" in request.form:
        rows, _form = _filtered(engagement)
        keys = [each.source.source_key for each in rows if each.agreeable]
        expected = request.form.get("expected", -1, type=int)
    count = actions.agree_many(engagement, keys, expected=expected, actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s source agreed.", "%(num)s sources agreed.", count), "success")
    return redirect(came_from(), 303)


@bp.route("/cases/<uuid:engagement_id>/data/<path:source_key>", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.DATA_DECIDE, on_report=True)
def source(engagement: Engagement, source_key: str) -> ResponseReturnValue:
    """One source: its months, factors, recalculation, and what is held of it."""
    key = "" if source_key == NO_KEY else source_key
    rows = queries.source_reviews(engagement)
    at = next((index for index, each in enumerate(rows) if each.source.source_key == key), None)
    if at is None:
        abort(404)
    review = rows[at]
    form = _outcome_form(review)
    following = next((each for each in (*rows[at + 1 :], *rows[:at]) if each.is_open), None)
    if form.validate_on_submit():
        outcome = SourceOutcome(form.outcome.data)
        actions.decide(
            engagement,
            key,
            outcome,
            form.verified.value,
            form.note.data or "",
            no_finding=form.no_finding.data or "",
            seen_version=form.seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("%(key)s: %(decision)s.", key=key, decision=label(OutcomeStatus(outcome))), "success")
        return redirect(_address(engagement, following) if following else url_for(".sources", engagement_id=engagement.id), 303)
    report = reports.report_of(engagement.report_version)
    flags = references.calculation_of(engagement).flags_of(key)
    numbers = recalculated.of_source(engagement, review.result)
    months = grid.of_source(engagement, review.result, numbers, flags)
    return render_template(
        "checks/data/source.html",
        engagement=engagement,
        review=review,
        form=form,
        grid=months,
        numbers=numbers,
        what=what,
        categories=_categories(engagement),
        flags=flags,
        elsewhere=[flag for flag in flags if flag not in months.flagged],
        findings=queries.findings_on(engagement, key),
        row=queries.source_row(report, key),
        meter=queries.meter_of(report, review.source.meter),
        flag_name=flag_name,
        flag_sentence=flag_sentence,
        sheet_name=sheet_name,
        step_name=step_name,
        parameter_name=parameter_name,
        basis_name=basis_name,
        previous=_address(engagement, rows[at - 1]) if at else None,
        next=_address(engagement, rows[at + 1]) if at + 1 < len(rows) else None,
        following=_address(engagement, following) if following else None,
        position=at + 1,
        count=len(rows),
        list_url=url_for(".sources", engagement_id=engagement.id),
    )


def _category(row: CategoryResult, names: dict[str, str]) -> str:
    name = names.get(row.category, row.category)
    return name if row.counts else _("%(category)s (excluded)", category=name)


def _filtered(engagement: Engagement) -> tuple[list[SourceReview], DataFilter]:
    version = engagement.report_version
    form, names = DataFilter(request.args), _categories(engagement)
    occurring = sorted({code for codes in references.codes_of(engagement).values() for code in codes})
    form.offer({code: names.get(code, code) for code in reports.categories_of(version)}, occurring)
    rows = queries.source_reviews(
        engagement, search=form.q.data or "", category=form.category.data or "", flag=form.flag.data or "", sort=form.sort.data or ""
    )
    return queries.matching(rows, form.state.data or ""), form


def _filter_values() -> dict[str, list[str]]:
    """The filter in the address, to be kept."""
    return carried_filter()


def _outcome_form(review: SourceReview) -> OutcomeForm:
    outcome = review.outcome
    form = OutcomeForm(data={"version": outcome.version if outcome else 0})
    if outcome and review.current and not form.is_submitted():
        form.outcome.data, form.note.data = outcome.outcome, outcome.note
        if outcome.outcome == SourceOutcome.DIFFERS and outcome.verified is not None:
            form.verified.data, form.no_finding.data = plain(outcome.verified), outcome.no_finding_reason
    return form


def _line(each: SourceReview, names: dict[str, str]) -> tuple[object, ...]:
    source, verified = each.source, each.verified
    difference = None if verified is None or source.reported is None else source.reported - verified
    return (
        source.source_key,
        source.name,
        source.facility_key,
        names.get(source.category, source.category),
        source.fuel,
        source.meter,
        source.reported,
        source.recalculated,
        source.difference,
        verified,
        difference,
        label(each.status),
        each.outcome.note if each.outcome else "",
        listed(map(flag_name, each.flag_codes)),
        listed(finding.label for finding in each.findings),
    )


def _address(engagement: Engagement, review: SourceReview) -> str:
    return url_for("data.source", engagement_id=engagement.id, source_key=review.source.source_key or NO_KEY)


def _categories(engagement: Engagement) -> dict[str, str]:
    return {category.code: text_in(category.name) for category in load(engagement.pack_id).categories}
