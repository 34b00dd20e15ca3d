"""Pages of one's own passkeys, and the challenges they answer."""

from uuid import UUID

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import passkey_actions
from verifier.accounts.authentication import passkeys, secondfactor, signing_in
from verifier.accounts.forms import PasskeyForm
from verifier.accounts.models import ChallengePurpose, Passkey
from verifier.accounts.views.blueprint import bp
from verifier.core.access import Permission
from verifier.db import db, utcnow
from verifier.web.factor import FactorForm, scope, shown
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user

LONGEST_SUBJECT = 64


@bp.route("/account/passkeys", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN, before_factor=True)
def my_passkeys() -> ResponseReturnValue:
    """My passkeys, and adding one."""
    user, form = this_user(), PasskeyForm()
    if not secondfactor.is_set(user):
        del form.code
    if form.validate_on_submit():
        if signing_in.proves(user, form.current.data or "", now=utcnow()):
            codes = passkey_actions.add(
                user,
                form.name.data or "",
                form.made.data or "",
                scope(ChallengePurpose.REGISTER),
                factor=form.factor(ChallengePurpose.PRESENT) if secondfactor.is_set(user) else "",
                actor=current_actor(),
                now=utcnow(),
                here=g.signed_in.id,
            )
            if codes:
                return render_template("accounts/recovery_codes.html", codes=codes, onward=url_for(".my_passkeys"), fresh=True)
            flash(_("The passkey “%(name)s” has been added. All other browsers have been signed out.", name=form.name.data), "success")
            return redirect(url_for(".my_passkeys"), 303)
        form.current.errors = [_("The password is incorrect. After five incorrect attempts you must wait 15 minutes.")]
    return render_template(
        "accounts/passkeys.html", form=form, site=passkeys.site(), rows=user.passkeys, is_set=secondfactor.is_set(user), **shown(user, form)
    )


@bp.route("/account/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Ask whether a passkey is to be removed, and remove it."""
    user, form = this_user(), FactorForm()
    key = db.session.get(Passkey, passkey_id)
    if key is None or key.user_id != user.id:
        abort(404)
    if form.validate_on_submit():
        name, factor = key.name, form.factor(ChallengePurpose.PRESENT)
        passkey_actions.remove(user, key, factor=factor, actor=current_actor(), now=utcnow(), here=g.signed_in.id)
        flash(_("The passkey “%(name)s” has been removed. All other browsers have been signed out.", name=name), "success")
        return redirect(url_for(".my_passkeys"), 303)
    return render_template("accounts/passkey_remove.html", form=form, key=key, **shown(user, form))


@bp.post("/account/passkeys/challenge")
@permit(Permission.SIGNED_IN, before_factor=True)
def passkey_challenge() -> ResponseReturnValue:
    """A challenge for making or using a passkey: for one purpose, in this session."""
    purpose, about = request.form.get("purpose", ""), request.form.get("about", "")
    if purpose not in CHALLENGES or len(about) > LONGEST_SUBJECT:
        abort(400)
    asked = scope(ChallengePurpose(purpose), about)
    options = passkeys.registration_options if asked.purpose is ChallengePurpose.REGISTER else passkeys.assertion_options
    return Response(options(this_user(), asked, now=utcnow()), mimetype="application/json")


CHALLENGES = (ChallengePurpose.REGISTER, ChallengePurpose.PRESENT, ChallengePurpose.SIGN)
