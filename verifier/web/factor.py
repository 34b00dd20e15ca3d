"""The second factor in a form: a code to be typed, or a passkey's answer to a challenge of this session."""

from typing import Any

from flask import g, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import Length, StopValidation

from verifier.accounts.authentication import passkeys, secondfactor
from verifier.accounts.authentication.challenges import Scope
from verifier.accounts.authentication.present_factor import Factor, PasskeyAnswer
from verifier.accounts.models import ChallengePurpose, User
from verifier.web.forms import BaseForm


class AnswerField(HiddenField):
    """A passkey's answer; good once, so it is never put back into the page."""

    def _value(self) -> str:
        return ""


class CodeUnlessAnswered:
    """A code is needed where no passkey answered."""

    field_flags = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if not (field.data or "").strip() and not form.passkey.data:
            field.errors = []
            raise StopValidation(str(self.message))


class FactorForm(BaseForm):
    """Takes the app's code or a passkey's answer."""

    code = StringField(
        _l("Code from your authenticator app"),
        [CodeUnlessAnswered(_l("Enter the six-digit code from your authenticator app")), Length(max=40)],
    )
    passkey = AnswerField(validators=[Length(max=20_000)])

    def factor(self, purpose: ChallengePurpose, about: str = "") -> Factor:
        """What the person showed."""
        answer = self.passkey.data or ""
        return PasskeyAnswer(answer, scope(purpose, about)) if answer else self.code.data or ""


def shown(user: User, form: Any) -> dict[str, Any]:
    """What a page that asks for the factor shows: the field for a code (of the app, else a recovery code) and a passkey's button."""
    has_app, field = secondfactor.has_app(user), getattr(form, "code", None)
    if field is not None and not has_app:
        field.label.text = _("Recovery code")
    return {"has_app": has_app, "usable": passkeys.usable(user)}


def scope(purpose: ChallengePurpose, about: str = "") -> Scope:
    """A challenge of this session; of the second step of signing in, of the first step that was passed."""
    if purpose is ChallengePurpose.SIGN_IN:
        return Scope(purpose, str((session.get("second_step") or {}).get("proof", "")), about)
    return Scope(purpose, str(g.signed_in.id), about)
