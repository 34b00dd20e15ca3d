"""Pages of signing keys: one's own, the seal of the body, and new ones that wait for approval."""

from functools import partial
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts.authentication import secondfactor
from verifier.accounts.forms import FreshCodeForm
from verifier.accounts.models import ChallengePurpose
from verifier.core.access import Permission, Role
from verifier.core.errors import NotPermitted, NotYours
from verifier.db import db, utcnow
from verifier.statement import queries
from verifier.statement.forms import KeyForm
from verifier.statement.models import SigningKey
from verifier.statement.signing import key_approval, keys
from verifier.statement.signing.certificate_authority import new_signing_key
from verifier.statement.views.blueprint import bp
from verifier.web.factor import shown
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.transactions import prepared


@bp.route("/account/signing-key", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def personal_key() -> ResponseReturnValue:
    """A person of a verification body makes or renews their own signing key."""
    user, form = this_user(), KeyForm()
    if user.organisation.kind != "body":
        raise NotPermitted
    if form.validate_on_submit():
        passphrase, factor = form.passphrase.data or "", form.factor(ChallengePurpose.PRESENT)
        pair = prepared("key pair", partial(new_signing_key, passphrase, user.registered_name))
        keys.make_personal_key(user, passphrase, factor, pair=pair, actor=current_actor(), now=utcnow())
        flash(_("Your signing key was created. It can be used once it is approved."), "success")
        return redirect(url_for(".personal_key"), 303)
    return _key_page(form, "person")


@bp.route("/organisation/seal", methods=["GET", "POST"])
@permit(Permission.STATEMENT_SEAL)
def body_seal() -> ResponseReturnValue:
    """A coordinator makes or renews the seal of their body."""
    user, form = this_user(), KeyForm()
    if form.validate_on_submit():
        passphrase, factor = form.passphrase.data or "", form.factor(ChallengePurpose.PRESENT)
        pair = prepared("key pair", partial(new_signing_key, passphrase, keys.organisation_name(user.organisation)))
        keys.make_seal(user.organisation, user, passphrase, factor, pair=pair, actor=current_actor(), now=utcnow())
        flash(_("The seal was created. It can be used once it is approved."), "success")
        return redirect(url_for(".body_seal"), 303)
    return _key_page(form, "seal")


def _key_page(form: KeyForm, of: str) -> ResponseReturnValue:
    user = this_user()
    person = of == "person"
    key = queries.key_of(user.id) if person else queries.seal_of(user.organisation_id)
    return render_template(
        "statement/key.html",
        form=form,
        of=of,
        key=key,
        waiting=queries.waiting_key_of(user.id) if person else queries.waiting_seal_of(user.organisation_id),
        user=user,
        fingerprint=keys.fingerprint(key) if key else None,
        valid_until=keys.valid_until(key) if key else None,
        has_second_factor=secondfactor.is_set(user),
        **shown(user, form),
    )


@bp.get("/organisation/keys/waiting")
@permit(Permission.SIGNED_IN)
def waiting_keys() -> ResponseReturnValue:
    """New keys that wait for approval: those of my body; for an administrator, those of bodies without an approver."""
    user = this_user()
    if user.organisation.kind != "body" and Role.ADMINISTRATOR not in user.roles:
        raise NotPermitted
    rows = [
        (key, key_approval.body_of(key), key_approval.may_approve(key, user, utcnow())) for key in key_approval.waiting_for(user, utcnow())
    ]
    return render_template("statement/waiting_keys.html", rows=rows)


@bp.route("/organisation/keys/waiting/<uuid:waiting_id>", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def waiting_key(waiting_id: UUID) -> ResponseReturnValue:
    """One key that waits: whose it is, and approving it with a fresh code."""
    key, user, form = _waiting(waiting_id), this_user(), FreshCodeForm()
    if form.validate_on_submit():
        key_approval.approve(key, user, form.present_factor(), actor=current_actor(), now=utcnow())
        flash(_("The key has been approved and can be used."), "success")
        return redirect(url_for(".waiting_keys"), 303)
    return render_template(
        "statement/waiting_key.html",
        form=form,
        key=key,
        body=key_approval.body_of(key),
        fingerprint=keys.fingerprint(key),
        may_approve=key_approval.may_approve(key, user, utcnow()),
    )


@bp.post("/organisation/keys/waiting/<uuid:waiting_id>/refuse")
@permit(Permission.SIGNED_IN)
def refuse_key(waiting_id: UUID) -> ResponseReturnValue:
    """Refuse a key that waits."""
    key_approval.refuse(_waiting(waiting_id), this_user(), actor=current_actor(), now=utcnow())
    flash(_("The key has been refused and cannot be used."), "success")
    return redirect(url_for(".waiting_keys"), 303)


def _waiting(key_id: UUID) -> SigningKey:
    """The key, for whoever may decide on it in one way or the other."""
    key = db.session.get(SigningKey, key_id)
    if key is None or not key_approval.may_refuse(key, this_user()):
        raise NotYours
    return key
