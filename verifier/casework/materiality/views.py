"""Materiality page: errors by source and in total, and what would change the assessment."""

from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework.materiality import actions, queries
from verifier.casework.materiality.forms import AssuranceForm, CategoryForm, NatureForm, NettingForm, PlanningForm
from verifier.casework.materiality.models import MarkKind
from verifier.casework.materiality.version_errors import reported
from verifier.checks.boundary import queries as boundary
from verifier.checks.data.sampling.queries import projections
from verifier.core.access import Permission
from verifier.core.calculation.units import plain, round_half_up
from verifier.core.errors import Refusal
from verifier.core.findings import FindingState
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.opinion.category import MAJOR, streams
from verifier.core.opinion.materiality import MaterialityAssessment, Verdict, would_change
from verifier.core.reason import StatedReason
from verifier.core.rulepack.pack import RulePack
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import text_in
from verifier.web.permit import may, permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import current_actor

bp = Blueprint("materiality", __name__)
PLACES = 6

LABELS = {
    Verdict.NOT_MATERIAL: _l("Not material"),
    Verdict.ONLY_NETTED: _l("Below the threshold only because errors offset each other"),
    Verdict.MATERIAL: _l("Material"),
}
STATES = {(Verdict, "not_material"): "ok", (Verdict, "only_netted"): "warn", (Verdict, "material"): "bad"}


@bp.get("/cases/<uuid:engagement_id>/materiality")
@permit(Permission.WORK_READ)
def materiality(engagement: Engagement) -> ResponseReturnValue:
    """The page: figures, words, the table by source, and the body's own threshold."""
    return _page(engagement)


def _page(engagement: Engagement, form: PlanningForm | None = None) -> ResponseReturnValue:
    left_out, drawn = boundary.not_counted(engagement), projections(engagement)
    assessment, planned, own = (
        queries.assessment_of(engagement, left_out, drawn),
        queries.planned(engagement, left_out, drawn),
        queries.planning(engagement),
    )
    findings = {str(finding.id): finding for finding in queries.findings_of(engagement)}
    names = {row.source_id: row.name for row in reports.calculation_of(engagement.report_version).sources}
    nature = NatureForm(formdata=None)
    open_findings = [each for each in findings.values() if each.state not in (FindingState.CLOSED, FindingState.WITHDRAWN)]
    wrong = [row.source for row in assessment.sources if row.source in names and row.uncorrected.gross]
    nature.offer(
        [(f"finding:{each.id}", f"{each.label} {each.title}") for each in open_findings]
        + [(f"source:{key}", f"{key} {names[key]}") for key in wrong]
    )
    if form is None:
        shown = {"version": own.version, "share": plain(own.share * 100), "reason": own.reason} if own else {"version": 0}
        form = PlanningForm(formdata=None, data=shown)
    total = queries.reported_total(engagement)
    pack = load(engagement.pack_id)
    category = queries.unit_category(engagement, assessment.uncorrected.under)
    return render_template(
        "casework/materiality/materiality.html",
        engagement=engagement,
        pack=pack,
        assessment=assessment,
        planned=planned,
        own=own,
        band=category.band if category else None,
        category=category,
        stated=queries.stated_category(engagement),
        agreed=queries.assurance(engagement),
        category_form=_category_form(engagement, pack),
        assurance_form=_assurance_form(pack),
        streams=_streams(engagement, pack),
        total=total,
        said=_sentences(would_change(assessment)),
        marks=queries.marks(engagement),
        netting_lapsed=not assessment.netting,
        findings=findings,
        labels={each.label: each.number for each in findings.values()},
        names=names,
        form=form,
        nature_form=nature,
        netting_form=NettingForm(formdata=None),
        can=may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK),
    )


def _category_form(engagement: Engagement, pack: RulePack) -> CategoryForm:
    row, bands = queries.stated_category(engagement), pack.materiality.bands if pack.materiality else ()
    shown: dict[str, Any] = (
        {"version": 0} if row is None else {"version": row.version, "basis": row.basis.value, "code": row.code, "source": row.source}
    )
    if row is not None and row.average is not None:
        shown["average"] = plain(row.average)
    form = CategoryForm(formdata=None, data=shown)
    form.offer((each.code, text_in(each.name)) for each in bands)
    return form


def _assurance_form(pack: RulePack) -> AssuranceForm:
    form = AssuranceForm(formdata=None)
    form.offer((each.code, text_in(each.name)) for each in pack.assurance_levels)
    return form


def _streams(engagement: Engagement, pack: RulePack) -> list[tuple[str, str, int, Fraction, Fraction | None]]:
    """Each class of source streams: code, name, how many sources fit into it, their tonnes together and the ceiling."""
    if not pack.source_streams:
        return []
    tonnes = {key: Fraction(figure) for key, figure in reported(engagement.report_version).items() if figure is not None}
    classes, total = streams(tonnes, pack.source_streams), sum(map(abs, tonnes.values()), Fraction())
    rows = [(each.code, text_in(each.name), each.ceiling(total)) for each in pack.source_streams]
    return [
        (
            code,
            name,
            sum(of == code for of in classes.values()),
            sum((abs(tonnes[key]) for key in classes if classes[key] == code), Fraction()),
            most,
        )
        for code, name, most in (*rows, (MAJOR, _("Major source streams"), None))
    ]


@bp.get("/cases/<uuid:engagement_id>/materiality.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement) -> ResponseReturnValue:
    """Every error as a spreadsheet."""
    assessment = queries.assessment_of(engagement, boundary.not_counted(engagement), projections(engagement))
    names = {row.source_id: row.name for row in reports.calculation_of(engagement.report_version).sources}
    record(
        TrailAction.DATA_MATERIALITY_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(assessment.errors),
    )
    headers = [_("Source no."), _("Source"), _("Finding"), _("Reported − correct, t CO2"), _("Corrected"), _("Material by nature")]
    rows = [
        (
            each.source,
            names.get(each.source, ""),
            each.reference,
            round_half_up(each.tonnes, PLACES),
            _("changed without request, accepted") if each.unrequested else _("yes") if each.corrected else _("no"),
            each.nature,
        )
        for each in assessment.errors
    ]
    return spreadsheet(f"{engagement.number} {_('Materiality')}", headers, rows)


@bp.route("/cases/<uuid:engagement_id>/materiality/planning", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=True)
def plan(engagement: Engagement) -> ResponseReturnValue:
    """Set the body's own planning threshold."""
    own = queries.planning(engagement)
    form = PlanningForm(data={"version": own.version if own else 0})
    if form.validate_on_submit():
        actions.plan_with(
            engagement, form.value(), form.reason.data or "", seen_version=form.seen_version, actor=current_actor(), now=utcnow()
        )
        flash(_("The planning threshold has been saved and marked as the body's own."), "success")
        return redirect(url_for(".materiality", engagement_id=engagement.id), 303)
    return _page(engagement, form if form.is_submitted() else None)


@bp.post("/cases/<uuid:engagement_id>/materiality/category")
@permit(Permission.DATA_DECIDE, on_report=True)
def category(engagement: Engagement) -> ResponseReturnValue:
    """Enter the category of the unit with its source."""
    form = CategoryForm()
    actions.state_category(engagement, form.stated(), seen_version=form.seen_version, actor=current_actor(), now=utcnow())
    flash(_("The category has been saved."), "success")
    return redirect(url_for(".materiality", engagement_id=engagement.id), 303)


@bp.post("/cases/<uuid:engagement_id>/materiality/assurance")
@permit(Permission.DATA_DECIDE, on_report=True)
def assurance(engagement: Engagement) -> ResponseReturnValue:
    """Enter the level of assurance that was agreed at the start."""
    form = AssuranceForm()
    actions.agree_assurance(engagement, form.level.data or "", form.source.data or "", actor=current_actor(), now=utcnow())
    flash(_("The level of assurance has been saved."), "success")
    return redirect(url_for(".materiality", engagement_id=engagement.id), 303)


@bp.post("/cases/<uuid:engagement_id>/materiality/nature")
@permit(Permission.DATA_DECIDE, on_report=True)
def nature(engagement: Engagement) -> ResponseReturnValue:
    """Mark an item as material by nature."""
    form = NatureForm()
    actions.mark(engagement, MarkKind.NATURE, form.about(), form.reason.data or "", actor=current_actor(), now=utcnow())
    flash(_("Marked as material by nature."), "success")
    return redirect(url_for(".materiality", engagement_id=engagement.id), 303)


@bp.post("/cases/<uuid:engagement_id>/materiality/netting")
@permit(Permission.DATA_DECIDE, on_report=True)
def netting(engagement: Engagement) -> ResponseReturnValue:
    """Accept offsetting of errors, with a reason."""
    form = NettingForm()
    assessment = queries.assessment_of(engagement, boundary.not_counted(engagement), projections(engagement))
    actions.accept_netting(engagement, assessment, form.reason.data or "", actor=current_actor(), now=utcnow())
    flash(_("The reason has been saved for the reviewer."), "success")
    return redirect(url_for(".materiality", engagement_id=engagement.id), 303)


@bp.post("/cases/<uuid:engagement_id>/materiality/<uuid:mark_id>/take-back")
@permit(Permission.DATA_DECIDE, on_report=True)
def take_back(engagement: Engagement, mark_id: UUID) -> ResponseReturnValue:
    """Withdraw a mark."""
    actions.take_back(engagement, mark_id, actor=current_actor(), now=utcnow())
    flash(_("The mark has been removed."), "success")
    return redirect(url_for(".materiality", engagement_id=engagement.id), 303)


@bp.app_template_global("materiality_now")
def materiality_now(engagement: Engagement) -> tuple[MaterialityAssessment, RulePack, list[str]]:
    """What the panel of a page shows: the errors weighed now, the rules, and what would change the verdict, in words."""
    assessment = queries.assessment_of(engagement, boundary.not_counted(engagement), projections(engagement))
    return assessment, load(engagement.pack_id), _sentences(would_change(assessment))


def _sentences(stated: tuple[StatedReason, ...]) -> list[str]:
    return [sentence(Refusal(each.message, **dict(each.values))) for each in stated]
