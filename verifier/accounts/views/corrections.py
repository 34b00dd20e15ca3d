"""Pages on which a person's details are corrected by whoever manages them, and organisations are closed."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import corrections, queries
from verifier.accounts.actions import plain_email
from verifier.accounts.authentication import proof, secondfactor
from verifier.accounts.forms import CorrectionForm, FreshCodeForm
from verifier.accounts.models import User
from verifier.accounts.views.blueprint import bp
from verifier.core.access import Permission, Role
from verifier.core.errors import NotYours
from verifier.db import utcnow
from verifier.web.pages.filters import moment
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user


@bp.route("/organisation/people/<uuid:user_id>", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def correct_person(user_id: UUID) -> ResponseReturnValue:
    """Correct the name or e-mail address of a person I manage."""
    person, user = _managed(user_id), this_user()
    form = CorrectionForm(obj=person)
    if form.validate_on_submit():
        proof.prove_present(user, form.present_factor(), now=utcnow())
        if form.name.data != person.name:
            corrections.correct_name(
                person, form.name.data or "", user, seen_version=form.seen_version, actor=current_actor(), now=utcnow()
            )
        message = _("The details of %(name)s have been saved.", name=person.name)
        if plain_email(form.email.data or "") != person.email:
            asked = corrections.correct_email(person, form.email.data or "", user, actor=current_actor(), now=utcnow())
            if asked is not None:
                message = _(
                    "The new e-mail address takes effect on %(due)s, or when an administrator confirms it. %(name)s has been notified.",
                    due=moment(asked.due_at),
                    name=person.name,
                )
        flash(message, "success")
        return redirect(_back(person), 303)
    return render_template(
        "accounts/correction.html",
        form=form,
        person=person,
        back=_back(person),
        may_disable=corrections.may_replace_sign_in(user, person) and person.disabled_at is None,
        has_factor=secondfactor.is_set(user),
    )


@bp.route("/admin/organisations/<uuid:organisation_id>/close", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def close_organisation(organisation_id: UUID) -> ResponseReturnValue:
    """Close an organisation, or open it again."""
    row, form = queries.organisation(organisation_id) or abort(404), FreshCodeForm()
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        change = corrections.close_organisation if row.closed_at is None else corrections.reopen_organisation
        change(row, actor=current_actor(), now=utcnow())
        flash(_("%(name)s has been saved.", name=row.name), "success")
        return redirect(url_for(".organisation", organisation_id=row.id), 303)
    return render_template("accounts/close.html", form=form, organisation=row)


def _managed(user_id: UUID) -> User:
    """The person, for whoever manages them."""
    person = queries.user(user_id)
    if person is None or not corrections.may_manage(this_user(), person):
        raise NotYours
    return person


def _back(person: User) -> str:
    return url_for(".person", user_id=person.id) if Role.ADMINISTRATOR in this_user().roles else url_for(".colleagues")
