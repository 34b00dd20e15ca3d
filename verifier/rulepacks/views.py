"""Pages of rule packs: the list, and every value of one with its source."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.core.access import Permission
from verifier.rulepacks.contents import Shown, lines
from verifier.rulepacks.differences import How, differences
from verifier.rulepacks.forms import RulesFilter
from verifier.rulepacks.load import available, later, load, source_of
from verifier.rulepacks.wording import basis_name, key_name, section_name
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.lists import export_url, paged_list, wants_spreadsheet
from verifier.web.pages.rule_lines import IN_WORDS, value_in_words
from verifier.web.permit import permit

bp = Blueprint("rulepacks", __name__)
PER_PAGE = 60
LABELS = {How.ADDED: _l("Entry added"), How.REMOVED: _l("Entry removed"), How.CHANGED: _l("Value changed")}
STATES = {(How, "added"): "info", (How, "removed"): "warn", (How, "changed"): "info"}


@bp.get("/rules")
@permit(Permission.SIGNED_IN)
def packs() -> ResponseReturnValue:
    """Every rule pack of this installation."""
    found = [(load(pack_id), source_of(pack_id).shipped, later(pack_id)) for pack_id in available()]
    return render_template("rulepacks/packs.html", packs=found)


@bp.get("/rules/<programme>/<version>")
@permit(Permission.SIGNED_IN)
def pack(programme: str, version: str) -> ResponseReturnValue:
    """One pack: each value, where it is from, and whether it was read, is widely known, or is stated nowhere."""
    pack_id = f"{programme}/{version}"
    if pack_id not in available():
        abort(404)
    source = source_of(pack_id)
    form = RulesFilter(request.args)
    rows = [row for row in lines(source.data, str(get_locale())) if _matches(row, form)]
    if wants_spreadsheet():
        return _sheet(pack_id, rows)
    return render_template(
        "rulepacks/pack.html",
        pack=load(pack_id),
        source=source,
        form=form,
        page=paged_list(rows, PER_PAGE),
        export=export_url(),
        **IN_WORDS,
    )


@bp.get("/rules/<programme>/<version>/changes")
@permit(Permission.SIGNED_IN)
def changes(programme: str, version: str) -> ResponseReturnValue:
    """What a pack changes in the one it extends, value by value."""
    pack_id = f"{programme}/{version}"
    if pack_id not in available() or not (source := source_of(pack_id)).extends:
        abort(404)
    found = differences(source_of(source.extends[0]).data, source.data, str(get_locale()))
    return render_template(
        "rulepacks/changes.html", pack=load(pack_id), before=source.extends[0], page=paged_list(found, PER_PAGE), **IN_WORDS
    )


def _matches(row: Shown, form: RulesFilter) -> bool:
    return (
        (not form.section.data or row.section == form.section.data)
        and (not form.basis.data or row.basis == form.basis.data)
        and row.says(form.q.data or "")
    )


def _sheet(pack_id: str, rows: list[Shown]) -> ResponseReturnValue:
    headers = [_("Section"), _("Key"), _("What"), _("Values"), _("Source of the value"), _("Reliability")]
    table = [
        (
            section_name(row.section),
            row.code,
            row.name,
            "; ".join(f"{key_name(key)}: {value_in_words(key, value)}" for key, value in row.details),
            row.source,
            basis_name(row.basis),
        )
        for row in rows
    ]
    return spreadsheet(pack_id.replace("/", " "), headers, table)
