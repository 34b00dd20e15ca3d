"""The people of one's own organisation, and inviting one more."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import actions, invitations, mail, queries
from verifier.accounts.forms import ColleagueForm, ColleaguesFilter, RegisteredNameForm
from verifier.accounts.models import User
from verifier.accounts.views.blueprint import bp
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission, Role
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed
from verifier.web.pages.labels import label
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user


@bp.get("/organisation/people")
@permit(Permission.SIGNED_IN, keeps_record="export")
def colleagues() -> ResponseReturnValue:
    """Who belongs to my organisation."""
    user, form = this_user(), ColleaguesFilter(request.args)
    filters = {"search": form.q.data or "", "role": form.role.data or "", "status": form.status.data or ""}
    rows = queries.people(**filters, organisation_id=user.organisation_id)
    if wants_spreadsheet():
        return _colleagues_sheet(every_row(rows), user)
    return render_template(
        "accounts/colleagues.html",
        page=paged(rows),
        filter=form,
        export_url=export_url(),
        organisation=user.organisation,
        invitations=queries.invitations(user.organisation_id),
        may_invite=actions.roles_to_give(user) is not None,
        may_register=Role.COORDINATOR in user.roles,
        me=user.id,
    )


@bp.route("/organisation/people/<uuid:user_id>/name", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def colleague_name(user_id: UUID) -> ResponseReturnValue:
    """A coordinator registers the name under which a person of their body signs."""
    user, person = this_user(), queries.user(user_id)
    if Role.COORDINATOR not in user.roles or person is None or person.organisation_id != user.organisation_id:
        abort(404)
    return name_page(person, url_for(".colleagues"))


def name_page(person: User, back: str) -> ResponseReturnValue:
    """Register a person's name, then go back."""
    form = RegisteredNameForm(obj=person)
    if form.validate_on_submit():
        name = form.registered_name.data or ""
        actions.register_name(person, name, seen_version=form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("The registered name of %(name)s has been saved.", name=person.registered_name), "success")
        return redirect(back, 303)
    return render_template("accounts/registered_name.html", form=form, person=person, back=back)


def _colleagues_sheet(found: list[User], user: User) -> ResponseReturnValue:
    about = Subject("people", str(user.organisation_id))
    record(TrailAction.ACCOUNTS_PEOPLE_DOWNLOADED, current_actor(), about, now=utcnow(), effect=Effect.LOOK, rows=len(found))
    rows = [(each.name, each.email, listed(map(label, sorted(each.roles))), label(each.status), each.created_at) for each in found]
    return spreadsheet(_("People in my organisation"), [_("Name"), _("E-mail address"), _("Roles"), _("Status"), _("Added")], rows)


@bp.route("/organisation/people/invite", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def invite_colleague() -> ResponseReturnValue:
    """Invite someone into my organisation, in the role I may give."""
    user, form = this_user(), ColleagueForm()
    roles = actions.roles_to_give(user)
    if roles is None:
        abort(403)
    if form.validate_on_submit():
        invitations.invite_colleague(user, form.email.data or "", form.name.data or "", roles=roles, actor=current_actor(), now=utcnow())
        flash(_("%(name)s has been invited.", name=form.name.data), "success")
        return redirect(url_for(".colleagues"), 303)
    return render_template(
        "accounts/invite_colleague.html", form=form, organisation=user.organisation, roles=sorted(roles), sent=mail.is_sent()
    )
