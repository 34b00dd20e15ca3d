"""The page on which a leaving person's duties are handed over."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import corrections
from verifier.accounts import queries as accounts
from verifier.accounts.authentication import proof, secondfactor
from verifier.casework.handover import actions
from verifier.casework.handover.forms import form_for, successors
from verifier.casework.handover.queries import duties
from verifier.core.access import Permission, Role
from verifier.core.errors import NotPermitted, NotYours
from verifier.db import utcnow
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user

bp = Blueprint("handover", __name__)


@bp.route("/organisation/people/<uuid:user_id>/hand-over", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def hand_over(user_id: UUID) -> ResponseReturnValue:
    """Hand over everything a leaving person holds, and disable the account."""
    user, person = this_user(), accounts.user(user_id)
    if person is None or not corrections.may_manage(user, person):
        raise NotYours
    if not corrections.may_replace_sign_in(user, person):
        raise NotPermitted
    held = duties(person)
    form = form_for(held)
    if form.validate_on_submit():
        proof.prove_present(user, form.present_factor(), now=utcnow())
        actions.hand_over(person, successors(form, held), actor=current_actor(), now=utcnow())
        flash(_("The duties of %(name)s have been handed over and the account has been disabled.", name=person.name), "success")
        back = url_for("accounts.person", user_id=person.id) if Role.ADMINISTRATOR in user.roles else url_for("accounts.colleagues")
        return redirect(back, 303)
    return render_template("casework/handover.html", form=form, person=person, duties=held, has_factor=secondfactor.is_set(user))
