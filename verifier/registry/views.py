"""Pages of the registry: a programme's years and the units in each."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import SelectChoice

from verifier.core.access import Permission
from verifier.core.errors import NotYours, Refusal
from verifier.core.typed_digits import whole_number
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.registry import actions, queries
from verifier.registry.forms import NEW, DatesForm, PackForm, UnitForm, UnitsFilter, YearForm
from verifier.registry.models import ProgrammeYear, UnitYear
from verifier.reports import recalculation
from verifier.rulepacks.differences import differences
from verifier.rulepacks.forms import LaterVersionFilter, LaterVersionForm
from verifier.rulepacks.load import later, load, newer, newest, source_of
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import name_of, text_in
from verifier.web.pages.lists import every_row, export_url, paged, paged_list, wants_spreadsheet
from verifier.web.pages.rule_lines import IN_WORDS
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import SubjectKind, row_of, rows_of

bp = Blueprint("registry", __name__)


def _find_year(engagement: Engagement, text: str) -> ProgrammeYear | None:
    year = engagement.unit_year.year
    return year if text == str(year.id) else None


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "programme_year": SubjectKind[ProgrammeYear](
        find=_find_year,
        title=lambda year: f"{name_of(year)} · {year.emission_year}",
        url=lambda _engagement, year: url_for("registry.year", year_id=year.id),
        guard=Permission.PROGRAMME_READ,
        find_outside=lambda text: row_of(ProgrammeYear, text),
        find_many_outside=lambda texts: rows_of(ProgrammeYear, texts),
    )
}


@bp.get("/programme/years")
@permit(Permission.PROGRAMME_READ)
def years() -> ResponseReturnValue:
    """The years of the person's programme."""
    found = queries.years_of(this_user().organisation)
    return render_template("registry/years.html", years=found, counts=queries.unit_counts(found))


@bp.route("/programme/years/new", methods=["GET", "POST"])
@permit(Permission.PROGRAMME_MANAGE)
def new_year() -> ResponseReturnValue:
    """Choose the rules and the year, see the dates they suggest, and open it."""
    packs = [SelectChoice(pack_id, text_in(load(pack_id).name)) for pack_id in newest()]
    pack_id = request.values.get("pack", "")
    pack = load(next((each.value for each in packs if each.value in (pack_id, *newer(pack_id))), packs[0].value))
    year_text = request.values.get("emission_year") or pack.version.partition(".")[0]
    typed_year = whole_number(year_text, longest=4) or 0
    emission_year = typed_year if typed_year >= 1000 else utcnow().year - 1
    chosen = PackForm(data={"pack": pack.id, "emission_year": emission_year}, formdata=None)
    form = YearForm(
        data={
            "pack": pack.id,
            "emission_year": emission_year,
            "name": pack.name.en,
            "name_zh": pack.name.zh,
            "time_zone": pack.zone,
            **queries.suggested_dates(pack, emission_year),
        }
    )
    chosen.pack.choices = form.pack.choices = packs
    if form.validate_on_submit():
        year = actions.open_year(
            this_user().organisation,
            form.emission_year.data or 0,
            form.pack.data,
            form.names(),
            form.dates(),
            (form.time_zone.data or "").strip(),
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("The programme year has been created. Now register its units."), "success")
        return redirect(url_for(".year", year_id=year.id), 303)
    return render_template("registry/new_year.html", form=form, chosen=chosen, pack=pack, is_chosen="pack" in request.values)


@bp.get("/programme/years/<uuid:year_id>")
@permit(Permission.PROGRAMME_READ)
def year(year: ProgrammeYear) -> ResponseReturnValue:
    """A year's dates and its units."""
    form = UnitsFilter(request.args)
    query = queries.units_of(year, search=form.q.data or "", body=form.body.data or "")
    if wants_spreadsheet():
        return _units_sheet(year, every_row(query))
    return render_template(
        "registry/year.html", year=year, form=form, page=paged(query), export=export_url(), newer_rules=newer(year.pack_id)
    )


def _units_sheet(year: ProgrammeYear, units: list[UnitYear]) -> ResponseReturnValue:
    headers = [_("Unit"), _("Name in Chinese"), _("Unified social credit code"), _("Sector"), _("Verification body"), _("Registered")]
    rows = [
        (
            unit.unit.name,
            unit.unit.name_zh,
            unit.unit.credit_code,
            unit.sector,
            name_of(unit.body) if unit.body else None,
            unit.registered_at,
        )
        for unit in units
    ]
    return spreadsheet(_("Units %(year)s", year=year.emission_year), headers, rows)


@bp.route("/programme/years/<uuid:year_id>/dates", methods=["GET", "POST"])
@permit(Permission.PROGRAMME_MANAGE)
def dates(year: ProgrammeYear) -> ResponseReturnValue:
    """Change the dates of a year; after a refusal the form is up to date, so that sending it again is a decision."""
    form = DatesForm(obj=year)
    if form.validate_on_submit():
        actions.set_dates(year, form.dates(), version=form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("The dates have been saved."), "success")
        return redirect(url_for(".year", year_id=year.id), 303)
    if getattr(g, "refusal", None) is not None:
        form.version.data = str(year.version)
    return render_template("registry/dates.html", year=year, form=form)


@bp.route("/programme/years/<uuid:year_id>/rules", methods=["GET", "POST"])
@permit(Permission.PROGRAMME_MANAGE)
def rules(year: ProgrammeYear) -> ResponseReturnValue:
    """What changes from the year's rule pack to a newer version, and the move to it for the cases that are opened from now on."""
    to = later(year.pack_id, request.values.get("pack", ""))
    if to is None:
        if request.method == "POST":
            raise Refusal("rules.change.not_newer", pack=request.form.get("pack", ""), current=year.pack_id)
        return render_template("registry/rules.html", year=year, pack=None)
    pack = load(to)
    form = LaterVersionForm(pack=pack.id, seen=pack.sha256)
    if form.validate_on_submit():
        actions.change_rules(year, form.pack.data, seen_sha256=form.seen.data, actor=current_actor(), now=utcnow())
        recalculation.wait_for_year(year, now=utcnow())
        flash(_("Cases opened from now on are worked under %(pack)s.", pack=pack.id), "success")
        return redirect(url_for(".year", year_id=year.id), 303)
    form.pack.data, form.seen.data = pack.id, pack.sha256
    changes = differences(source_of(year.pack_id).data, source_of(to).data, str(get_locale()))
    return render_template(
        "registry/rules.html",
        year=year,
        form=form,
        versions=LaterVersionFilter.of(newer(year.pack_id), to),
        pack=pack,
        page=paged_list(changes, 60),
        **IN_WORDS,
    )


@bp.route("/programme/years/<uuid:year_id>/units/new", methods=["GET", "POST"])
@permit(Permission.PROGRAMME_MANAGE)
def register(year: ProgrammeYear) -> ResponseReturnValue:
    """Put a unit into the year: one we know, or a new one."""
    known = queries.unregistered_units(year)
    form = UnitForm(unit=None if known else NEW)
    form.unit.choices = [*(SelectChoice(str(unit.id), name_of(unit)) for unit in known), SelectChoice(NEW, _("A new unit"))]
    if form.validate_on_submit():
        unit_id = form.existing()
        unit = queries.organisation(unit_id, "unit") if unit_id else form.new_unit()
        if unit is None:
            raise NotYours
        actions.register_unit(
            year, unit, credit_code=form.credit_code.data or "", sector=form.sector.data or "", actor=current_actor(), now=utcnow()
        )
        flash(_("The unit has been registered for %(year)s.", year=year.emission_year), "success")
        return redirect(url_for(".year", year_id=year.id), 303)
    codes = {str(unit.id): unit.credit_code or _("no credit code yet; enter it below") for unit in known}
    return render_template("registry/register.html", year=year, form=form, codes=codes)
