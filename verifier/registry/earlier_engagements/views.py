"""Pages of engagements outside this system: the list of a body, entering, editing and removing one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission
from verifier.core.earlier_work import WorkKind
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.registry.earlier_engagements import actions, queries
from verifier.registry.earlier_engagements.actions import EntryField
from verifier.registry.earlier_engagements.forms import EarlierEngagementForm, EarlierFilter, shown
from verifier.registry.earlier_engagements.models import EarlierEngagement
from verifier.rulepacks.load import load, newest
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.forms import VersionedForm
from verifier.web.pages.filters import listed, text_in
from verifier.web.pages.labels import label
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import SubjectKind, row_of, rows_of

bp = Blueprint("earlier_engagements", __name__)
LABELS = {
    WorkKind.VERIFICATION: _l("Verification"),
    WorkKind.ADVICE: _l("Consulting or management on carbon"),
    WorkKind.QUOTA: _l("Quota calculation or application"),
    WorkKind.PREPARATION: _l("Preparation of the monitoring plan or report"),
    WorkKind.INTERNAL_AUDIT: _l("Internal audit of the data"),
    WorkKind.TRADING: _l("Trading or management of carbon assets"),
    WorkKind.OTHER: _l("Other work"),
    EntryField.UNIT_NAME: _l("Unit"),
    EntryField.CREDIT_CODE: _l("Unified social credit code"),
    EntryField.YEAR: _l("Year of the work"),
    EntryField.PROGRAMME: _l("Programme"),
    EntryField.KIND: _l("Kind of work"),
    EntryField.LEAD: _l("Lead verifier"),
    EntryField.PEOPLE: _l("People who took part"),
    EntryField.OTHERS: _l("Others who took part"),
    EntryField.REFERENCE: _l("Reference number"),
}
SUBJECTS: dict[str, SubjectKind[Any]] = {
    "earlier_engagement": SubjectKind[EarlierEngagement](
        find=lambda _engagement, _text: None,
        title=lambda row: f"{row.unit_name} · {row.year}",
        guard=Permission.EARLIER_WORK_ENTER,
        find_outside=lambda text: row_of(EarlierEngagement, text),
        find_many_outside=lambda texts: rows_of(EarlierEngagement, texts),
    )
}


@bp.get("/organisation/earlier-engagements")
@permit(Permission.EARLIER_WORK_ENTER, keeps_record="export")
def entries() -> ResponseReturnValue:
    """The engagements that the body entered."""
    user, form = this_user(), EarlierFilter(request.args)
    form.offer()
    kind = form.kind.data if form.kind.data in list(WorkKind) else ""
    found = queries.of_body(user.organisation_id, search=form.q.data or "", kind=kind, year=form.year.data)
    if wants_spreadsheet():
        return _sheet(every_row(found), user.organisation_id)
    page = paged(found)
    return render_template(
        "registry/earlier/list.html",
        page=page,
        form=form,
        export=export_url(),
        names=queries.names_of(list(page.items)),
        programmes=dict(_programmes()),
        took_part=_took_part,
        filtered=bool(form.q.data or kind or form.year.data),
    )


@bp.route("/organisation/earlier-engagements/new", methods=["GET", "POST"])
@permit(Permission.EARLIER_WORK_ENTER)
def add() -> ResponseReturnValue:
    """Enter an engagement."""
    form = _form(EarlierEngagementForm())
    if form.validate_on_submit():
        row = actions.enter(form.entry(), actor=current_actor(), now=utcnow())
        flash(_("%(reference)s has been saved. It counts for rotation and independence.", reference=row.reference), "success")
        return redirect(url_for(".entries"), 303)
    return render_template("registry/earlier/entry.html", form=form, row=None, stored=[])


@bp.route("/organisation/earlier-engagements/<uuid:entry_id>", methods=["GET", "POST"])
@permit(Permission.EARLIER_WORK_ENTER)
def edit(entry_id: UUID) -> ResponseReturnValue:
    """Correct an entry."""
    row = _own(entry_id)
    form = _form(EarlierEngagementForm(data=shown(row)), row)
    if form.validate_on_submit():
        actions.edit(row, form.entry(), version=form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("%(reference)s has been saved. It counts for rotation and independence.", reference=row.reference), "success")
        return redirect(url_for(".entries"), 303)
    refusal = getattr(g, "refusal", None)
    stale = refusal.values["fields"] if refusal is not None and refusal.message == form.compared else ()
    return render_template("registry/earlier/entry.html", form=form, row=row, stored=_in_words(row, stale))


@bp.post("/organisation/earlier-engagements/<uuid:entry_id>/remove")
@permit(Permission.EARLIER_WORK_ENTER)
def remove(entry_id: UUID) -> ResponseReturnValue:
    """Remove an entry."""
    row, form = _own(entry_id), VersionedForm()
    reference = row.reference
    actions.remove(row, version=form.seen_version, actor=current_actor(), now=utcnow())
    flash(_("%(reference)s has been removed and no longer counts.", reference=reference), "success")
    return redirect(url_for(".entries"), 303)


def _own(entry_id: UUID) -> EarlierEngagement:
    return queries.one(this_user().organisation_id, entry_id) or abort(404)


def _programmes() -> list[tuple[str, str]]:
    """The programmes whose rules are installed, by their code, with the name in their newest pack."""
    packs = [load(each) for each in newest()]
    return sorted({pack.programme: text_in(pack.name.without_year()) for pack in packs}.items())


def _form(form: EarlierEngagementForm, row: EarlierEngagement | None = None) -> EarlierEngagementForm:
    """The form with its choices; a programme whose rules are no longer installed stays one."""
    programmes = _programmes()
    if row is not None and row.programme and row.programme not in dict(programmes):
        programmes.append((row.programme, row.programme))
    form.offer(queries.people_of(this_user().organisation_id), programmes)
    return form


def _in_words(row: EarlierEngagement, fields: Iterable[EntryField]) -> list[tuple[str, object]]:
    """Fields of an entry with what is stored in them."""
    names = queries.names_of([row])
    worded: dict[EntryField, object] = {
        EntryField.PROGRAMME: dict(_programmes()).get(row.programme, row.programme),
        EntryField.KIND: label(row.kind),
        EntryField.LEAD: names.get(str(row.lead_id), ""),
        EntryField.PEOPLE: listed(names.get(each, each) for each in row.people),
    }
    return [(label(field), worded.get(field, getattr(row, field)) or "—") for field in fields]


def _took_part(row: EarlierEngagement, names: dict[str, str]) -> list[str]:
    """The people of an entry by name, the lead verifier first and marked."""
    lead = str(row.lead_id) if row.lead_id else None
    others = [names.get(each, each) for each in row.people if each != lead]
    return [_("%(name)s (lead verifier)", name=names.get(lead, lead)), *others] if lead else others


def _sheet(rows: list[EarlierEngagement], body_id: UUID) -> ResponseReturnValue:
    about = Subject("earlier_engagements", str(body_id))
    record(TrailAction.REGISTRY_EARLIER_ENGAGEMENTS_DOWNLOADED, current_actor(), about, now=utcnow(), effect=Effect.LOOK, rows=len(rows))
    names, programmes = queries.names_of(rows), dict(_programmes())
    headers = [
        _("Year of the work"),
        _("Unit"),
        _("Unified social credit code"),
        _("Kind of work"),
        _("Programme"),
        _("Lead verifier"),
        _("People who took part"),
        _("Others who took part"),
        _("Reference number"),
        _("Entered on"),
    ]
    lines = [
        (
            row.year,
            row.unit_name,
            row.credit_code,
            label(row.kind),
            programmes.get(row.programme, row.programme),
            names.get(str(row.lead_id)),
            listed(names.get(each, each) for each in row.people),
            row.others,
            row.reference,
            row.entered_at,
        )
        for row in rows
    ]
    return spreadsheet(_("Earlier engagements"), headers, lines)
