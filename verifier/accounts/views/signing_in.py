"""Pages of signing in: the two steps, a forgotten password, single-use links, and signing out."""

from datetime import datetime
from functools import partial

from flask import Response, abort, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.accounts import actions, mail, requests
from verifier.accounts.authentication import links, passkeys, secondfactor
from verifier.accounts.authentication import signing_in as signing_in
from verifier.accounts.authentication.signing_in import Answer, SignInResult
from verifier.accounts.forms import CodeForm, ForgottenForm, LinkForm, SignInForm
from verifier.accounts.models import ChallengePurpose, Purpose, User
from verifier.accounts.views.blueprint import bp, origin, remember
from verifier.core.access import Permission
from verifier.db import utcnow
from verifier.web import signed_in
from verifier.web.factor import scope, shown
from verifier.web.forms import BaseForm
from verifier.web.pages.filters import moment
from verifier.web.permit import permit
from verifier.web.sanity import local_path
from verifier.web.signed_in import signed_in_user
from verifier.web.transactions import prepared_from_rows


@bp.route("/sign-in", methods=["GET", "POST"])
@permit(Permission.PUBLIC, before_factor=True)
def sign_in() -> ResponseReturnValue:
    """The first step: e-mail and password."""
    onward = local_path(request.args.get("next"))
    if signed_in_user() is not None and request.method == "GET":
        return redirect(onward, 303)
    form = SignInForm()
    if form.validate_on_submit():
        now, email, password = utcnow(), form.email.data or "", form.password.data or ""
        stored = partial(signing_in.stored_password, email, origin(), now=now)
        compared = prepared_from_rows("password", stored, partial(signing_in.compared, password))
        answer = signing_in.with_password(email, password, origin(), already=compared, now=now)
        if answer.user is not None and answer.outcome is SignInResult.CODE_NEEDED:
            _forget_session()
            session["second_step"] = signing_in.pending(answer.user, now=now)
            return redirect(url_for(".sign_in_code", next=onward), 303)
        if answer.outcome is SignInResult.SIGNED_IN:
            return _welcome(answer, onward)
        return _not_yet(form, answer, "accounts/sign_in.html", _("The e-mail address or the password is incorrect."))
    return render_template("accounts/sign_in.html", form=form)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@permit(Permission.PUBLIC, before_factor=True)
def sign_in_code() -> ResponseReturnValue:
    """The second step: the app's code, or a recovery code."""
    onward, now = local_path(request.args.get("next")), utcnow()
    user = signing_in.pending_user(session.get("second_step"), now=now)
    if user is None:
        session.pop("second_step", None)
        return redirect(url_for(".sign_in", next=onward), 303)
    form = CodeForm()
    if form.validate_on_submit():
        answer = signing_in.with_code(user, form.factor(ChallengePurpose.SIGN_IN), origin(), now=now)
        if answer.outcome is SignInResult.SIGNED_IN:
            return _welcome(answer, onward)
        wrong = _("The code is incorrect or has already been used. Wait for the next code and enter it.")
        wrong = _("The passkey was not accepted. Try again.") if form.passkey.data else wrong
        return _not_yet(form, answer, "accounts/code.html", wrong, **shown(user, form))
    return render_template("accounts/code.html", form=form, **shown(user, form))


@bp.post("/sign-in/passkey")
@permit(Permission.PUBLIC)
def sign_in_passkey() -> ResponseReturnValue:
    """A challenge for a passkey of the person who passed the first step."""
    now = utcnow()
    user = signing_in.pending_user(session.get("second_step"), now=now)
    if user is None:
        abort(404)
    return Response(passkeys.assertion_options(user, scope(ChallengePurpose.SIGN_IN), now=now), mimetype="application/json")


@bp.post("/sign-out")
@permit(Permission.SIGNED_IN, before_factor=True)
def sign_out() -> ResponseReturnValue:
    """End this session, here and in the database."""
    message = _("You have been signed out.")
    _forget_session()
    flash(message, "success")
    return redirect(url_for(".sign_in"), 303)


@bp.route("/forgotten", methods=["GET", "POST"])
@permit(Permission.PUBLIC, before_factor=True)
def forgotten() -> ResponseReturnValue:
    """Ask for a link; the answer is the same whether there is such an account or not."""
    form = ForgottenForm()
    if form.validate_on_submit():
        until = signing_in.forgotten(form.email.data or "", origin(), now=utcnow())
        if until is not None:
            return _not_yet(form, Answer(SignInResult.WAIT, until=until), "accounts/forgotten.html", "")
        return render_template("accounts/link_sent.html", email=form.email.data, sent=mail.is_sent())
    return render_template("accounts/forgotten.html", form=form, sent=mail.is_sent())


@bp.route("/link/<token>", methods=["GET", "POST"])
@permit(Permission.PUBLIC, before_factor=True)
def link(token: str) -> ResponseReturnValue:
    """Set a password with a link; looking at the page does not use the link up."""
    found = links.find(token, now=utcnow())
    if found is None:
        return render_template("accounts/link_ended.html"), 410
    form = LinkForm()
    if form.validate_on_submit():
        user = actions.use_link(token, form.password.data or "", form.present_factor(), now=utcnow())
        signing_in.password_was_reset(user, origin(), now=utcnow())
        message = _("Your password has been set. You can now sign in.")
        _forget_session()
        flash(message, "success")
        return redirect(url_for(".sign_in"), 303)
    return render_template(
        "accounts/link.html",
        form=form,
        user=found.user,
        invitation=found.purpose == Purpose.INVITATION,
        has_factor=secondfactor.is_set(found.user),
    )


def _welcome(answer: Answer, onward: str) -> ResponseReturnValue:
    """A new session, nothing of the one before kept; who will sign something first sets up the second factor."""
    user: User = answer.user  # type: ignore[assignment]
    _forget_session()
    signed_in.begin(user, answer.token or "")
    if secondfactor.required(user) and not secondfactor.is_set(user):
        onward = url_for(".second_factor", next=onward)
    elif requests.waiting(user):
        onward = url_for(".account_requests", next=onward)
    response = make_response(redirect(onward, 303))
    remember(response, user)
    return response


def _forget_session() -> None:
    """Begin the browser's session anew, and end the one it was in; only the language stays."""
    earlier = getattr(g, "signed_in", None)
    if earlier is not None:
        signing_in.signed_out(earlier.user, earlier.id, now=utcnow())
    language = session.get("language")
    signed_in.end()
    session.clear()
    g.pop("csrf_token", None)
    if language:
        session["language"] = language


def _not_yet(form: BaseForm, answer: Answer, template: str, wrong: str, **more: object) -> ResponseReturnValue:
    """The form again, with what is wrong or until when to wait."""
    if answer.outcome is SignInResult.WAIT:
        form.form_errors.append(_too_many(answer.until))
        return render_template(template, form=form, sent=mail.is_sent(), **more), 429
    form.form_errors.append(wrong)
    return render_template(template, form=form, sent=mail.is_sent(), **more)


def _too_many(until: datetime | None) -> str:
    return _("Too many attempts. Try again after %(time)s, or request a link by e-mail.", time=moment(until))
