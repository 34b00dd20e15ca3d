"""Pages of one sample: its plan, the draw, its items with results, and the extension an error requires."""

from fractions import Fraction
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.checks.data import queries as data
from verifier.checks.data.sampling import actions, item_errors, item_tolerance, queries, results
from verifier.checks.data.sampling.forms import ClimbForm, CoverForm, ExtendForm, ItemFilter, ResultForm, SeedForm
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.checks.data.sampling.sample_command import command
from verifier.checks.data.sampling.summary import outline
from verifier.checks.data.sampling.views.blueprint import bp, rule_of, sample_or_404
from verifier.checks.data.sampling.views.errors import error_form
from verifier.checks.data.sampling.wording import BLIND, kind_name
from verifier.core.access import Permission
from verifier.core.calculation.units import plain
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.sampling import ladder
from verifier.core.sampling.completeness_population import upper_rate
from verifier.core.sampling.plan import Method, Result, signed_error
from verifier.core.typed_digits import whole_number
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports
from verifier.web.pages.filters import percent, text_in
from verifier.web.pages.lists import paged_list
from verifier.web.permit import may, permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor

PER_PAGE = 50


@bp.get("/cases/<uuid:engagement_id>/data/sampling/<int:number>")
@permit(Permission.WORK_READ)
def sample(engagement: Engagement, number: int) -> ResponseReturnValue:
    """A plan in words until it is drawn; then its items to work through and what they showed."""
    current, rule = sample_or_404(engagement, number), rule_of(engagement)
    shown: dict[str, Any] = {
        "engagement": engagement,
        "sample": current,
        "outline": outline(current),
        "kind_name": kind_name,
        "percent": percent,
        "blind": BLIND[current.method],
        "plan": queries.plan_of(current),
        "back": url_for(".samples", engagement_id=engagement.id),
        "readings": {each.code: text_in(each.name) for each in rule.ladder.readings} if rule.ladder else {},
        "can": may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK) and current.replaced_at is None,
        "changed": queries.changed_since(engagement, current),
    }
    if current.drawn_at is None:
        return render_template("checks/data/sampling/planned.html", **shown, form=SeedForm(formdata=None))
    rows, form = queries.items(current), ItemFilter(request.args)
    form.offer()
    outcomes = {each.source.source_key: each.status for each in data.source_reviews(engagement)} if _by_amount(current) else {}
    deducted = item_errors.deducted_sources(engagement)
    wrong = [each for each in item_errors.wrong_items(engagement) if each.sample.id == current.id]
    return render_template(
        "checks/data/sampling/drawn.html",
        **shown,
        form=form,
        rows=rows,
        page=paged_list(_matching(rows, form.q.data or "", form.state.data or ""), PER_PAGE),
        worked=sum(bool(row.result) for row in rows),
        failed=item_tolerance.failed_count(current, rows),
        strata=queries.strata(current, rows),
        climbs=queries.climbs(current),
        evaluation=queries.evaluation(current, rows),
        projections=queries.projections_of(current, rows, deducted),
        outcomes=outcomes,
        error=partial(_error, item_tolerance.tolerance_of(engagement)),
        wrong_items={each.row.position: each for each in wrong},
        cover=item_errors.covers(engagement).get(number),
        cover_form=CoverForm(formdata=None),
        extend_form=ExtendForm(formdata=None),
        supported=item_errors.supported(current, deducted),
        by_amount=_by_amount(current),
        rate=_rate(engagement, current, rows),
        command=command(engagement, current),
        export=url_for(".downloaded", engagement_id=engagement.id, number=number),
        list_url=url_for(".sample", engagement_id=engagement.id, number=number),
    )


def _by_amount(sample: Sample) -> bool:
    """Whether looking at an item shows an amount, and not only that it is there."""
    return sample.method is not Method.RECIPROCAL and sample.kind != ladder.SITES


def _rate(engagement: Engagement, sample: Sample, rows: list[SampledItem]) -> tuple[Fraction, Fraction] | None:
    """For a list: the risk, and the largest share of it that may be missing from the report."""
    if sample.method is not Method.RECIPROCAL:
        return None
    risk = min(rule_of(engagement).risks)
    tested = [row for row in rows if row.result]
    return risk, upper_rate(sum(row.result is Result.NOT_FOUND for row in tested), len(tested), risk)


def _error(tolerance: Fraction | None, row: SampledItem) -> Fraction | None:
    return signed_error(item_tolerance.item_value(row), row.result, row.found, tolerance) if row.result else None


def _matching(rows: list[SampledItem], search: str, state: str) -> list[SampledItem]:
    term = search.strip().casefold()
    return [
        row
        for row in rows
        if (not term or term in f"{row.label} {' '.join(row.parts)} {row.stratum}".casefold())
        and (not state or (not row.result if state == "open" else row.result == state))
    ]


@bp.post("/cases/<uuid:engagement_id>/data/sampling/<int:number>/draw")
@permit(Permission.DATA_DECIDE, on_report=True)
def draw(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Draw what was planned, once."""
    sample = sample_or_404(engagement, number)
    actions.draw_sample(engagement, sample, request.form.get("seed", ""), actor=current_actor(), now=utcnow())
    flash(_("The sample was drawn. It cannot be drawn again from the same population."), "success")
    return redirect(url_for(".sample", engagement_id=engagement.id, number=number), 303)


@bp.post("/cases/<uuid:engagement_id>/data/sampling/<int:number>/discard")
@permit(Permission.DATA_DECIDE, on_report=False)
def discard(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Take back a plan that was not drawn."""
    actions.discard(engagement, sample_or_404(engagement, number), actor=current_actor(), now=utcnow())
    flash(_("The plan was discarded; nothing was drawn."), "success")
    return redirect(url_for(".samples", engagement_id=engagement.id), 303)


@bp.post("/cases/<uuid:engagement_id>/data/sampling/<int:number>/agree")
@permit(Permission.DATA_DECIDE, on_report=True)
def agree(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Agree to the ticked items."""
    ticked = (whole_number(text, longest=7) for text in request.form.getlist("keys"))
    positions = [position for position in ticked if position is not None]
    sample = sample_or_404(engagement, number)
    count = results.agree_many(engagement, sample, positions, request.form.get("note", ""), actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s item marked as agreed.", "%(num)s items marked as agreed.", count), "success")
    return redirect(came_from(), 303)


@bp.route("/cases/<uuid:engagement_id>/data/sampling/<int:number>/items/<int:position>", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.DATA_DECIDE, on_report=True)
def item(engagement: Engagement, number: int, position: int) -> ResponseReturnValue:
    """One item: what the report says of it, and what looking at it showed."""
    sample = sample_or_404(engagement, number)
    row, rows = queries.item(sample, position) or abort(404), queries.items(sample)
    known = "" if row.found is None else plain(row.found)
    form = ResultForm(data={"version": row.version, "result": row.result, "note": row.note, "found": known})
    form.offer(_results(sample))
    following = next((each for each in (*rows[position:], *rows[: position - 1]) if not each.result), None)
    if form.validate_on_submit():
        results.note_result(
            engagement,
            row,
            Result(form.result.data),
            form.found.value,
            form.note.data or "",
            seen_version=form.seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("%(item)s was saved.", item=" ".join(row.parts)), "success")
        onward = url_for(".item", engagement_id=engagement.id, number=number, position=following.position) if following else None
        return redirect(onward or url_for(".sample", engagement_id=engagement.id, number=number), 303)
    listed = reports.source_of(engagement.report_version, row.parts[0]) if _by_amount(sample) else None
    return render_template(
        "checks/data/sampling/item.html",
        engagement=engagement,
        sample=sample,
        row=row,
        form=form,
        by_amount=_by_amount(sample),
        can=may(Permission.DATA_DECIDE) and sample.replaced_at is None and possible(engagement.stage, CaseAction.CHECK),
        kind_name=kind_name,
        review=data.source_review(engagement, row.parts[0]) if listed else None,
        count=len(rows),
        listed=listed,
        following=following,
        error=_error(item_tolerance.tolerance_of(engagement), row),
        wrong=item_errors.wrong_item(engagement, row),
        error_form=error_form(engagement),
    )


def _results(sample: Sample) -> dict[Result, str]:
    if sample.method is Method.RECIPROCAL:
        words = (_("Found in the report"), _("Found, but the report differs"), _("Not found in the report (omission)"))
    elif sample.kind == ladder.SITES:
        words = (_("As reported"), _("Differs from the report"), _("Could not be examined"))
    else:
        words = (_("Agrees with the evidence"), _("Evidence shows a different amount"), _("No evidence found"))
    return dict(zip(Result, words, strict=True))


@bp.route("/cases/<uuid:engagement_id>/data/sampling/<int:number>/extend", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=True)
def extend(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Extend the sample of one stratum to a higher step, with the cause, nature and effect assessed."""
    sample, rule = sample_or_404(engagement, number), rule_of(engagement)
    key = request.args.get("stratum", "")
    stratum = next((each for each in queries.strata(sample, queries.items(sample)) if each.key == key), None)
    if stratum is None or rule.ladder is None:
        abort(404)
    form = ClimbForm()
    form.offer([step for step in sorted(rule.ladder.steps) if step > stratum.step])
    if form.validate_on_submit():
        evaluation = {each.code: getattr(form, each.code).data or "" for each in rule.ladder.weigh if each.code in form}
        count = results.climb(engagement, sample, key, Fraction(form.to.data), evaluation, actor=current_actor(), now=utcnow())
        flash(ngettext("%(num)s additional item drawn.", "%(num)s additional items drawn.", count), "success")
        return redirect(url_for(".sample", engagement_id=engagement.id, number=number, state="open"), 303)
    return render_template(
        "checks/data/sampling/extend.html",
        engagement=engagement,
        sample=sample,
        stratum=stratum,
        form=form,
        percent=percent,
        weigh=[each.code for each in rule.ladder.weigh],
    )
