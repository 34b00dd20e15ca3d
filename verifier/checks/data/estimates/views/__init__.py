"""Pages of conservative estimates: the quantities used and the resulting tonnes, shown before confirming; confirm, and withdraw."""

from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data import queries as data
from verifier.checks.data.estimates import actions, queries
from verifier.checks.data.estimates.forms import ConfirmForm, TakeBackForm, entered_quantities, name_of, quantities
from verifier.checks.data.estimates.queries import QuantityOrigin, Sheet
from verifier.checks.data.estimates.views import workbook
from verifier.checks.data.queries import SourceReview
from verifier.checks.data.views import NO_KEY
from verifier.checks.data.wording import parameter_name, step_name
from verifier.core.access import Permission
from verifier.core.calculation.units import plain
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import MEDIA_TYPE, download
from verifier.web.forms import SearchForm
from verifier.web.pages.filters import text_in
from verifier.web.permit import may, permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import current_actor

bp = Blueprint("estimates", __name__)

LABELS = {
    QuantityOrigin.REPORTED: _l("Reported value"),
    QuantityOrigin.INDEPENDENT: _l("Independent record"),
    QuantityOrigin.VERIFIED: _l("As verified"),
    QuantityOrigin.STATED: _l("Stated by the verifier"),
}


@bp.route("/cases/<uuid:engagement_id>/estimates/<path:source_key>", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.DATA_DECIDE, on_report=True)
def estimate(engagement: Engagement, source_key: str) -> ResponseReturnValue:
    """A source as it would be estimated, with the difference; sent with a reason, it counts."""
    review = _review(engagement, source_key)
    form = ConfirmForm()
    form.offer(queries.grounds(engagement, review.source.source_key))
    if form.validate_on_submit():
        key = review.source.source_key
        row = actions.confirm(
            engagement,
            key,
            form.number,
            form.typed,
            form.reason.data or "",
            seen_tonnes=form.seen_tonnes,
            seen_version=form.seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("%(key)s: the estimate of %(tonnes)s tCO₂ is in effect.", key=key, tonnes=plain(row.tonnes, 6)), "success")
        return redirect(url_for(".estimate", engagement_id=engagement.id, source_key=source_key), 303)
    return _page(engagement, review, form)


def _page(engagement: Engagement, review: SourceReview, form: ConfirmForm, back: TakeBackForm | None = None) -> ResponseReturnValue:
    pack, key = load(engagement.pack_id), review.source.source_key
    posted = form.typed if form.is_submitted() and back is None else None
    sheet, boxes = _sheet_and_form(engagement, review, posted)
    row = queries.of_source(engagement, key)
    if sheet.estimate is not None:
        form.show(sheet.estimate.tonnes, {each.month.period: each.used for each in sheet.months})
    form.version.data = str(review.outcome.version if review.outcome else 0)
    if back is None:
        back = TakeBackForm(formdata=None, prefix="back-")
    back.version.data = str(row.version if row else 0)
    counts = row is not None and review.current and queries.is_outcome(row, review.outcome)
    return render_template(
        "checks/data/estimates/estimate.html",
        engagement=engagement,
        pack=pack,
        review=review,
        sheet=sheet,
        boxes=boxes,
        form=form,
        row=row,
        counts=counts,
        asked_again=row is not None and not review.current and queries.is_outcome(row, review.outcome),
        back=back,
        name_of=name_of,
        can=may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK),
        parameter_name=parameter_name,
        step_name=step_name,
        why_not=sentence(sheet.refused) if sheet.refused else "",
        ours=queries.is_ours(pack),
        rule=_rule(engagement),
        key=key or NO_KEY,
        tables={table.code: table for table in pack.tables},
        working=url_for(".downloaded", engagement_id=engagement.id, source_key=key or NO_KEY, **_typed(sheet)),
    )


@bp.route("/cases/<uuid:engagement_id>/estimates-taken-back/<path:source_key>", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=True)
def take_back(engagement: Engagement, source_key: str) -> ResponseReturnValue:
    """Take an estimate back."""
    review, form = _review(engagement, source_key), TakeBackForm(prefix="back-")
    if form.validate_on_submit():
        key = review.source.source_key
        actions.take_back(engagement, key, form.reason.data or "", seen_version=form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("%(key)s: the estimate was withdrawn; a new decision on the figure is required.", key=key), "success")
        return redirect(url_for("data.source", engagement_id=engagement.id, source_key=source_key), 303)
    confirm = ConfirmForm(formdata=None)
    confirm.offer(queries.grounds(engagement, review.source.source_key))
    return _page(engagement, review, confirm, form if form.is_submitted() else None)


@bp.get("/cases/<uuid:engagement_id>/estimate-workings/<path:source_key>")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement, source_key: str) -> ResponseReturnValue:
    """The working of the estimate that is shown, as a workbook with live formulas."""
    review = _review(engagement, source_key)
    sheet, _boxes = _sheet_and_form(engagement, review)
    if sheet.estimate is None:
        abort(404)
    key, now = review.source.source_key, utcnow()
    record(
        TrailAction.DATA_ESTIMATE_DOWNLOADED,
        current_actor(),
        Subject("source", key),
        now=now,
        case=engagement.id,
        effect=Effect.LOOK,
        tonnes=plain(sheet.estimate.tonnes),
    )
    name = _("%(number)s conservative estimate of %(key)s", number=engagement.number, key=key or "–")
    return download(workbook.of(engagement, sheet, _rule(engagement), now), f"{name}.xlsx", MEDIA_TYPE)


@bp.app_template_global("may_be_estimated")
def may_be_estimated(engagement: Engagement, source_key: str) -> bool:
    """Whether a source's page leads to its estimate: a finding on it is left uncorrected or may yet be estimated."""
    return bool(queries.grounds(engagement, source_key)) or any(
        finding.state in queries.LEFT for finding in data.findings_on(engagement, source_key)
    )


@bp.app_template_global("estimate_in_force")
def estimate_in_force(engagement: Engagement, review: SourceReview) -> bool:
    """Whether a source's verified figure is a conservative estimate."""
    row = queries.of_source(engagement, review.source.source_key)
    return row is not None and review.current and queries.is_outcome(row, review.outcome)


def _review(engagement: Engagement, source_key: str) -> SourceReview:
    review = data.source_review(engagement, "" if source_key == NO_KEY else source_key)
    if review is None:
        abort(404)
    return review


def _sheet_and_form(
    engagement: Engagement, review: SourceReview, posted: dict[str, Decimal | None] | None = None
) -> tuple[Sheet, SearchForm]:
    """The sheet with what was typed in the address, what was sent along, or what the estimate that counts was made of."""
    row = queries.of_source(engagement, review.source.source_key)
    stored = _stored_quantities(row.working) if row is not None and queries.is_outcome(row, review.outcome) and review.current else None
    proposed = queries.sheet(engagement, review, posted or stored)
    boxes = quantities(proposed.months, request.args)
    if posted is not None or not any(name_of(each.month.period) in request.args for each in proposed.months):
        return proposed, boxes
    if not boxes.validate():
        return queries.sheet(engagement, review, {each.month.period: None for each in proposed.months}), boxes
    return queries.sheet(engagement, review, entered_quantities(boxes, proposed.months)), boxes


def _stored_quantities(working: dict[str, list[dict[str, str | None]]]) -> dict[str, Decimal | None]:
    return {str(each["period"]): Decimal(each["taken"]) for each in working["quantities"] if each["taken"] is not None}


def _typed(sheet: Sheet) -> dict[str, str]:
    """The quantities as they stand in an address."""
    return {name_of(each.month.period): plain(each.used) for each in sheet.months if each.used is not None}


def _rule(engagement: Engagement) -> str:
    """What the rules say of estimates, or that nothing was read about them."""
    pack = load(engagement.pack_id)
    if pack.conservative is not None:
        return text_in(pack.conservative.rule)
    return text_in(pack.unstated["conservative"]) if "conservative" in pack.unstated else ""
