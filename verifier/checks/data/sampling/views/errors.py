"""Pages of sampled errors: what becomes of each, and procedures that cover a sample which does not support the figure."""

from decimal import Decimal

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.checks.data.sampling import error_actions, queries, results
from verifier.checks.data.sampling.error_actions import ErrorFinding
from verifier.checks.data.sampling.forms import CoverForm, ErrorForm
from verifier.checks.data.sampling.models import SampledItem
from verifier.checks.data.sampling.views.blueprint import bp, sample_or_404
from verifier.core.access import Permission
from verifier.core.calculation.units import plain
from verifier.core.errors import Refusal
from verifier.core.sampling.plan import Result
from verifier.core.typed_digits import whole_number
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.findings.queries import coverable
from verifier.rulepacks.load import load
from verifier.web.permit import permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor


def error_form(engagement: Engagement) -> ErrorForm:
    """The form with the classes, clauses and findings of the case."""
    form = ErrorForm()
    form.offer(load(engagement.pack_id), coverable(engagement))
    return form


@bp.post("/cases/<uuid:engagement_id>/data/sampling/<int:number>/items/<int:position>/error")
@permit(Permission.FINDING_RAISE, on_report=True)
def settle_error(engagement: Engagement, number: int, position: int) -> ResponseReturnValue:
    """Raise a finding for a wrong item, name the one that covers it, or state why none is needed."""
    sample = sample_or_404(engagement, number)
    row = queries.item(sample, position) or abort(404)
    form, by, now = error_form(engagement), current_actor(), utcnow()
    match form.then.data:
        case "raise":
            words = _finding_words(row, form.class_code.data or "", form.clause.data or "")
            finding = error_actions.raise_for(engagement, row, words, actor=by, now=now)
            flash(
                _("%(number)s is saved as a draft. It becomes visible to the unit when the findings are sent.", number=finding.label),
                "success",
            )
            return redirect(url_for("findings.finding", engagement_id=engagement.id, number=finding.number), 303)
        case "name":
            wanted = whole_number(form.finding.data or "", longest=7)
            named = next((each for each in coverable(engagement) if each.number == wanted), None)
            if named is None:
                raise Refusal("data.sample.choose_finding")
            error_actions.name_finding(engagement, row, named, actor=by, now=now)
        case "none":
            error_actions.no_finding(engagement, row, form.reason.data or "", actor=by, now=now)
        case _:
            raise Refusal("data.sample.choose_settlement")
    flash(_("%(item)s was saved.", item=" ".join(row.parts)), "success")
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/data/sampling/<int:number>/cover")
@permit(Permission.DATA_DECIDE, on_report=True)
def cover(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Name procedures that cover what the sample does not support."""
    procedures = CoverForm().procedures.data or ""
    error_actions.cover(engagement, sample_or_404(engagement, number), procedures, actor=current_actor(), now=utcnow())
    flash(_("The procedures were saved. The independent reviewer decides whether to accept them."), "success")
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/data/sampling/<int:number>/double")
@permit(Permission.DATA_DECIDE, on_report=True)
def double(engagement: Engagement, number: int) -> ResponseReturnValue:
    """Extend a tonne-unit sample to twice its selection points."""
    sample = sample_or_404(engagement, number)
    count = results.double(engagement, sample, request.form.get("reason", ""), actor=current_actor(), now=utcnow())
    flash(ngettext("%(num)s additional item drawn.", "%(num)s additional items drawn.", count), "success")
    return redirect(url_for(".sample", engagement_id=engagement.id, number=number, state="open"), 303)


def _finding_words(row: SampledItem, class_code: str, clause: str) -> ErrorFinding:
    about = " ".join(part for part in row.parts if part)
    if row.result is Result.NOT_FOUND:
        said = _("No evidence was found for the reported %(reported)s.", reported=_amount(row, row.quantity))
    else:
        said = _(
            "Reported: %(reported)s. The evidence shows: %(found)s.", reported=_amount(row, row.quantity), found=_amount(row, row.found)
        )
    title = _("%(about)s: differs from the evidence", about=about)
    return ErrorFinding(class_code, clause, title, "\n".join(part for part in (said, row.note) if part))


def _amount(row: SampledItem, amount: Decimal | None) -> str:
    return "–" if amount is None else f"{plain(amount)} {row.unit}".strip()
