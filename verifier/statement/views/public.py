"""Public pages: the statement behind a QR code, the check whether a PDF is the issued one, and the signing keys."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts.authentication import secondfactor, throttle
from verifier.accounts.authentication.throttle import Bucket
from verifier.accounts.models import ChallengePurpose
from verifier.core.access import Permission
from verifier.core.errors import NotPermitted
from verifier.db import utcnow
from verifier.evidence import file_kinds
from verifier.evidence.queries import store
from verifier.rulepacks.load import load
from verifier.statement import commands, queries
from verifier.statement.forms import CheckForm, KeyForm
from verifier.statement.inspection.inspect import Confined, Look
from verifier.statement.models import Statement
from verifier.statement.signing import keys
from verifier.statement.views.blueprint import bp, sentence
from verifier.web.downloads.spreadsheet import download
from verifier.web.factor import shown
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.transactions import released

CHECKS = 30
"""Files one address may have checked within the throttle's window."""


def _public(token: str) -> Statement:
    statement = queries.public(token)
    if statement is None:
        abort(404)
    g.time_zone = statement.engagement.unit_year.year.time_zone
    return statement


@bp.get("/s/<token>")
@permit(Permission.PUBLIC)
def public(token: str) -> ResponseReturnValue:
    """The page that the QR code of an issued statement opens."""
    statement = _public(token)
    signed = [(each, keys.fingerprint(queries.signing_key(each.key_id))) for each in statement.signatures]
    pack = load(statement.engagement.pack_id)
    return render_template(
        "statement/public.html",
        statement=statement,
        status=statement.status,
        signed=signed,
        opinion=pack.opinion(statement.opinion),
        pack=pack,
        successor=queries.successor(statement),
        correcting=queries.under_correction(statement),
    )


@bp.get("/s/<token>/statement.pdf")
@permit(Permission.PUBLIC)
def public_pdf(token: str) -> ResponseReturnValue:
    """The issued PDF, byte for byte."""
    statement = _public(token)
    return download(store().get(statement.pdf_sha256), f"{statement.number}.pdf", file_kinds.PDF)


@bp.route("/check", methods=["GET", "POST"])
@permit(Permission.PUBLIC, files=True)
def check() -> ResponseReturnValue:
    """Whether a dropped PDF is an issued statement, untouched; the file is not kept."""
    form, found, known = CheckForm(), None, None
    if form.validate_on_submit():
        _count_check()
        found = commands.inspected(form.pdf.data.read(), _letting_go(Confined()))
        known = queries.issued_numbered(found.number) if found.number else None
    return render_template("statement/check.html", form=form, found=found, known=known, sentence=sentence)


def _letting_go(look: Look) -> Look:
    """End the transaction while an uploaded file is read (up to ten seconds), so that no lock is held."""

    def looked(pdf: bytes, issued: bytes, roots: Sequence[str], order: Sequence[str]) -> dict[str, Any]:
        with released():
            return look(pdf, issued, roots, order)

    return looked


def _count_check() -> None:
    """Rate-limit the reading of uploaded files per address."""
    bucket, now = [Bucket(throttle.named("statement-check", request.remote_addr), CHECKS)], utcnow()
    if throttle.closed_until(bucket, now) is not None:
        abort(429)
    throttle.count(bucket, now)


@bp.get("/check/root.pem")
@permit(Permission.PUBLIC)
def root() -> ResponseReturnValue:
    """The root certificate that every signature here rests on, for other programs to trust."""
    return download(keys.root_pem(utcnow()), "verifier-root.pem", "application/x-pem-file")


@bp.route("/account/signing-key", methods=["GET", "POST"])
@permit(Permission.SIGNED_IN)
def personal_key() -> ResponseReturnValue:
    """A person of a verification body makes or renews their own signing key."""
    user, form = this_user(), KeyForm()
    if user.organisation.kind != "body":
        raise NotPermitted
    if form.validate_on_submit():
        factor = form.factor(ChallengePurpose.PRESENT)
        keys.make_personal_key(user, form.passphrase.data or "", factor, actor=current_actor(), now=utcnow())
        flash(_("Your signing key was created."), "success")
        return redirect(url_for(".personal_key"), 303)
    return _key_page(form, "person")


@bp.route("/organisation/seal", methods=["GET", "POST"])
@permit(Permission.STATEMENT_SEAL)
def body_seal() -> ResponseReturnValue:
    """A coordinator makes or renews the seal of their body."""
    user, form = this_user(), KeyForm()
    if form.validate_on_submit():
        factor = form.factor(ChallengePurpose.PRESENT)
        keys.make_seal(user.organisation, user, form.passphrase.data or "", factor, actor=current_actor(), now=utcnow())
        flash(_("The seal was created."), "success")
        return redirect(url_for(".body_seal"), 303)
    return _key_page(form, "seal")


def _key_page(form: KeyForm, of: str) -> ResponseReturnValue:
    user = this_user()
    key = queries.key_of(user.id) if of == "person" else queries.seal_of(user.organisation_id)
    return render_template(
        "statement/key.html",
        form=form,
        of=of,
        key=key,
        user=user,
        fingerprint=keys.fingerprint(key) if key else None,
        valid_until=keys.valid_until(key) if key else None,
        has_second_factor=secondfactor.is_set(user),
        **shown(user, form),
    )
