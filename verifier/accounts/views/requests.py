"""Pages on requested changes of an account: the owner's, who can stop them, and the administrators', who confirm them."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import actions, queries, requests
from verifier.accounts.authentication import proof
from verifier.accounts.forms import FreshCodeForm
from verifier.accounts.models import AccountRequest, User
from verifier.accounts.views.blueprint import bp
from verifier.core import approval
from verifier.core.access import Permission
from verifier.db import utcnow
from verifier.web.pages.labels import label
from verifier.web.permit import permit
from verifier.web.sanity import local_path
from verifier.web.signed_in import current_actor, this_user


@bp.get("/account/requests")
@permit(Permission.SIGNED_IN)
def account_requests() -> ResponseReturnValue:
    """What others asked to have changed of my account."""
    rows = requests.waiting(this_user())
    return render_template("accounts/requests.html", rows=rows, onward=local_path(request.args.get("next")))


@bp.post("/account/requests/<uuid:request_id>/stop")
@permit(Permission.SIGNED_IN)
def stop_request(request_id: UUID) -> ResponseReturnValue:
    """Stop a change of my account; an administrator may stop it as well."""
    row, user = _request(request_id), this_user()
    if row.user_id != user.id:
        abort(404)
    requests.stop(row, actor=current_actor(), now=utcnow())
    flash(_("The change has been stopped. Your account stays as it is."), "success")
    return redirect(url_for(".account_requests"), 303)


@bp.post("/admin/requests/<uuid:request_id>/stop")
@permit(Permission.ACCOUNT_MANAGE)
def withdraw_request(request_id: UUID) -> ResponseReturnValue:
    """An administrator stops a change that was asked for."""
    row = _request(request_id)
    requests.stop(row, actor=current_actor(), now=utcnow())
    flash(_("The change has been stopped."), "success")
    return redirect(url_for(".person", user_id=row.user_id), 303)


@bp.route("/admin/requests/<uuid:request_id>/confirm", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def confirm_request(request_id: UUID) -> ResponseReturnValue:
    """A second administrator confirms what the first asked for; it is done at once."""
    row, form = _request(request_id), FreshCodeForm()
    user = row.user
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        requests.confirm(row, actor=current_actor(), now=utcnow())
        flash(_("The change of %(name)s's account has been made.", name=user.name), "success")
        return redirect(url_for(".person", user_id=user.id), 303)
    text = _("Confirm only if you have established that %(name)s wants this, for example by telephone.", name=user.name)
    return _asking(form, user, label(row.kind), text, _("Confirm"))


@bp.route("/admin/people/<uuid:user_id>/second-factor", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def remove_second_factor(user_id: UUID) -> ResponseReturnValue:
    """Ask for the removal of the second factor of a person who lost it."""
    user, form = _person(user_id), FreshCodeForm()
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        requests.ask_factor_removal(user, actor=current_actor(), now=utcnow())
        flash(_("The removal has been requested. %(name)s has been notified by e-mail.", name=user.name), "success")
        return redirect(url_for(".person", user_id=user.id), 303)
    text = _(
        "Do this only if the person has lost both the app and the recovery codes and you have confirmed their identity. "
        "Another administrator must confirm it; otherwise it takes effect after %(hours)s hours, unless the person stops it.",
        hours=int(approval.NOTICE_PERIOD.total_seconds() // 3600),
    )
    return _asking(form, user, _("Remove two-step verification"), text, _("Request removal"), is_destructive=True)


@bp.route("/admin/people/<uuid:user_id>/disable", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def disable(user_id: UUID) -> ResponseReturnValue:
    """Disable the account."""
    user, form = _person(user_id), FreshCodeForm()
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        actions.disable(user, actor=current_actor(), now=utcnow())
        flash(_("The account of %(name)s has been disabled; all sessions have ended.", name=user.name), "success")
        return redirect(url_for(".person", user_id=user.id), 303)
    text = _("%(name)s will be signed out everywhere immediately and cannot sign in until the account is enabled again.", name=user.name)
    return _asking(form, user, _("Disable account"), text, _("Disable account"), is_destructive=True)


@bp.route("/admin/people/<uuid:user_id>/enable", methods=["GET", "POST"])
@permit(Permission.ACCOUNT_MANAGE)
def enable(user_id: UUID) -> ResponseReturnValue:
    """Enable the account."""
    user, form = _person(user_id), FreshCodeForm()
    if form.validate_on_submit():
        proof.prove_factor(this_user(), form.present_factor(), now=utcnow())
        actions.enable(user, actor=current_actor(), now=utcnow())
        flash(_("The account of %(name)s has been enabled again.", name=user.name), "success")
        return redirect(url_for(".person", user_id=user.id), 303)
    return _asking(form, user, _("Enable account"), _("%(name)s will be able to sign in again.", name=user.name), _("Enable account"))


def _asking(form: FreshCodeForm, user: User, title: str, text: str, button: str, *, is_destructive: bool = False) -> ResponseReturnValue:
    words = {"title": title, "text": text, "button": button}
    return render_template("accounts/with_code.html", form=form, person=user, is_destructive=is_destructive, **words)


def _request(request_id: UUID) -> AccountRequest:
    row: AccountRequest = requests.request(request_id) or abort(404)
    return row


def _person(user_id: UUID) -> User:
    user: User = queries.user(user_id) or abort(404)
    return user
