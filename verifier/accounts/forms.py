"""Forms for accounts."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import EqualTo, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from verifier.accounts.authentication.present_factor import Factor, PasskeyAnswer
from verifier.accounts.models import LONGEST_NAME, ChallengePurpose, Kind, Status
from verifier.core.access import ORGANISATION_ROLES, Role
from verifier.web.factor import AnswerField, CodeUnlessAnswered, FactorForm, scope
from verifier.web.forms import BaseForm, Required, SearchForm, VersionedForm
from verifier.web.pages.labels import label

LANGUAGES = [SelectChoice("", _l("Use browser language")), SelectChoice("en", "English"), SelectChoice("zh", "简体中文")]
ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+")


def stripped(value: Any) -> Any:
    """Collapse input to one trimmed line, so that a name cannot inject lines into e-mails."""
    return " ".join(value.split()) if isinstance(value, str) else value


def an_address(form: Any, field: Any) -> None:
    """Looks like an e-mail address; whether it is one, the message finds out."""
    if not ADDRESS.fullmatch(field.data or ""):
        raise ValidationError(_("Enter an e-mail address, like name@example.org"))


class RolesField(SelectMultipleField):
    """Roles as tick boxes."""

    widget = ListWidget()
    option_widget = CheckboxInput()

    def __init__(self, text: Any = None, **kwargs: Any) -> None:
        super().__init__(text, coerce=Role, **kwargs)

    def offer(self, roles: Any) -> None:
        """Let these be chosen, in the order of the method."""
        self.choices = [SelectChoice(role, label(role)) for role in Role if role in roles]


def email_field() -> EmailField:
    """One e-mail address."""
    return EmailField(_l("E-mail address"), [Required(_l("Enter an e-mail address")), Length(max=254), an_address], filters=[stripped])


def new_password_field() -> PasswordField:
    """A password to be; what makes a good one is decided by the action."""
    hint = _l("At least 12 characters. Three or four unrelated words are secure and easy to remember.")
    return PasswordField(_l("New password"), [Required(_l("Enter a new password")), Length(max=1024)], description=hint)


def once_more_field() -> PasswordField:
    """The same password."""
    return PasswordField(_l("Confirm new password"), [EqualTo("password", _l("The two passwords must be the same"))])


class SignInForm(BaseForm):
    """The first step."""

    email = EmailField(_l("E-mail address"), [Required(_l("Enter your e-mail address")), Length(max=254)], filters=[stripped])
    password = PasswordField(_l("Password"), [Required(_l("Enter your password")), Length(max=1024)])


class CodeForm(FactorForm):
    """The second step."""

    code = StringField(_l("Code"), [CodeUnlessAnswered(_l("Enter the code")), Length(max=40)], filters=[stripped])


class PasskeyForm(FactorForm):
    """A passkey to be added: its name, the password, the present factor where there is one, and what the browser made."""

    name = StringField(
        _l("Name of the passkey"),
        [Required(_l("Enter a name for the passkey")), Length(max=60)],
        filters=[stripped],
        description=_l("So that you recognise it later, for example “Work tablet”."),
    )
    current = PasswordField(_l("Your password"), [Required(_l("Enter your password"))])
    made = AnswerField(validators=[Required(_l("Press “Add a passkey” and follow the instructions of your browser")), Length(max=20_000)])


class ForgottenForm(BaseForm):
    """Whose link."""

    email = email_field()


class PresentFactor:
    """The present second factor in a form: a fresh code, a recovery code or a passkey's answer. The action decides whether it is good."""

    present = StringField(
        _l("Current code from your app, or a recovery code"),
        [Optional(), Length(max=40)],
        filters=[stripped],
        description=_l("Confirms that it is you. Each code can be used once."),
    )
    passkey = AnswerField(validators=[Length(max=20_000)])

    def present_factor(self) -> Factor:
        """What the person showed."""
        answer = self.passkey.data or ""
        return PasskeyAnswer(answer, scope(ChallengePurpose.PRESENT)) if answer else self.present.data or ""


class LinkForm(PresentFactor, BaseForm):
    """A password, typed twice; with the second factor of whoever has one."""

    password = new_password_field()
    again = once_more_field()


class ChangePasswordForm(PresentFactor, BaseForm):
    """A new password by someone who knows the present one."""

    current = PasswordField(_l("Current password"), [Required(_l("Enter your current password"))])
    password = new_password_field()
    again = once_more_field()


class EmailForm(PresentFactor, BaseForm):
    """Another e-mail address of one's own account."""

    email = email_field()
    current = PasswordField(_l("Your password"), [Required(_l("Enter your password"))])


class EnrolForm(PresentFactor, BaseForm):
    """Proves the account's password, and that the app keeps the secret."""

    code = StringField(_l("Code shown in the app"), [Required(_l("Enter the code shown in the app"))], filters=[stripped])
    current = PasswordField(_l("Your password"), [Required(_l("Enter your password"))])


class ProofForm(PresentFactor, BaseForm):
    """Proves once more who is there."""

    current = PasswordField(_l("Your password"), [Required(_l("Enter your password"))])


class FreshCodeForm(PresentFactor, BaseForm):
    """An administrator's action on another person's account, with a fresh code."""


class AccountForm(VersionedForm):
    """One's own name and language."""

    name = StringField(_l("Full name"), [Required(_l("Enter your name")), Length(max=120)], filters=[stripped])
    language = SelectField(_l("Language"), choices=LANGUAGES)


class RegisteredNameForm(VersionedForm):
    """The name under which a person signs."""

    registered_name = StringField(
        _l("Registered name"),
        [Required(_l("Enter the person's name")), Length(max=LONGEST_NAME)],
        filters=[stripped],
        description=_l("Printed in certificates and statements. Enter the name as it is in the person's identity document."),
    )


class CorrectionForm(PresentFactor, VersionedForm):
    """Another person's name and e-mail address."""

    name = StringField(_l("Full name"), [Required(_l("Enter the person's name")), Length(max=120)], filters=[stripped])
    email = email_field()


class ColleagueForm(BaseForm):
    """Someone to invite into one's own organisation."""

    name = StringField(_l("Full name"), [Required(_l("Enter the person's name")), Length(max=120)], filters=[stripped])
    email = email_field()


class InviteForm(PresentFactor, ColleagueForm):
    """Someone to invite into any organisation."""

    organisation = SelectField(_l("Organisation"), [Required(_l("Choose an organisation"))])
    roles = RolesField(_l("Roles in the organisation"), validators=[Optional()])


class RolesForm(PresentFactor, VersionedForm):
    """A person's roles in their organisation."""

    roles = RolesField(_l("Roles in the organisation"), validators=[Optional()])


class OrganisationForm(VersionedForm):
    """An organisation; what it is, is chosen once."""

    name = StringField(_l("Name"), [Required(_l("Enter the organisation's name")), Length(max=200)], filters=[stripped])
    name_zh = StringField(_l("Name in Chinese"), [Optional(), Length(max=200)], filters=[stripped])
    credit_code = StringField(
        _l("Unified social credit code"),
        [Optional(), Length(max=18)],
        filters=[stripped],
        description=_l("18 digits and capital letters, if the organisation has one."),
    )

    def validate_credit_code(self, field: Any) -> None:
        """Eighteen characters without I, O, S, V and Z."""
        if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", field.data):
            raise ValidationError(_("A unified social credit code has 18 digits and capital letters, excluding I, O, S, V and Z"))


class NewOrganisationForm(OrganisationForm):
    """A new organisation."""

    kind = RadioField(_l("Kind"), validators=[Required(_l("Choose the type of organisation"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [SelectChoice(kind.value, label(kind)) for kind in Kind]


class PeopleFilter(SearchForm):
    """Which people."""

    q = StringField(_l("Search"), filters=[stripped])
    kind = SelectField(_l("Organisation"))
    role = SelectField(_l("Role"))
    status = SelectField(_l("Status"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_organisations = frozenset().union(*ORGANISATION_ROLES.values())
        self.kind.choices = [SelectChoice("", _("All")), *(SelectChoice(kind.value, label(kind)) for kind in Kind)]
        self.role.choices = [
            SelectChoice("", _("All")),
            *(SelectChoice(role.value, label(role)) for role in Role if role in in_organisations),
        ]
        self.status.choices = [SelectChoice("", _("All")), *(SelectChoice(status.value, label(status)) for status in Status)]


class ColleaguesFilter(PeopleFilter):
    """Which people of one organisation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.kind


class OrganisationFilter(SearchForm):
    """Which organisations."""

    q = StringField(_l("Search"), filters=[stripped])
    kind = SelectField(_l("Kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [SelectChoice("", _("All")), *(SelectChoice(kind.value, label(kind)) for kind in Kind)]
