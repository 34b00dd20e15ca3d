"""Pages of the analytical procedures: the comparison of each as charts and tables, and conclusions on remarkable lines."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.checks.data.analysis import actions, queries
from verifier.checks.data.analysis.forms import ConclusionForm, LineFilter
from verifier.checks.data.analysis.queries import Remarked
from verifier.checks.data.analysis.views import drawings, figures, sheets
from verifier.checks.data.analysis.wording import COMPARES, PROCEDURES, USES
from verifier.checks.data.analysis.wording import STATES as TAGS
from verifier.checks.data.references import queries as references
from verifier.checks.data.references.wording import amount, tolerance_name
from verifier.core.access import Permission
from verifier.core.analysis.lines import AnalysisLevel, AnalysisLine, Procedure
from verifier.core.datachecks.tolerances import InForce
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load
from verifier.web.downloads.spreadsheet import MEDIA_TYPE, download
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import carried_filter, paged_list
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor

bp = Blueprint("analysis", __name__)
LABELS = PROCEDURES
STATES = TAGS
PER_PAGE = 50
GROUPS_A_PAGE = 6
"""Sources or products whose months stand on one page."""
NO_KEY = "~"
TEMPLATES = {
    Procedure.YEAR_ON_YEAR: "checks/data/analysis/year_on_year.html",
    Procedure.MONTHS: "checks/data/analysis/months.html",
    Procedure.PRODUCTS: "checks/data/analysis/products.html",
    Procedure.SHARES: "checks/data/analysis/shares.html",
}
CHOICE = "any(year_on_year, months, products, shares)"

for _name in ("figure", "signed_figure", "part", "signed_part", "written_unit"):
    bp.add_app_template_filter(getattr(figures, _name), _name)


@bp.get("/cases/<uuid:engagement_id>/data/analysis")
@permit(Permission.WORK_READ)
def overview(engagement: Engagement) -> ResponseReturnValue:
    """The four procedures, the number of remarkable lines of each, and the reports they are compared with."""
    return render_template(
        "checks/data/analysis/overview.html",
        engagement=engagement,
        counted=queries.procedures(engagement),
        compares=COMPARES,
        analysis=queries.summary_of(engagement),
        limits=_limits(engagement, {code for codes in USES.values() for code in codes}),
        amount=amount,
        tolerance_name=tolerance_name,
        can_add=_can_add(engagement),
    )


@bp.get(f"/cases/<uuid:engagement_id>/data/analysis/<{CHOICE}:procedure>")
@permit(Permission.WORK_READ)
def lines(engagement: Engagement, procedure: str) -> ResponseReturnValue:
    """One procedure: drawn and tabled, filtered, a page at a time."""
    which = Procedure(procedure)
    every = queries.remarked(engagement, which)
    groups, form = _filtered(which, every)
    by_month = which in (Procedure.MONTHS, Procedure.PRODUCTS)
    analysis = queries.analysis_of(engagement)
    return render_template(
        TEMPLATES[which],
        engagement=engagement,
        procedure=which,
        form=form,
        analysis=analysis,
        page=paged_list(groups, GROUPS_A_PAGE if by_month else PER_PAGE),
        any=bool(every),
        compares=COMPARES[which],
        year=engagement.unit_year.year.emission_year,
        name=_namer(engagement),
        drawn=drawings.bars(which, every, _namer(engagement), both=which is Procedure.YEAR_ON_YEAR or analysis.last is not None),
        limits=_limits(engagement, set(USES[which])),
        amount=amount,
        tolerance_name=tolerance_name,
        source_url=_source_url,
        can_add=_can_add(engagement),
        waiting=sum(each.is_open for each in every),
        out=sum(each.line.stands_out for each in every),
        list_url=url_for(".lines", engagement_id=engagement.id, procedure=procedure),
        export=url_for(".downloaded", engagement_id=engagement.id, procedure=procedure, **carried_filter("procedure")),
    )


@bp.route("/cases/<uuid:engagement_id>/data/analysis/lines/<path:line_key>", methods=["GET", "POST"])
@permit(Permission.WORK_READ, post=Permission.DATA_DECIDE, on_report=True)
def line(engagement: Engagement, line_key: str) -> ResponseReturnValue:
    """One line: its figures, and what is concluded on it."""
    found = queries.one(engagement, line_key)
    if found is None:
        abort(404)
    conclusion, fresh = found.conclusion, found.line.fingerprint
    form = ConclusionForm(
        data={
            "version": conclusion.version if conclusion else 0,
            "figures": fresh,
            "conclusion": conclusion.conclusion if conclusion else "",
        }
    )
    if form.validate_on_submit():
        actions.conclude(
            engagement,
            line_key,
            form.conclusion.data or "",
            figures=form.figures.data or "",
            seen_version=form.seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("The assessment was saved."), "success")
        following = queries.next_open(engagement, found.line)
        return redirect(_address(engagement, following) if following else _list(engagement, found.line.procedure), 303)
    form.figures.data, form.version.data = fresh, conclusion.version if conclusion else 0
    following = queries.next_open(engagement, found.line)
    return render_template(
        "checks/data/analysis/line.html",
        engagement=engagement,
        each=found,
        line=found.line,
        form=form,
        title=_namer(engagement)(found.line),
        can=may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK) and found.line.stands_out,
        limits=_limits(engagement, set(USES[found.line.procedure])),
        amount=amount,
        tolerance_name=tolerance_name,
        year=engagement.unit_year.year.emission_year,
        analysis=queries.analysis_of(engagement),
        source_url=_source_url,
        following=_address(engagement, following) if following else None,
        list_url=_list(engagement, found.line.procedure),
    )


@bp.get("/cases/<uuid:engagement_id>/analysis.xlsx")
@permit(Permission.WORK_READ, keeps_record=True)
def downloaded(engagement: Engagement) -> ResponseReturnValue:
    """All four procedures with live formulas, or one of them as filtered."""
    procedure = request.args.get("procedure", "")
    chosen = [each for each in Procedure if each == procedure] or list(Procedure)
    rows = {each: queries.remarked(engagement, each) for each in chosen}
    if len(chosen) == 1:
        rows = {each: [row for group in _filtered(each, found)[0] for row in group] for each, found in rows.items()}
    record(
        TrailAction.DATA_ANALYSIS_DOWNLOADED,
        current_actor(),
        Subject("case", str(engagement.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        rows=sum(map(len, rows.values())),
    )
    data = sheets.workbook(rows, queries.analysis_of(engagement), engagement.unit_year.year.emission_year, _namer(engagement))
    what = label(chosen[0]) if len(chosen) == 1 else _("Analytical procedures")
    return download(data, f"{engagement.number} {what}.xlsx", MEDIA_TYPE)


def _filtered(procedure: Procedure, every: list[Remarked]) -> tuple[list[tuple[Remarked, ...]], LineFilter]:
    form = LineFilter(request.args)
    form.offer(procedure)
    return queries.matching(queries.grouped(every), **form.query), form


def _can_add(engagement: Engagement) -> bool:
    """Whether the reader may upload last year's report now."""
    return may(Permission.DATA_DECIDE) and possible(engagement.stage, CaseAction.CHECK)


def _namer(engagement: Engagement) -> figures.Namer:
    categories = {category.code: text_in(category.name) for category in load(engagement.pack_id).categories}

    def name(line: AnalysisLine) -> str:
        """What a line is of, in the reader's language."""
        if line.of is AnalysisLevel.TOTAL:
            return _("Report totals")
        return categories.get(line.code, line.code) if line.of is AnalysisLevel.CATEGORY else f"{line.code} {line.name}".strip() or "—"

    return name


def _limits(engagement: Engagement, codes: set[str]) -> list[InForce]:
    return [each for each in references.tolerances(engagement) if each.code in codes]


def _address(engagement: Engagement, line: AnalysisLine) -> str:
    return url_for(".line", engagement_id=engagement.id, line_key=line.key)


def _list(engagement: Engagement, procedure: Procedure) -> str:
    return url_for(".lines", engagement_id=engagement.id, procedure=procedure.value)


def _source_url(engagement: Engagement, line: AnalysisLine) -> str:
    return url_for("data.source", engagement_id=engagement.id, source_key=line.code or NO_KEY)
