"""Pages about keys: those of a body, revoking one, and the published list of revoked certificates."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import queries as accounts
from verifier.accounts.models import Organisation
from verifier.core.access import Permission, Role
from verifier.db import db, utcnow
from verifier.statement.forms import RevokeForm
from verifier.statement.models import RevocationReason, SigningKey
from verifier.statement.signing import keys, revocation
from verifier.statement.views.blueprint import bp
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user


@bp.get("/crl.crl")
@permit(Permission.PUBLIC)
def revocation_list() -> ResponseReturnValue:
    """The list of revoked certificates (DER), as new certificates name it."""
    saved = {"Content-Disposition": "attachment; filename=crl.crl"}
    return Response(revocation.revocation_list(utcnow()), content_type=revocation.CRL_TYPE, headers=saved)


@bp.get("/organisation/keys")
@permit(Permission.STATEMENT_SEAL)
def body_keys() -> ResponseReturnValue:
    """A coordinator sees every key of their body."""
    return _keys_page(this_user().organisation)


@bp.get("/admin/organisations/<uuid:organisation_id>/keys")
@permit(Permission.ACCOUNT_MANAGE)
def organisation_keys(organisation_id: UUID) -> ResponseReturnValue:
    """The administrator sees every key of an organisation."""
    return _keys_page(accounts.organisation(organisation_id) or abort(404))


def _keys_page(organisation: Organisation) -> ResponseReturnValue:
    return render_template("statement/keys.html", organisation=organisation, rows=revocation.keys_of(organisation))


@bp.route("/signing-keys/<uuid:key_id>/revoke", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def revoke(key_id: UUID) -> ResponseReturnValue:
    """The holder, a coordinator of the body or the administrator revokes a key or seal."""
    key, user, form = db.session.get(SigningKey, key_id), this_user(), RevokeForm()
    if key is None or not revocation.may_revoke(key, user):
        abort(404)
    if form.validate_on_submit():
        since = datetime.combine(form.since.data, datetime.min.time(), UTC) if form.since.data else None
        reason = RevocationReason(form.reason.data)
        revocation.revoke(key, reason, form.note.data or "", since, person=user, actor=current_actor(), now=utcnow())
        flash(_("The key has been revoked. The holder and the coordinators of the body are informed by e-mail."), "success")
        return redirect(_back(key), 303)
    return render_template(
        "statement/revoke.html", form=form, key=key, identity=keys.identity(key), fingerprint=keys.fingerprint(key), back=_back(key)
    )


def _back(key: SigningKey) -> str:
    """The page of keys from which the person came."""
    user = this_user()
    if key.user_id == user.id:
        return url_for(".personal_key")
    if Role.ADMINISTRATOR in user.roles:
        return url_for(".organisation_keys", organisation_id=revocation.body_of(key).id)
    return url_for(".body_keys")
