"""Pages before the draw: existing samples, and a plan by method."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from verifier.casework.materiality.queries import unit_category
from verifier.checks.data.sampling import actions, queries, risk_queries
from verifier.checks.data.sampling.actions import SampleRequest
from verifier.checks.data.sampling.forms import LadderForm, ListForm, TonneUnitForm
from verifier.checks.data.sampling.models import Sample
from verifier.checks.data.sampling.views.blueprint import bp, rule_of
from verifier.checks.data.sampling.wording import BLIND, WHEN, kind_name
from verifier.core.access import Permission
from verifier.core.calculation.units import plain
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.rulepack.parts import SamplingRule
from verifier.core.sampling import ladder
from verifier.core.sampling.completeness_population import count_for
from verifier.core.sampling.plan import Method, Plan, total_of
from verifier.core.sampling.population import uploaded
from verifier.core.sampling.risk import highest, risk_of_sample
from verifier.core.sampling.tonneunit import TonneUnitPlan
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.actions import put_while
from verifier.evidence.file_kinds import SAMPLE_LIST
from verifier.evidence.files import ReadFile, read_attachment
from verifier.reports import queries as reports
from verifier.reports.workbook.external_lists import read_list
from verifier.rulepacks.load import load
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor
from verifier.web.transactions import prepared

FORMS: dict[Method, type[Any]] = {Method.LADDER: LadderForm, Method.TONNE_UNIT: TonneUnitForm, Method.RECIPROCAL: ListForm}


@bp.get("/cases/<uuid:engagement_id>/data/sampling")
@permit(Permission.WORK_READ)
def samples(engagement: Engagement) -> ResponseReturnValue:
    """What was sampled, what was planned, and by which methods the pack lets one sample."""
    _flows, sources = risk_queries.risk_rows(engagement)
    drawn, pack = queries.samples(engagement), load(engagement.pack_id)
    return render_template(
        "checks/data/sampling/samples.html",
        engagement=engagement,
        samples=drawn,
        counted=queries.counted(engagement),
        rule=pack.sampling,
        methods=[Method(each.code) for each in pack.sampling.methods] if pack.sampling else [],
        assessed=sum(each.level is not None for each in sources),
        total=len(sources),
        kind_name=kind_name,
        changed={each.number for each in drawn if each.drawn_at and not each.replaced_at and queries.changed_since(engagement, each)},
        can=may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK),
        progress=queries.progress(engagement),
        blind=BLIND,
        when_to_use=WHEN,
    )


@bp.route("/cases/<uuid:engagement_id>/data/sampling/plan/<method>", methods=["GET", "POST"])
@permit(Permission.DATA_DECIDE, on_report=True, files=True)
def plan(engagement: Engagement, method: str) -> ResponseReturnValue:
    """A plan by one method; the next page says in words what it will do, before anything is drawn."""
    rule = rule_of(engagement)
    if method not in {each.code for each in rule.methods}:
        abort(404)
    how = Method(method)
    form, levels = FORMS[how](), risk_queries.levels(engagement)
    suggested = risk_of_sample(highest(levels.values()), rule.risks)
    _offer(engagement, rule, how, form, suggested)
    if form.validate_on_submit():
        sample = _planned(engagement, how, form)
        return redirect(url_for(".sample", engagement_id=engagement.id, number=sample.number), 303)
    pack, total = load(engagement.pack_id), total_of(reports.calculation_of(engagement.report_version))
    return render_template(
        "checks/data/sampling/plan.html",
        engagement=engagement,
        form=form,
        method=how,
        rule=rule,
        blind=BLIND[how],
        suggested=suggested,
        threshold=_share(engagement, total) if pack.materiality else None,
        total=total,
        before=[each for each in queries.live(engagement) if each.method == how],
        back=url_for(".samples", engagement_id=engagement.id),
        assessed=bool(levels),
    )


def _offer(engagement: Engagement, rule: SamplingRule, how: Method, form: Any, suggested: Fraction) -> None:
    """What can be chosen, from the pack and the report, and what to start from."""
    if how is Method.LADDER:
        if rule.ladder is None:
            abort(404)
        form.offer(rule.ladder.covers, rule.ladder.readings)
    elif how is Method.TONNE_UNIT:
        kinds = [kind for kind in ("added", "deducted") if queries.population(engagement, kind).items] or ["added"]
        form.offer(kinds, rule.risks, suggested)
        pack = load(engagement.pack_id)
        if request.method == "GET" and pack.materiality is not None:
            total = total_of(reports.calculation_of(engagement.report_version))
            form.tolerable.data = plain(total * _share(engagement, total), 2)
    else:
        form.offer(rule.risks, suggested)


def _share(engagement: Engagement, total: Fraction) -> Fraction:
    """The share of the total that holds for the unit: its category's where the rules have some."""
    rules, category = load(engagement.pack_id).materiality, unit_category(engagement)
    return category.band.share if category else rules.share_for(total) if rules else Fraction()


def _planned(engagement: Engagement, how: Method, form: Any) -> Sample:
    """The plan written down; what cannot be planned is refused among the form's errors."""
    actor, now = current_actor(), utcnow()
    request = SampleRequest(basis=form.basis.data or "", reason=form.anew.data or "")
    if how is Method.LADDER:
        return _ladder(engagement, form, request)
    if how is Method.TONNE_UNIT:
        tonnes = TonneUnitPlan(
            Fraction(form.risk.data), Fraction(form.tolerable.value), Fraction(form.expected.value or 0), form.expansion.value
        )
        found = queries.population(engagement, form.kind.data)
        return actions.plan_sample(engagement, Plan(how, form.kind.data, tonnes=tonnes), found, request, actor=actor, now=now)
    read, data, items = prepared("list", lambda: _listed(form.file.data.filename or "", form.file.data.read()))
    found = uploaded(form.name.data.strip(), items)
    plan = Plan(how, found.kind, count=min(len(found.items), count_for(Fraction(form.risk.data), form.share.share)))
    file = (read.safe_name, data, read.media_type)
    return actions.plan_sample(engagement, plan, found, replace(request, file=file, in_store=True), actor=actor, now=now)


def _listed(filename: str, data: bytes) -> tuple[ReadFile, bytes, Any]:
    """A list that was drawn up elsewhere: what it is, its bytes, which are put into the store, and its items."""
    read = read_attachment(data, filename, SAMPLE_LIST)
    return read, data, put_while(data, lambda: read_list(data, read.safe_name))


def _ladder(engagement: Engagement, form: LadderForm, request: SampleRequest) -> Sample:
    kind, reading = form.kind.data, form.reading.data
    places = queries.places(engagement, kind, reading, form.kept_whole)
    sampled = [place for place in places if place.sampled and place.items]
    if kind == ladder.SITES:
        begun = max((place.step for place in sampled), default=Fraction(1))
        plan = Plan(Method.LADDER, kind, {ladder.SITES: begun}, tuple(place.key for place in sampled))
    else:
        plan = Plan(Method.LADDER, kind, {place.key: place.step for place in sampled})
    written = replace(request, reading=reading, places=places)
    return actions.plan_sample(engagement, plan, queries.population(engagement, kind), written, actor=current_actor(), now=utcnow())
