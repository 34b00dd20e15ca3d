"""Public pages: the statement behind a QR code, and the check whether a PDF is the issued one."""

from collections.abc import Sequence
from typing import Any

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue

from verifier.accounts.authentication import throttle
from verifier.accounts.authentication.throttle import Bucket
from verifier.core import access
from verifier.core.access import Permission
from verifier.db import utcnow
from verifier.engagements.queries import roles_on
from verifier.rulepacks.load import load
from verifier.statement import commands, integrity, queries
from verifier.statement.forms import CheckForm
from verifier.statement.inspection.inspect import Confined, Look
from verifier.statement.signing import keys, revocation
from verifier.statement.views.blueprint import bp, sentence
from verifier.web.downloads.spreadsheet import download
from verifier.web.permit import permit
from verifier.web.signed_in import signed_in_user
from verifier.web.transactions import released

CHECKS = 30
"""Files one address may have checked within the throttle's window."""


@bp.get("/s/<token>")
@permit(Permission.PUBLIC)
def public(token: str) -> ResponseReturnValue:
    """The page that the QR code of an issued statement opens; the file is offered only to those who may download it in the case."""
    statement = queries.public(token)
    if statement is None:
        abort(404)
    g.time_zone = statement.engagement.unit_year.year.time_zone
    user = signed_in_user()
    return render_template(
        "statement/public.html",
        statement=statement,
        status=statement.status,
        opinion=load(statement.engagement.pack_id).opinion(statement.opinion),
        successor=queries.successor(statement),
        correcting=queries.under_correction(statement),
        form=CheckForm(formdata=None),
        may_download=user is not None and access.may(roles_on(user, statement.engagement), Permission.STATEMENT_READ),
        sound=integrity.is_sound(statement),
        revoked={each.signature.id: each for each in revocation.revoked_signatures(statement)},
    )


@bp.route("/check", methods=["GET", "POST"])
@permit(Permission.PUBLIC, files=True)
def check() -> ResponseReturnValue:
    """Whether a dropped PDF is an issued statement, untouched; the file is not kept."""
    form, found, known = CheckForm(), None, None
    if form.validate_on_submit():
        _count_check()
        found = commands.inspected(form.pdf.data.read(), _letting_go(Confined()))
        known = queries.issued_numbered(found.number) if found.number and found.from_issued else None
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
