"""Pages of check 2, the numbers: the register of all of them, and one page a number with everything it rests on."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.flags.queries import raised_as
from verifier.checks.data.numbers import actions, basis, filter_choices, progress, queries, recalculated
from verifier.checks.data.numbers.forms import NumberFilter, NumberForm, method_choices
from verifier.checks.data.numbers.queries import NumberRow
from verifier.checks.data.numbers.wording import as_asked, number_title, what
from verifier.checks.data.sampling import queries as samples
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.checks.data.views import NO_KEY
from verifier.checks.data.wording import basis_name, parameter_name, step_name
from verifier.core.access import Permission
from verifier.core.calculation.units import plain
from verifier.core.errors import Refusal
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.outcomes.source_outcomes import OutcomeStatus
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.rulepack.pack import RulePack
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportedNumber
from verifier.reports.wording import flag_name, flag_sentence, sheet_name
from verifier.rulepacks.load import load
from verifier.web.downloads.sizes import announce
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed, text_in, tonnes, tonnes_exact
from verifier.web.pages.labels import label
from verifier.web.pages.lists import Page, asked_page, carried_filter
from verifier.web.permit import may, permit
from verifier.web.redirects import came_from
from verifier.web.signed_in import current_actor
from verifier.web.subjects import SubjectKind

bp = Blueprint("numbers", __name__)
PER_PAGE = 50

LABELS = {
    NumberKind.ACTIVITY: _l("Activity data"),
    NumberKind.MEASUREMENT: _l("Continuous measurement"),
    NumberKind.FACTOR: _l("Factor"),
    NumberKind.REPORTED: _l("Emissions of the source"),
    NumberKind.TOTAL: _l("Total"),
    NumberKind.PRODUCTION: _l("Production"),
}


@bp.app_template_filter()
def signed(value: Fraction | Decimal | None) -> str:
    """Tonnes with their sign, plus included, none where they round to nothing; unknown ones as “unknown”."""
    shown = tonnes(value)
    return f"+{shown}" if value is not None and value > 0 and shown.strip("0.") else shown


@bp.app_template_filter()
def signed_exact(value: Fraction) -> str:
    """An amount with its sign and every place it has."""
    return f"+{tonnes_exact(value)}" if value > 0 else tonnes_exact(value)


@bp.app_template_filter()
def plain_number(value: Fraction) -> str:
    """An amount as scripts read it."""
    return plain(value)


@bp.app_template_filter()
def related_tonnes(value: float) -> str:
    """Tonnes that are kept to sort by, as people read them."""
    return tonnes(Decimal(repr(round(value, 2))))


@bp.app_template_filter()
def as_written(text: str) -> str:
    """A cell word for word, only its minus a real one."""
    return re.sub(r"^-(?=\d)", "−", text)


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "number": SubjectKind[NumberRow](
        find=queries.line,
        find_many=lambda engagement, keys: {each.number.number_key: each for each in queries.with_keys(engagement, keys)},
        title=lambda line: number_title(line.number),
        url=lambda engagement, line: url_for("numbers.number", engagement_id=engagement.id, number_key=line.number.number_key),
    )
}


@bp.get("/cases/<uuid:engagement_id>/data/register")
@permit(Permission.WORK_READ)
def register(engagement: Engagement) -> ResponseReturnValue:
    """Every number of the report, as written, with what is flagged at it and what is held of it."""
    form = _filter(engagement)
    total = queries.count(engagement, form.query)
    place = min(asked_page(), max(1, -(-total // PER_PAGE)))
    shown = queries.numbers(engagement, form.query).limit(PER_PAGE).offset((place - 1) * PER_PAGE)
    found: Page[ReportedNumber] = Page(db.session.scalars(shown).all(), place, PER_PAGE, total)
    lines = queries.with_outcomes(engagement, found.items)
    return render_template(
        "checks/data/numbers/register.html",
        engagement=engagement,
        form=form,
        page=found,
        lines=lines,
        filter_values=carried_filter("number_key"),
        names=queries.names_of(engagement, {each.number.source_key for each in lines}),
        progress=progress.progress(engagement),
        can=_can(engagement),
        methods=method_choices(load(engagement.pack_id)),
        last_method=session.get("tested_by", ""),
        what=what,
        flag_name=flag_name,
        list_url=url_for(".register", engagement_id=engagement.id),
        may_ask=may(Permission.EVIDENCE_REQUEST) and possible(engagement.stage, CaseAction.CHECK),
        export=url_for(".downloaded", engagement_id=engagement.id, **carried_filter("number_key")),
    )


@bp.get("/cases/<uuid:engagement_id>/register.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement) -> ResponseReturnValue:
    """The filtered register as a spreadsheet."""
    query = _filter(engagement).query
    announce(queries.count(engagement, query))
    lines = queries.every(engagement, query)
    names = queries.names_of(engagement, {each.number.source_key for each in lines} if len(lines) <= PER_PAGE else None)
    record(
        TrailAction.DATA_NUMBERS_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=len(lines),
    )
    headers = [
        _("Source no."),
        _("Source"),
        _("Kind"),
        _("Number"),
        _("Period"),
        _("As stated"),
        _("Value"),
        _("Unit"),
        _("Sheet"),
        _("Row"),
        _("Document"),
        _("Related emissions, t CO2"),
        _("Data alerts"),
        _("Outcome"),
        _("Correct value"),
        _("Source of the correct value"),
        _("Basis"),
        _("How it was tested"),
        _("Who"),
        _("When"),
    ]
    methods = {each.code: text_in(each.name) for each in load(engagement.pack_id).evidence_activities}
    return spreadsheet(f"{engagement.number} {_('Numbers')}", headers, (_cells(each, names, methods) for each in lines))


@bp.post("/cases/<uuid:engagement_id>/agree-numbers")
@permit(Permission.DATA_DECIDE, on_report=True)
def agree(engagement: Engagement) -> ResponseReturnValue:
    """Mark the selected numbers as agreed, tested by one method."""
    method = request.form.get("method", "")
    count = actions.agree_many(engagement, request.form.getlist("keys"), method, actor=current_actor(), now=utcnow())
    session["tested_by"] = method
    flash(ngettext("%(num)s number agreed.", "%(num)s numbers agreed.", count), "success")
    return redirect(came_from(), 303)


@bp.post("/cases/<uuid:engagement_id>/ask-numbers")
@permit(Permission.EVIDENCE_REQUEST, on_report=True)
def ask_for(engagement: Engagement) -> ResponseReturnValue:
    """On to the request for vouchers of the ticked numbers, where it is said what is asked, of whom, and by when."""
    keys = [*request.form.getlist("keys"), *request.form.getlist("also")]
    if not keys:
        raise Refusal("data.number.none_to_ask")
    named = [as_asked(each.number) for each in queries.with_keys(engagement, keys[:PER_PAGE]) if each.number.source_key]
    return redirect(url_for("vouchers.request_evidence", engagement_id=engagement.id, number=list(dict.fromkeys(named))), 303)


@bp.route("/cases/<uuid:engagement_id>/data/register/<path:number_key>", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.DATA_DECIDE, on_report=True)
def number(engagement: Engagement, number_key: str) -> ResponseReturnValue:
    """One number: the cell, the calculation, its factors, its evidence, and what is held of it."""
    line = queries.line(engagement, number_key)
    if line is None:
        abort(404)
    query, pack = _filter(engagement).query, load(engagement.pack_id)
    form = _form(line, pack)
    following = queries.next_open(engagement, query, line.number)
    if form.validate_on_submit():
        actions.decide(engagement, number_key, form.review, seen_version=form.seen_version, actor=current_actor(), now=utcnow())
        session["tested_by"] = form.method.data
        flash(_("%(key)s: %(decision)s.", key=number_title(line.number), decision=label(OutcomeStatus(form.outcome.data))), "success")
        register = url_for(".register", engagement_id=engagement.id, **carried_filter("number_key"))
        return redirect(_address(engagement, following) if following else register, 303)
    before, after = queries.neighbours(engagement, query, line.number)
    return render_template(
        "checks/data/numbers/number.html",
        engagement=engagement,
        line=line,
        number=line.number,
        form=form,
        can=_can(engagement),
        rests=basis.of(engagement, line.number),
        raised_as=raised_as(engagement),
        effect=recalculated.of_number(engagement, line),
        title=number_title(line.number),
        what=what,
        methods={each.code: text_in(each.name) for each in pack.evidence_activities},
        flag_name=flag_name,
        flag_sentence=flag_sentence,
        sheet_name=sheet_name,
        step_name=step_name,
        parameter_name=parameter_name,
        basis_name=basis_name,
        previous=_address(engagement, before),
        next=_address(engagement, after),
        following=_address(engagement, following),
        table_of=pack.table,
        text_in=text_in,
        drawn=_drawn(engagement, line.number),
        source_url=url_for("data.source", engagement_id=engagement.id, source_key=line.number.source_key or NO_KEY),
        address=lambda key: url_for(".number", engagement_id=engagement.id, number_key=key),
        list_url=url_for(".register", engagement_id=engagement.id, **carried_filter("number_key")),
    )


def _drawn(engagement: Engagement, number: ReportedNumber) -> list[tuple[Sample, SampledItem]]:
    """Where a datum was drawn in a sample."""
    if number.kind not in {kind.value for kind in queries.DATA}:
        return []
    return samples.items_of_number(engagement, number.source_key, number.period)


def _can(engagement: Engagement) -> bool:
    return may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK)


def _filter(engagement: Engagement) -> NumberFilter:
    form, year = NumberFilter(request.args), engagement.unit_year.year.emission_year
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    form.offer(months, *filter_choices.choices(engagement), sampled=bool(queries.sampled(engagement)))
    return form


def _form(line: NumberRow, pack: RulePack) -> NumberForm:
    outcome = line.outcome
    form = NumberForm(data={"version": outcome.version if outcome else 0, "method": session.get("tested_by", "")})
    form.offer(pack)
    form.fill(outcome if line.current else None)
    return form


def _address(engagement: Engagement, key: str | None) -> str | None:
    """Another number's page, in the same filter."""
    return None if key is None else url_for(".number", engagement_id=engagement.id, number_key=key, **carried_filter("number_key"))


def _cells(each: NumberRow, names: dict[str, str], methods: dict[str, str]) -> tuple[object, ...]:
    row, outcome = each.number, each.outcome if each.current else None
    return (
        row.source_key,
        names.get(row.source_key, ""),
        label(row.kind),
        what(row),
        row.period,
        row.written,
        row.value,
        row.unit,
        sheet_name(row.sheet),
        row.row,
        row.document,
        row.weight,
        listed(map(flag_name, row.flag_codes.split())),
        _("Decided with its source") if each.with_source else label(each.status),
        outcome.verified if outcome else None,
        outcome.said_by if outcome else "",
        outcome.how if outcome else "",
        methods.get(outcome.method, outcome.method) if outcome else "",
        outcome.decider.name if outcome else "",
        outcome.decided_at if outcome else None,
    )
