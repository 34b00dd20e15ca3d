"""The page of risks: data flows and sources, one or many at once."""

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from verifier.checks.data.sampling import actions, risks
from verifier.checks.data.sampling.forms import RiskForm
from verifier.checks.data.sampling.views.blueprint import bp, categories
from verifier.checks.data.sampling.wording import flow_name, percent
from verifier.core.access import Permission
from verifier.core.errors import NotPermitted
from verifier.core.lifecycle import Deed, possible
from verifier.core.sampling.risk import Level
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.web.lists import paged_list
from verifier.web.permit import may, permit
from verifier.web.returning import came_from
from verifier.web.session import current_actor

PER_PAGE = 100


@bp.route("/cases/<uuid:engagement_id>/data/sampling/risk", methods=["GET", "POST"])
@permit(Permission.WORK_READ)
def risk(engagement: Engagement) -> ResponseReturnValue:
    """Inherent and control risk of each data flow and source, with reasons; the ticked ones are set together."""
    if request.method == "POST" and not may(Permission.DATA_DECIDE):
        raise NotPermitted
    form = RiskForm()
    if form.validate_on_submit():
        keys = [(kind, key) for kind, _bar, key in (text.partition("|") for text in request.form.getlist("keys"))]
        count = actions.assess(
            engagement, keys, Level(form.inherent.data), Level(form.control.data), form.reason.data or "", actor=current_actor(),
            now=utcnow(),
        )  # fmt: skip
        flash(ngettext("The risk of %(num)s is kept.", "The risks of %(num)s are kept.", count), "success")
        return redirect(came_from(), 303)
    flows, sources = risks.risk_rows(engagement)
    return render_template(
        "checks/data/sampling/risk.html", engagement=engagement, form=form, flows=flows, page=paged_list(sources, PER_PAGE),
        assessed=sum(each.level is not None for each in sources), total=len(sources),
        can=may(Permission.DATA_DECIDE) and possible(engagement.at, Deed.CHECK),
        flow_name=partial(flow_name, categories=categories(engagement)), percent=percent,
        back=url_for(".samples", engagement_id=engagement.id),
    )  # fmt: skip
