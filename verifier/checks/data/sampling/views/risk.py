"""The page of risks: data flows and sources, one or many at once."""

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.sampling import actions, risk_queries
from verifier.checks.data.sampling.forms import RiskFilter, RiskForm
from verifier.checks.data.sampling.models import RiskKind
from verifier.checks.data.sampling.risk_queries import Risky
from verifier.checks.data.sampling.views.blueprint import bp, categories
from verifier.checks.data.sampling.wording import flow_name
from verifier.core.access import Permission
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.sampling.risk import Level
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.labels import label
from verifier.web.pages.lists import export_url, paged_list, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor

PER_PAGE = 100


@bp.route("/cases/<uuid:engagement_id>/data/sampling/risk", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.DATA_DECIDE, on_report=True, keeps_record="export")
def risk(engagement: Engagement) -> ResponseReturnValue:
    """Inherent and control risk of each data flow and source, with reasons; the ticked ones are set together."""
    form = RiskForm()
    if form.validate_on_submit():
        keys = [(kind, key) for kind, _bar, key in (text.partition("|") for text in request.form.getlist("keys"))]
        count = actions.assess(
            engagement,
            keys,
            Level(form.inherent.data),
            Level(form.control.data),
            form.reason.data or "",
            actor=current_actor(),
            now=utcnow(),
        )
        flash(ngettext("Risk saved for %(num)s row.", "Risks saved for %(num)s rows.", count), "success")
        return redirect(came_from(), 303)
    flows, sources = risk_queries.risk_rows(engagement)
    filter, named = RiskFilter(request.args), partial(flow_name, categories=categories(engagement))
    filter.offer()
    q, level = filter.q.data or "", filter.level.data or ""
    shown_flows = [each for each in flows if _matches(each, named(each.key), q, level)]
    shown = [each for each in sources if _matches(each, f"{each.key} {each.name}", q, level)]
    if wants_spreadsheet():
        return _downloaded(engagement, [*((each, named(each.key)) for each in shown_flows), *((each, each.name) for each in shown)])
    return render_template(
        "checks/data/sampling/risk.html",
        engagement=engagement,
        form=form,
        flows=shown_flows,
        page=paged_list(shown, PER_PAGE),
        filter=filter,
        clear_url=url_for(".risk", engagement_id=engagement.id),
        export_url=export_url(),
        assessed=sum(each.level is not None for each in sources),
        total=len(sources),
        can=may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK),
        flow_name=named,
        back=url_for(".samples", engagement_id=engagement.id),
    )


def _matches(each: Risky, words: str, search: str, level: str) -> bool:
    """Whether a flow or source matches the filter; an unknown level matches all."""
    if search.strip().casefold() not in words.casefold():
        return False
    return each.level is None if level == "none" else level not in set(Level) or each.level == level


def _downloaded(engagement: Engagement, rows: list[tuple[Risky, str]]) -> ResponseReturnValue:
    """The same rows as a workbook."""
    record(
        TrailAction.DATA_RISKS_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [
        _("Source no."),
        _("What"),
        _("Recalculated, tCO₂"),
        _("Share of recalculated total, %"),
        _("Inherent"),
        _("Control"),
        _("Combined"),
        _("Reason"),
        _("Assessed by"),
        _("Assessed on"),
    ]
    body = [
        [
            "" if each.kind is RiskKind.FLOW else each.key,
            name,
            each.tonnes,
            None if each.share is None else each.share * 100,
            *([label(row.inherent), label(row.control)] if (row := each.row) else [_("Not assessed")] * 2),
            label(each.level) if each.level else _("Not assessed"),
            *([row.reason, row.assessor.name, row.assessed_at] if row else []),
        ]
        for each, name in rows
    ]
    return spreadsheet(f"{_('Risks')} {engagement.number}", headers, body)
