"""The administrator's pages: people and organisations, and no case."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from verifier.accounts import actions, mail, queries, requests
from verifier.accounts.authentication import proof, secondfactor
from verifier.accounts.forms import InviteForm, NewOrganisationForm, OrganisationFilter, OrganisationForm, PeopleFilter, RolesForm
from verifier.accounts.models import Kind, Organisation, User
from verifier.accounts.views.blueprint import bp
from verifier.accounts.views.colleagues import name_page
from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import ORGANISATION_ROLES, Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.web.downloads.spreadsheet import spreadsheet
from verifier.web.pages.filters import listed, name_of
from verifier.web.pages.labels import label
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user


@bp.get("/admin/people")
@permit(Permission.ACCOUNT_MANAGE, keeps_record="export")
def people() -> ResponseReturnValue:
    """Everyone who has an account."""
    form = PeopleFilter(request.args)
    rows = queries.people(form.q.data or "", form.kind.data or "", form.role.data or "", form.status.data or "")
    if wants_spreadsheet():
        return _people_sheet(every_row(rows))
    return render_template("accounts/people.html", filter=form, page=paged(rows), export_url=export_url(), waiting=requests.all_waiting())


def _people_sheet(users: list[User]) -> ResponseReturnValue:
    record(
        TrailAction.ACCOUNTS_PEOPLE_DOWNLOADED, current_actor(), Subject("people", "all"), now=utcnow(), effect=Effect.LOOK, rows=len(users)
    )
    headers = [
        _("Name"),
        _("E-mail address"),
        _("Organisation"),
        _("Kind"),
        _("Roles"),
        _("Status"),
        _("Two-step verification"),
        _("Added"),
    ]
    rows = [
        (
            user.name,
            user.email,
            name_of(user.organisation),
            label(user.organisation.kind),
            listed(label(role) for role in sorted(user.roles)),
            label(user.status),
            _("Set up") if secondfactor.is_set(user) else _("Not set up"),
            user.created_at,
        )
        for user in users
    ]
    return spreadsheet(_("People"), headers, rows)


@bp.route("/admin/people/invite", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def invite() -> ResponseReturnValue:
    """Add a person to an organisation and send them a link."""
    form = InviteForm(organisation=request.args.get("organisation"))
    organisations = [each for each in queries.all_organisations() if each.closed_at is None]
    choices = [SelectChoice(str(each.id), f"{name_of(each)} ({label(each.kind)})") for each in organisations]
    form.organisation.choices = [SelectChoice("", _("Choose an organisation")), *choices]
    form.roles.offer(frozenset().union(*ORGANISATION_ROLES.values()))
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        organisation = next(each for each in organisations if str(each.id) == form.organisation.data)
        user, _token = actions.invite(
            organisation, form.email.data or "", form.name.data or "", roles=form.roles.data or [], actor=current_actor(), now=utcnow()
        )
        flash(_("%(name)s has been invited.", name=user.name), "success")
        return redirect(url_for(".person", user_id=user.id), 303)
    kinds = {role: label(Kind(kind)) for kind, roles in ORGANISATION_ROLES.items() for role in roles}
    return render_template("accounts/invite.html", form=form, kinds=kinds, sent=mail.is_sent())


@bp.route("/admin/people/<uuid:user_id>", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def person(user_id: UUID) -> ResponseReturnValue:
    """One account: what the person is, and whether they may sign in."""
    user = _person(user_id)
    form = RolesForm(roles=sorted(user.roles), version=user.version)
    form.roles.offer(ORGANISATION_ROLES[user.organisation.kind])
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        actions.change_roles(user, form.roles.data or [], seen_version=form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("The roles of %(name)s have been saved.", name=user.name), "success")
        return redirect(url_for(".person", user_id=user.id), 303)
    return render_template(
        "accounts/person.html",
        form=form,
        person=user,
        has_factor=secondfactor.is_set(user),
        requests=requests.waiting(user),
        me=this_user(),
        sent=mail.is_sent(),
    )


@bp.route("/admin/people/<uuid:user_id>/name", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def registered_name(user_id: UUID) -> ResponseReturnValue:
    """Register the name under which a person signs."""
    return name_page(_person(user_id), url_for(".person", user_id=user_id))


@bp.post("/admin/people/<uuid:user_id>/invitation")
@permit(Permission.ACCOUNT_MANAGE)
def resend(user_id: UUID) -> ResponseReturnValue:
    """Send the invitation again."""
    user = _person(user_id)
    actions.resend_invitation(user, actor=current_actor(), now=utcnow())
    sent = _("A new invitation has been sent to %(name)s; the earlier one is no longer valid.", name=user.name)
    written = _("A new invitation for %(name)s is in instance/mail; the earlier one is no longer valid.", name=user.name)
    flash(sent if mail.is_sent() else written, "success")
    return redirect(url_for(".person", user_id=user.id), 303)


@bp.get("/admin/organisations")
@permit(Permission.ACCOUNT_MANAGE, keeps_record="export")
def organisations() -> ResponseReturnValue:
    """Every organisation."""
    form = OrganisationFilter(request.args)
    rows = queries.organisations(form.q.data or "", form.kind.data or "")
    if wants_spreadsheet():
        return _organisations_sheet(every_row(rows))
    page = paged(rows)
    members = queries.members([row.id for row in page.items])
    return render_template("accounts/organisations.html", filter=form, page=page, members=members, export_url=export_url())


def _organisations_sheet(rows: list[Organisation]) -> ResponseReturnValue:
    members = queries.members([row.id for row in rows])
    record(
        TrailAction.ACCOUNTS_ORGANISATIONS_DOWNLOADED,
        current_actor(),
        Subject("organisations", "all"),
        now=utcnow(),
        effect=Effect.LOOK,
        rows=len(rows),
    )
    headers = [_("Name"), _("Name in Chinese"), _("Kind"), _("Unified social credit code"), _("People"), _("Added")]
    cells = [(row.name, row.name_zh, label(row.kind), row.credit_code, members.get(row.id, 0), row.created_at) for row in rows]
    return spreadsheet(_("Organisations"), headers, cells)


@bp.route("/admin/organisations/new", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def add_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    form = NewOrganisationForm()
    if form.validate_on_submit():
        organisation = actions.create_organisation(
            form.kind.data,
            form.name.data or "",
            name_zh=form.name_zh.data,
            credit_code=form.credit_code.data,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("%(name)s has been added.", name=organisation.name), "success")
        return redirect(url_for(".organisations"), 303)
    return render_template("accounts/organisation.html", form=form, organisation=None)


@bp.route("/admin/organisations/<uuid:organisation_id>", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def organisation(organisation_id: UUID) -> ResponseReturnValue:
    """Change an organisation's names."""
    row = queries.organisation(organisation_id) or abort(404)
    form = OrganisationForm(obj=row)
    if form.validate_on_submit():
        actions.edit_organisation(
            row,
            name=form.name.data or "",
            name_zh=form.name_zh.data,
            credit_code=form.credit_code.data,
            seen_version=form.seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        flash(_("%(name)s has been saved.", name=row.name), "success")
        return redirect(url_for(".organisations"), 303)
    return render_template("accounts/organisation.html", form=form, organisation=row)


def _person(user_id: UUID) -> User:
    user: User = queries.user(user_id) or abort(404)
    return user
