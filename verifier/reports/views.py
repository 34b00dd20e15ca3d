"""Pages of reports: a unit's years, the versions uploaded for each, and one version with its sources."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.casework.to_do import waiting_for
from verifier.casework.waiting import SOON, Waiting
from verifier.checks.data.flags.views import AlertLinks, alert_links
from verifier.core.access import Permission
from verifier.core.calculation.results import Flag
from verifier.core.clocks import Before, Lateness, day_in, lateness
from verifier.core.errors import NotYours
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.actions import put_while
from verifier.evidence.queries import store
from verifier.programme import queries as programme
from verifier.registry import actions as registry
from verifier.registry import queries as registered
from verifier.registry.forms import BodyForm
from verifier.registry.models import UnitYear
from verifier.reports import actions, queries, report_intake
from verifier.reports.forms import FlagsFilter, HandInForm, SourcesFilter
from verifier.reports.models import ReportedSource, ReportVersion
from verifier.reports.open_cases import open_case, rules_of
from verifier.reports.wording import flag_name, flag_sentence, problem_sentence, sheet_name
from verifier.rulepacks.wording import seals_of
from verifier.web.downloads.spreadsheet import download, spreadsheet
from verifier.web.pages.filters import listed, name_of, text_in
from verifier.web.pages.lists import every_row, export_url, paged, paged_list, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import SubjectKind, row_of, rows_of
from verifier.web.transactions import prepared

bp = Blueprint("reports", __name__)
LABELS = {
    Before.NO_REPORT: _l("No report yet"),
    Before.TO_RELEASE: _l("Report awaiting release"),
    Before.NO_BODY: _l("No verification body appointed"),
    Before.TO_OPEN: _l("Case to be opened"),
}
STATES = {(Before, "no_report"): "warn", (Before, "to_release"): "warn", (Before, "no_body"): "warn", (Before, "to_open"): "mute"}


_STAGES = (_l("Reading the workbook"), _l("Recalculating the report"), _l("Saving the rows"))


def _find_unit_year(engagement: Engagement, text: str) -> UnitYear | None:
    return engagement.unit_year if text == str(engagement.unit_year_id) else None


def _find_version(engagement: Engagement, text: str) -> ReportVersion | None:
    found = row_of(ReportVersion, text)
    return found if found is not None and found.unit_year_id == engagement.unit_year_id else None


def _find_versions(engagement: Engagement, texts: Collection[str]) -> dict[str, ReportVersion]:
    rows = rows_of(ReportVersion, texts)
    return {text: row for text, row in rows.items() if row.unit_year_id == engagement.unit_year_id}


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "unit_year": SubjectKind[UnitYear](
        find=_find_unit_year,
        title=lambda found: f"{name_of(found.unit)} · {found.year.emission_year}",
        url=lambda _engagement, found: url_for("reports.unit_year", unit_year_id=found.id),
        guard=Permission.REPORT_READ,
        find_outside=lambda text: row_of(UnitYear, text),
        find_many_outside=lambda texts: rows_of(UnitYear, texts),
    ),
    "report_version": SubjectKind[ReportVersion](
        find=_find_version,
        find_many=_find_versions,
        title=lambda found: _("Version %(number)s", number=found.number),
        url=lambda _engagement, found: url_for("reports.version", unit_year_id=found.unit_year_id, number=found.number),
        guard=Permission.REPORT_READ,
    ),
}


def _version(unit_year: UnitYear, number: int) -> ReportVersion:
    found = queries.version_numbered(unit_year, number, drafts=may(Permission.REPORT_DRAFTS))
    if found is None:
        raise NotYours
    return found


@bp.get("/reports")
@permit(Permission.UNIT_READ)
def home() -> ResponseReturnValue:
    """The years of the user's unit, with the party responsible for the next action."""
    years = programme.with_people(programme.progress_of_unit(this_user().organisation, now=utcnow()))
    return render_template("reports/home.html", years=years, tasks=_tasks(), soon=SOON)


@bp.get("/reports/<uuid:unit_year_id>")
@permit(Permission.REPORT_READ)
def unit_year(unit_year: UnitYear) -> ResponseReturnValue:
    """A unit's year: its dates, its body, its versions, and what comes next."""
    progress = programme.progress_of(unit_year, now=utcnow())
    takes = progress.case is None or progress.case.stage in actions.TAKES_REPORTS
    versions = queries.readable_versions(unit_year, drafts=may(Permission.REPORT_DRAFTS))
    return render_template(
        "reports/unit_year.html",
        unit_year=unit_year,
        progress=progress,
        versions=versions,
        takes_reports=takes,
        tasks=[each for each in _tasks() if each[0].unit_year == unit_year.id],
        soon=SOON,
    )


def _tasks() -> list[tuple[Waiting, Lateness]]:
    """The reader's tasks, the most urgent first, each with its lateness."""
    return [(each, lateness(each.due, day_in(each.time_zone, utcnow()))) for each in waiting_for(this_user())]


@bp.route("/reports/<uuid:unit_year_id>/hand-in", methods=["GET", "POST"])
@permit(Permission.REPORT_SUBMIT, files=True)
def submit(unit_year: UnitYear) -> ResponseReturnValue:
    """Upload a workbook; what cannot be read is listed place by place."""
    form = HandInForm()
    if form.validate_on_submit():
        upload = form.workbook.data
        data, expected = upload.read(), actions.expected(unit_year)
        filename, note = upload.filename or "report.xlsx", form.note.data or ""
        actions.may_hand_in(unit_year, data, open_case(unit_year))
        if len(data) > report_intake.LARGE:
            prepared("workbook", lambda: store().put(data))
            at = report_intake.wait_for(unit_year, data, filename, note, in_store=True, actor=current_actor(), now=utcnow())
            return redirect(url_for(".intake", unit_year_id=unit_year.id, at=at), 303)
        read = prepared("workbook", lambda: put_while(data, lambda: actions.read(data, expected)))
        version = actions.submit_report(
            unit_year, data, filename, note, already=read, in_store=True, case=open_case(unit_year), actor=current_actor(), now=utcnow()
        )
        flash(_("Version %(number)s has been saved. Your responsible person can now release it.", number=version.number), "success")
        return redirect(url_for(".version", unit_year_id=unit_year.id, number=version.number), 303)
    problems = [(problem_sentence(problem), None) for problem in getattr(getattr(g, "refusal", None), "problems", ())]
    return render_template(
        "reports/submit.html",
        unit_year=unit_year,
        form=form,
        problems=problems,
        before=queries.newest(unit_year),
        case=open_case(unit_year),
    )


@bp.get("/reports/<uuid:unit_year_id>/hand-in/<uuid:at>")
@permit(Permission.REPORT_SUBMIT)
def intake(unit_year: UnitYear, at: UUID) -> ResponseReturnValue:
    """Import progress, then the resulting version or the list of problems."""
    found = _find_intake(unit_year, at)
    if found.number is not None:
        return redirect(url_for(".version", unit_year_id=unit_year.id, number=found.number), 303)
    places = [(problem_sentence(problem), None) for problem in found.problems]
    refused = sentence(found.refused) if found.refused else None
    steps = report_intake.STAGES.index(found.stage)
    return render_template(
        "reports/intake.html", unit_year=unit_year, at=at, found=found, places=places, refused=refused, stages=_STAGES, current=steps
    )


@bp.get("/reports/<uuid:unit_year_id>/hand-in/<uuid:at>/state.json")
@permit(Permission.REPORT_SUBMIT)
def intake_state(unit_year: UnitYear, at: UUID) -> ResponseReturnValue:
    """Import progress as JSON for polling."""
    found = _find_intake(unit_year, at)
    return {"mark": f"{found.state} {found.stage} {found.rows or ''}", "ended": found.ended}


def _find_intake(unit_year: UnitYear, at: UUID) -> report_intake.ReportIntake:
    found = report_intake.intake_of(unit_year, at)
    if found is None:
        raise NotYours
    return found


@bp.route("/reports/<uuid:unit_year_id>/body", methods=["GET", "POST"])
@permit(Permission.BODY_NOMINATE)
def body(unit_year: UnitYear) -> ResponseReturnValue:
    """Name the verification body of the year."""
    form = BodyForm(body=str(unit_year.body_id) if unit_year.body_id else "")
    bodies = {str(each.id): each for each in registered.bodies()}
    form.body.choices = [
        SelectChoice("", _("Choose a verification body")),
        *(SelectChoice(key, name_of(each)) for key, each in bodies.items()),
    ]
    if form.validate_on_submit():
        case = programme.case_of(unit_year)
        registry.name_body(unit_year, bodies[form.body.data], case=case.id if case else None, actor=current_actor(), now=utcnow())
        flash(
            _("%(body)s has been appointed. It can open its case as soon as a report is released.", body=name_of(bodies[form.body.data])),
            "success",
        )
        return redirect(url_for(".unit_year", unit_year_id=unit_year.id), 303)
    return render_template("reports/body.html", unit_year=unit_year, form=form)


@bp.post("/reports/<uuid:unit_year_id>/versions/<int:number>/release")
@permit(Permission.REPORT_RELEASE)
def release(unit_year: UnitYear, number: int) -> ResponseReturnValue:
    """Release a version as the unit's report."""
    version = _version(unit_year, number)
    actions.release(version, case=open_case(unit_year), actor=current_actor(), now=utcnow())
    flash(_("Version %(number)s has been released.", number=number), "success")
    return redirect(url_for(".version", unit_year_id=unit_year.id, number=number), 303)


@bp.get("/reports/<uuid:unit_year_id>/versions/<int:number>")
@permit(Permission.REPORT_READ)
def version(unit_year: UnitYear, number: int) -> ResponseReturnValue:
    """One version: the unit's facts, totals, what looks wrong, and every source."""
    version = _version(unit_year, number)
    pack = rules_of(unit_year)
    names = {category.code: text_in(category.name) for category in pack.categories}
    form = SourcesFilter(request.args)
    form.offer({code: names.get(code, code) for code in queries.categories_of(version)}, queries.flag_codes_of(version))
    query = queries.sources_of(
        version, search=form.q.data or "", category=form.category.data or "", flag=form.flag.data or "", sort=form.sort.data or ""
    )
    if wants_spreadsheet():
        return _sources_sheet(version, every_row(query), names)
    versions = queries.readable_versions(unit_year, drafts=may(Permission.REPORT_DRAFTS))
    before = next((each for each in versions if each.number < number), None)
    return render_template(
        "reports/version.html",
        unit_year=unit_year,
        version=version,
        newest=versions[0],
        calculation=queries.calculation_of(version),
        report=queries.report_of(version),
        categories=names,
        form=form,
        page=paged(query),
        export=export_url(),
        flag_name=flag_name,
        flags=(flags := _sentences_of(version, names)),
        links=_links(unit_year, version, flags[:5]),
        sheet_name=sheet_name,
        before=before,
        changes=queries.changed_sources(before, version) if before else None,
        case=programme.case_of(unit_year),
        carried=seals_of(pack, "emission_report"),
    )


def _sentences_of(version: ReportVersion, names: dict[str, str]) -> list[tuple[Flag, str, str]]:
    """Each flag of a version with its name and its sentence, the largest estimated effect first."""
    heaviest_first = sorted(queries.flags_of(version), key=lambda flag: abs(flag.tonnes or Decimal()), reverse=True)
    return [(flag, flag_name(flag.code), flag_sentence(flag, names)) for flag in heaviest_first]


def _links(unit_year: UnitYear, version: ReportVersion, rows: Iterable[tuple[Flag, str, str]]) -> dict[Flag, AlertLinks]:
    """Where the alerts lead in the case, for those who work on it."""
    case = programme.case_of(unit_year)
    return alert_links(case, [flag for flag, _name, _sentence in rows], version) if case else {}


@bp.get("/reports/<uuid:unit_year_id>/versions/<int:number>/flags")
@permit(Permission.REPORT_READ)
def flags(unit_year: UnitYear, number: int) -> ResponseReturnValue:
    """What looks wrong in one version, row by row."""
    version = _version(unit_year, number)
    names = {category.code: text_in(category.name) for category in rules_of(unit_year).categories}
    found = _sentences_of(version, names)
    form = FlagsFilter(request.args)
    form.offer(sorted({flag.code for flag, _name, _sentences_of in found}, key=flag_name))
    search, code = (form.q.data or "").strip().casefold(), form.flag.data or ""
    shown = [
        (flag, name, sentence)
        for flag, name, sentence in found
        if (not code or flag.code == code) and search in f"{flag.source or ''} {name} {sentence}".casefold()
    ]
    if wants_spreadsheet():
        headers = [_("What"), _("Data alerts"), _("Source"), _("Period"), _("Sheet"), _("Row")]
        rows = [(name, sentence, flag.source, flag.period, sheet_name(flag.sheet), flag.row) for flag, name, sentence in shown]
        title = _("Data alerts %(year)s version %(number)s", year=unit_year.year.emission_year, number=number)
        return spreadsheet(title, headers, rows)
    return render_template(
        "reports/flags.html",
        unit_year=unit_year,
        version=version,
        form=form,
        page=(page := paged_list(shown)),
        links=_links(unit_year, version, page.items),
        export=export_url(),
        sheet_name=sheet_name,
    )


def _sources_sheet(version: ReportVersion, sources: list[ReportedSource], categories: dict[str, str]) -> ResponseReturnValue:
    headers = [
        _("Source no."),
        _("Source"),
        _("Facility"),
        _("Category"),
        _("Fuel or material"),
        _("Meter"),
        _("Reported, t CO2"),
        _("Recalculated, t CO2"),
        _("Difference, t CO2"),
        _("Data alerts"),
    ]
    rows = [
        (
            source.source_key,
            source.name,
            source.facility_key,
            categories.get(source.category, source.category),
            source.fuel,
            source.meter,
            source.reported,
            source.recalculated,
            source.difference,
            listed(map(flag_name, source.flag_codes.split())),
        )
        for source in sources
    ]
    title = _("Sources %(year)s version %(number)s", year=version.unit_year.year.emission_year, number=version.number)
    return spreadsheet(title, headers, rows)


@bp.get("/reports/<uuid:unit_year_id>/versions/<int:number>/workbook")
@permit(Permission.REPORT_READ, keeps_record=True)
def workbook(unit_year: UnitYear, number: int) -> ResponseReturnValue:
    """Download the original workbook, unchanged."""
    version = _version(unit_year, number)
    data = store().get(version.sha256)
    case = programme.case_of(unit_year)
    record(
        TrailAction.REPORT_VERSION_DOWNLOADED,
        current_actor(),
        Subject("unit_year", str(unit_year.id)),
        now=utcnow(),
        case=case.id if case else None,
        effect=Effect.LOOK,
        number=number,
        sha256=version.sha256,
    )
    return download(data, version.filename, actions.MEDIA_TYPE)
