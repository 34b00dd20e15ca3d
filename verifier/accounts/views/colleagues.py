"""The people of one's own organisation, and inviting one more."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import actions, mail, queries
from verifier.accounts.forms import ColleagueForm
from verifier.accounts.views.blueprint import bp
from verifier.core.access import Permission
from verifier.db import utcnow
from verifier.web.lists import paged
from verifier.web.permit import permit
from verifier.web.session import current_actor, this_user


@bp.get("/organisation/people")
@permit(Permission.SIGNED_IN)
def colleagues() -> ResponseReturnValue:
    """Who belongs to my organisation."""
    user = this_user()
    page = paged(queries.people(organisation_id=user.organisation_id))
    may_invite = actions.roles_to_give(user) is not None
    return render_template("accounts/colleagues.html", page=page, organisation=user.organisation, may_invite=may_invite)


@bp.route("/organisation/people/invite", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def invite_colleague() -> ResponseReturnValue:
    """Invite someone into my organisation, in the role I may give."""
    user, form = this_user(), ColleagueForm()
    roles = actions.roles_to_give(user)
    if roles is None:
        abort(403)
    if form.validate_on_submit():
        actions.invite_colleague(user, form.email.data or "", form.name.data or "", roles=roles, actor=current_actor(), now=utcnow())
        flash(_("%(name)s was invited.", name=form.name.data), "success")
        return redirect(url_for(".colleagues"), 303)
    return render_template(
        "accounts/invite_colleague.html", form=form, organisation=user.organisation, roles=sorted(roles), sent=mail.is_sent()
    )
