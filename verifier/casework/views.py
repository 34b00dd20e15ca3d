"""Pages of the case as a whole: the start page, the list of cases, one case, and its trail."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from verifier.audit.actions import Effect
from verifier.casework import queries
from verifier.casework.forms import CasesFilter
from verifier.core.access import Permission, Role
from verifier.engagements.models import Engagement
from verifier.web.filters import name_of
from verifier.web.labels import label
from verifier.web.lists import export_url, paged, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.session import signed_in_user, this_user
from verifier.web.spreadsheet import spreadsheet
from verifier.web.subjects import Describe, Described

bp = Blueprint("casework", __name__)
LABELS = {Effect.CHANGE: _l("Changes the case"), Effect.PROCEED: _l("Moves the case on"), Effect.LOOK: _l("Only looked")}


def _describe_case(engagement: Engagement, _id: str) -> Described:
    return Described(_("Case %(number)s", number=engagement.number), url_for("casework.case", engagement_id=engagement.id))


SUBJECTS: dict[str, Describe] = {"case": _describe_case}


@bp.get("/")
@permit(Permission.PUBLIC)
def home() -> ResponseReturnValue:
    """What Verifier is, for a visitor; what waits and whose cases, for a person."""
    user = signed_in_user()
    if user is None:
        return render_template("casework/landing.html")
    return render_template("casework/home.html", cases=queries.open_cases(user))


@bp.get("/cases")
@permit(Permission.SIGNED_IN)
def cases() -> ResponseReturnValue:
    """The cases the person may know of."""
    form, user = CasesFilter(request.args), this_user()
    form.offer(queries.years(user))
    found = queries.cases(user, **form.wanted())
    if wants_spreadsheet():
        return _cases_sheet(list(paged(found, per_page=100_000).items))
    return render_template("casework/cases.html", form=form, page=paged(found), export=export_url(), filtered=any(form.wanted().values()))


def _cases_sheet(found: list[Engagement]) -> ResponseReturnValue:
    headers = [_("Case"), _("Unit"), _("Emission year"), _("Verification body"), _("Where it stands"), _("Since"), _("Statement due")]
    rows = [
        (each.number, name_of(each.unit), each.unit_year.year.emission_year, name_of(each.body), label(each.at), each.stage_since,
         each.unit_year.year.verified_due)
        for each in found
    ]  # fmt: skip
    return spreadsheet(_("Cases"), headers, rows)


@bp.get("/cases/<uuid:engagement_id>")
@permit(Permission.SIGNED_IN)
def case(engagement: Engagement) -> ResponseReturnValue:
    """Where the case stands; who was named and has not declared is led to the declaration first."""
    if g.roles == {Role.INVITED}:
        return redirect(url_for("engagements.declare", engagement_id=engagement.id), 303)
    return render_template("casework/case.html", engagement=engagement)
