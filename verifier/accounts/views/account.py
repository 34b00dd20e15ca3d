"""Pages of one's own account."""

from uuid import UUID

from cryptography.fernet import InvalidToken
from flask import abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import actions, requests
from verifier.accounts.authentication import crypto, sessions, signing_in
from verifier.accounts.authentication import secondfactor as secondfactor
from verifier.accounts.forms import AccountForm, ChangePasswordForm, EmailForm, EnrolForm, ProofForm
from verifier.accounts.models import RequestKind, User
from verifier.accounts.views.blueprint import bp
from verifier.core.access import Permission
from verifier.db import db, utcnow
from verifier.web.permit import permit
from verifier.web.sanity import local_path
from verifier.web.signed_in import current_actor, this_user


@bp.route("/account", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def account() -> ResponseReturnValue:
    """Profile, sign-in and security."""
    user = this_user()
    form = AccountForm(obj=user)
    if form.validate_on_submit():
        actions.edit_account(
            user,
            name=form.name.data or "",
            language=form.language.data,
            seen_version=form.seen_version,
            actor=current_actor(),
            now=utcnow(),
        )
        session.pop("language", None)
        flash(_("Your account has been saved."), "success")
        return redirect(url_for(".account"), 303)
    return render_template("accounts/account.html", form=form, user=user, requests=requests.waiting(user), **_second_factor_of(user))


@bp.route("/account/password", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    """Change the password; other browsers are signed out."""
    user, form = this_user(), ChangePasswordForm()
    if form.validate_on_submit():
        if signing_in.proves(user, form.current.data or "", now=utcnow()):
            actions.change_password(
                user, form.password.data or "", form.present_factor(), actor=current_actor(), now=utcnow(), here=g.signed_in.id
            )
            flash(_("Your password has been changed. All other browsers have been signed out."), "success")
            return redirect(url_for(".account"), 303)
        _say_wrong(form)
    return render_template("accounts/password.html", form=form, has_factor=secondfactor.is_set(user))


@bp.route("/account/email", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def email() -> ResponseReturnValue:
    """Change one's own e-mail address; the former one is told."""
    user, form = this_user(), EmailForm()
    if form.validate_on_submit():
        if signing_in.proves(user, form.current.data or "", now=utcnow()):
            actions.change_email(user, form.email.data or "", form.present_factor(), actor=current_actor(), now=utcnow())
            flash(_("Your e-mail address has been changed. You sign in with the new one from now on."), "success")
            return redirect(url_for(".account"), 303)
        _say_wrong(form)
    return render_template("accounts/email.html", form=form, user=user, has_factor=secondfactor.is_set(user))


@bp.route("/account/second-factor", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN, before_factor=True)
def second_factor() -> ResponseReturnValue:
    """Set up or renew the second factor: the secret is shown, and kept only once its code proves that an app has it."""
    user, form = this_user(), EnrolForm()
    secret, onward = _secret_to_enrol(), local_path(request.args.get("next"))
    if form.validate_on_submit():
        if signing_in.proves(user, form.current.data or "", now=utcnow()):
            codes = actions.enrol_second_factor(
                user, secret, form.code.data or "", form.present_factor(), actor=current_actor(), now=utcnow(), here=g.signed_in.id
            )
            requests.stop_all(user, RequestKind.REMOVE_FACTOR, actor=current_actor(), now=utcnow())
            session.pop("enrolling", None)
            return render_template("accounts/recovery_codes.html", codes=codes, onward=onward, fresh=True)
        _say_wrong(form)
    return render_template(
        "accounts/second_factor.html",
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        onward=onward,
        picture=secondfactor.picture(secret, user.email),
        address=secondfactor.address(secret, user.email),
        **_second_factor_of(user),
    )


@bp.route("/account/recovery-codes", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes instead of those from before."""
    user, form = this_user(), ProofForm()
    if form.validate_on_submit():
        if signing_in.proves(user, form.current.data or "", now=utcnow()):
            codes = actions.renew_recovery_codes(user, form.present_factor(), actor=current_actor(), now=utcnow())
            return render_template("accounts/recovery_codes.html", codes=codes, onward=url_for(".account"), fresh=False)
        _say_wrong(form)
    return render_template("accounts/renew_codes.html", form=form, **_second_factor_of(user))


@bp.get("/account/sessions")
@permit(Permission.SIGNED_IN)
def my_sessions() -> ResponseReturnValue:
    """Every browser that is signed in to my account."""
    rows = db.session.scalars(sessions.open_ones(this_user(), now=utcnow())).all()
    return render_template("accounts/sessions.html", rows=rows, here=g.signed_in.id)


@bp.post("/account/sessions/<uuid:session_id>/end")
@permit(Permission.SIGNED_IN)
def end_session(session_id: UUID) -> ResponseReturnValue:
    """Sign one browser out."""
    user = this_user()
    if not sessions.end(user, session_id, now=utcnow()):
        abort(404)
    signing_in.ended_others(user, 1, actor=current_actor(), now=utcnow())
    flash(_("The browser has been signed out."), "success")
    return redirect(url_for(".my_sessions"), 303)


@bp.post("/account/sessions/end")
@permit(Permission.SIGNED_IN)
def end_sessions() -> ResponseReturnValue:
    """Sign every other browser out."""
    user = this_user()
    ended = sessions.end_all(user, now=utcnow(), but=g.signed_in.id)
    signing_in.ended_others(user, ended, actor=current_actor(), now=utcnow())
    flash(_("All other browsers have been signed out."), "success")
    return redirect(url_for(".my_sessions"), 303)


def _second_factor_of(user: User) -> dict[str, object]:
    return {
        "is_set": secondfactor.is_set(user),
        "has_app": secondfactor.has_app(user),
        "passkeys": user.passkeys,
        "is_required": secondfactor.required(user),
        "codes_left": secondfactor.recovery_codes_left(user),
    }


def _secret_to_enrol() -> str:
    """The secret being set up: sealed in the browser's session until its code was typed, so that an error does not change it."""
    try:
        return crypto.opened("enrolling", session["enrolling"])
    except (KeyError, InvalidToken):
        secret = secondfactor.new_secret()
        session["enrolling"] = crypto.sealed("enrolling", secret)
        return secret


def _say_wrong(form: ProofForm | ChangePasswordForm | EnrolForm | EmailForm) -> None:
    form.current.errors = [_("The password is incorrect. After five incorrect attempts you must wait 15 minutes.")]
