"""The pages: overview, numbers with the bulk form, recorded procedures, the plan and its deviations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.casework.coverage import actions, queries
from verifier.casework.coverage.forms import (
    COVERED,
    DEVIATION,
    MISSING,
    NOTHING,
    CoverageFilter,
    DeviationForm,
    PlanForm,
    ProcedureForm,
    WithdrawForm,
)
from verifier.casework.coverage.views import blueprint, downloads
from verifier.casework.coverage.views.blueprint import bp
from verifier.checks.data.numbers.queries import names_of
from verifier.checks.data.numbers.wording import owner_name
from verifier.checks.data.vouchers.queries import vouchers
from verifier.core.access import Permission
from verifier.core.coverage.assessment import CoverageAssessment, NumberCoverage, against_positive, amount
from verifier.core.coverage.procedures import CoverageKind
from verifier.core.coverage.shortest_way import Way
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, possible
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import later, load
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import carried_filter, paged_list, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import current_actor

PER_PAGE = 50
MOST_WAYS = 15
"""Ways shown: those that cover the most come first."""


@bp.get("/cases/<uuid:engagement_id>/coverage")
@permit(Permission.WORK_READ, keeps_record="export")
def coverage(engagement: Engagement) -> ResponseReturnValue:
    """Tonnes and counts by procedure and category, what is missing by weight, and the quickest way to cover it."""
    found, shown = queries.assessment_of(engagement), _upcoming(engagement)
    if wants_spreadsheet():
        return downloads.downloaded(engagement, found.rows)
    plan, deviation = PlanForm(formdata=None), DeviationForm(formdata=None)
    return _overview(engagement, shown or found, plan, deviation, upcoming=shown is not None)


def _upcoming(engagement: Engagement) -> CoverageAssessment | None:
    """What the latest version of the rules would require of a case whose own require nothing."""
    newest = later(engagement.pack_id)
    if queries.rule_of(engagement) is not None or newest is None or load(newest).coverage is None:
        return None
    return queries.assessment_under(engagement, load(newest).coverage)


def _overview(
    engagement: Engagement, found: CoverageAssessment, plan: PlanForm, deviation: DeviationForm, *, upcoming: bool = False
) -> ResponseReturnValue:
    names = names_of(engagement)
    deviation.offer(
        sorted({(row.number.source, f"{owner_name(row.number.source)} {names.get(row.number.source, '')}") for row in found.missing})
    )
    return render_template(
        "casework/coverage/coverage.html",
        engagement=engagement,
        found=found,
        upcoming=later(engagement.pack_id) if upcoming else None,
        reasons=[sentence(Refusal(each.message, **dict(each.values))) for each in against_positive(found)],
        missing=amount(found.missing),
        every=amount(found.rows),
        ways=[_shown(engagement, way) for way in queries.quickest(engagement, found)[:MOST_WAYS]],
        tables=[(kind, found.table(kind)) for kind in CoverageKind],
        categories=_categories(engagement),
        kinds=CoverageKind,
        own_practice=amount(found.own_practice),
        approved=queries.plan_of(engagement),
        deviations=queries.deviations(engagement),
        names=names,
        plan_form=plan,
        deviation_form=deviation,
        may_plan=may(Permission.COVERAGE_PLAN) and possible(engagement.stage, CaseAction.CHECK) and not upcoming,
        can=_can(engagement),
    )


def _shown(engagement: Engagement, way: Way) -> dict[str, Any]:
    return {
        "name": blueprint.lead_name(way.lead),
        "url": blueprint.lead_url(engagement, way.lead),
        "code": blueprint.lead_code(way.lead),
        "count": len(way.numbers),
        "tonnes": way.tonnes,
    }


def _categories(engagement: Engagement) -> dict[str, str]:
    return {each.code: text_in(each.name) for each in load(engagement.pack_id).categories}


def _can(engagement: Engagement) -> bool:
    return may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK)


@bp.get("/cases/<uuid:engagement_id>/coverage/numbers")
@permit(Permission.WORK_READ, keeps_record="export")
def numbers(engagement: Engagement) -> ResponseReturnValue:
    """Every number that counts with its procedures, filtered, what is missing first and by weight; and the form for many at once."""
    return _numbers(engagement, ProcedureForm(formdata=None))


@bp.route("/cases/<uuid:engagement_id>/coverage/record", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=True)
def record(engagement: Engagement) -> ResponseReturnValue:
    """Record one procedure on the ticked numbers, or on all that the filter shows."""
    form = ProcedureForm()
    if form.validate_on_submit():
        _filter_form, rows = _filtered(engagement)
        keys = [row.number.key for row in rows] if form.scope.data == "filtered" else request.form.getlist("keys")
        actions.record_procedure(engagement, keys, form.draft, actor=current_actor(), now=utcnow())
        flash(ngettext("Recorded for %(num)s number.", "Recorded for %(num)s numbers.", len(set(keys))), "success")
        return redirect(url_for(".numbers", engagement_id=engagement.id, **carried_filter()), 303)
    return _numbers(engagement, form)


def _numbers(engagement: Engagement, form: ProcedureForm) -> ResponseReturnValue:
    filter_form, rows = _filtered(engagement)
    if wants_spreadsheet():
        return downloads.downloaded(engagement, rows)
    documents = [(str(each.id), f"{each.label} {each.title}") for each in vouchers(engagement, inside=True) if each.withdrawn_at is None]
    form.offer(documents, len(rows))
    page = paged_list(rows, PER_PAGE)
    return render_template(
        "casework/coverage/numbers.html",
        engagement=engagement,
        filter_form=filter_form,
        page=page,
        form=form if _can(engagement) else None,
        names=names_of(engagement, {row.number.source for row in page.items}),
        categories=_categories(engagement),
        rule=queries.rule_of(engagement),
        carried=carried_filter(),
        ticked=request.form.getlist("keys"),
    )


def _filtered(engagement: Engagement) -> tuple[CoverageFilter, Sequence[NumberCoverage]]:
    found, form = queries.assessment_of(engagement), CoverageFilter(request.args)
    by_way = {blueprint.lead_code(way.lead): way for way in queries.quickest(engagement, found)}
    names, present = _categories(engagement), {row.number.category for row in found.rows}
    form.offer(
        {code: name for code, name in names.items() if code in present},
        [(code, blueprint.lead_name(way.lead)) for code, way in by_way.items() if code == form.way.data or len(way.numbers) > 1][
            :MOST_WAYS
        ],
    )
    way = by_way.get(form.way.data or "")
    sources, search = names_of(engagement), (form.q.data or "").strip().casefold()
    chosen = [
        row
        for row in found.rows
        if _is(row, form)
        and (not form.way.data or (way is not None and row.number.key in way.numbers))
        and (not search or any(search in text.casefold() for text in _texts(row, sources)))
    ]
    return form, sorted(chosen, key=lambda row: (not row.missing, -row.number.tonnes, row.number.key))


def _is(row: NumberCoverage, form: CoverageFilter) -> bool:
    state, method = form.state.data or "", form.method.data or ""
    states = {MISSING: row.missing, COVERED: row.covered, DEVIATION: bool(row.deviation) and not row.covered}
    return (
        states.get(state, True)
        and (not form.kind.data or row.number.kind == form.kind.data)
        and (not form.category.data or row.number.category == form.category.data)
        and (not method or (row.method is None if method == NOTHING else row.method == method))
    )


def _texts(row: NumberCoverage, names: dict[str, str]) -> list[str]:
    evidence = [each.evidence for each in row.procedures]
    return [row.number.key, row.number.source, row.number.period, names.get(row.number.source, ""), *evidence]


@bp.get("/cases/<uuid:engagement_id>/coverage/procedures")
@permit(Permission.WORK_READ)
def procedures(engagement: Engagement) -> ResponseReturnValue:
    """The procedures recorded as such, newest first."""
    return render_template(
        "casework/coverage/procedures.html",
        engagement=engagement,
        page=paged_list(queries.recorded(engagement)),
        evidence=queries.evidence_text,
        form=None,
        row=None,
        can=_can(engagement),
    )


@bp.route("/cases/<uuid:engagement_id>/coverage/procedures/<uuid:procedure_id>/withdraw", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=True)
def withdraw(engagement: Engagement, procedure_id: UUID) -> ResponseReturnValue:
    """Withdraw a procedure, with the reason."""
    form = WithdrawForm()
    if form.validate_on_submit():
        actions.withdraw_procedure(engagement, procedure_id, form.reason.data or "", actor=current_actor(), now=utcnow())
        flash(_("The procedure has been withdrawn."), "success")
        return redirect(url_for(".procedures", engagement_id=engagement.id), 303)
    row = queries.procedure_row(engagement, procedure_id)
    return render_template(
        "casework/coverage/procedures.html",
        engagement=engagement,
        page=paged_list([row] if row else []),
        evidence=queries.evidence_text,
        form=form,
        row=row,
        can=False,
    )


@bp.route("/cases/<uuid:engagement_id>/coverage/plan", methods=["GET", "POST"])
@permit(Permission.COVERAGE_PLAN, on_report=True)
def plan(engagement: Engagement) -> ResponseReturnValue:
    """The lead verifier approves the evidence-gathering plan."""
    form = PlanForm()
    if form.validate_on_submit():
        actions.approve_plan(engagement, form.reason.data or "", actor=current_actor(), now=utcnow())
        flash(_("The evidence-gathering plan is approved."), "success")
        return redirect(url_for(".coverage", engagement_id=engagement.id), 303)
    return _overview(engagement, queries.assessment_of(engagement), form, DeviationForm(formdata=None))


@bp.route("/cases/<uuid:engagement_id>/coverage/deviations", methods=["GET", "POST"])
@permit(Permission.COVERAGE_PLAN, on_report=True)
def deviate(engagement: Engagement) -> ResponseReturnValue:
    """The lead verifier leaves a source out, with the reason."""
    form = DeviationForm()
    if form.validate_on_submit():
        actions.deviate(engagement, form.source.data or "", form.reason.data or "", actor=current_actor(), now=utcnow())
        flash(_("The deviation is recorded and will be printed in the statement."), "success")
        return redirect(url_for(".coverage", engagement_id=engagement.id), 303)
    return _overview(engagement, queries.assessment_of(engagement), PlanForm(formdata=None), form)


@bp.post("/cases/<uuid:engagement_id>/coverage/deviations/<uuid:deviation_id>/end")
@permit(Permission.COVERAGE_PLAN, on_report=True)
def end_deviation(engagement: Engagement, deviation_id: UUID) -> ResponseReturnValue:
    """Withdraw a deviation."""
    actions.end_deviation(engagement, deviation_id, actor=current_actor(), now=utcnow())
    flash(_("The deviation has been withdrawn."), "success")
    return redirect(url_for(".coverage", engagement_id=engagement.id), 303)


@bp.app_template_global("coverage_of_case")
def coverage_of_case(engagement: Engagement) -> dict[str, Any]:
    """What the conclusion and the review show of coverage: what is missing, the heaviest first, and the quickest way to cover it."""
    found = queries.assessment_of(engagement)
    return {
        "found": found,
        "missing": amount(found.missing),
        "heaviest": found.missing[:5],
        "ways": [_shown(engagement, way) for way in queries.quickest(engagement, found)[:5]],
        "own_practice": amount(found.own_practice),
    }


@bp.app_template_global("procedures_on")
def procedures_on(engagement: Engagement, key: str) -> NumberCoverage | None:
    """How one number was tested; None for one that does not count."""
    return next((row for row in queries.assessment_of(engagement).rows if row.number.key == key), None)


@bp.app_template_filter()
def method_name(row: NumberCoverage) -> str:
    """The method a number is counted under, in words."""
    return label(row.method) if row.method else _("Nothing done")
