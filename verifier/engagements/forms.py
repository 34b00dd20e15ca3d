"""Forms of the case as a whole."""

from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from verifier.accounts.models import User
from verifier.core.access import CASE_ROLES, Role
from verifier.core.rulepack.pack import RulePack
from verifier.registry.models import UnitYear
from verifier.web.forms import BaseForm, Required
from verifier.web.pages.filters import name_of, text_in
from verifier.web.pages.labels import label

ROLE_ORDER = [role for role in Role if role in CASE_ROLES]


class OpenCaseForm(BaseForm):
    """Which report, and what the body's own conflict check came to."""

    unit_year = RadioField(_l("Report"), validators=[Required(_l("Choose the report to verify"))])
    conflict_check = TextAreaField(
        _l("Conflict-of-interest check of the body"),
        validators=[Required(_l("State the result of the body's own conflict-of-interest check")), Length(max=4000)],
    )

    def offer(self, openable: list[UnitYear]) -> None:
        """The reports that may be verified."""
        self.unit_year.choices = [SelectChoice(str(each.id), f"{name_of(each.unit)}, {each.year.emission_year}") for each in openable]


class MemberForm(BaseForm):
    """Person and role to assign."""

    person = SelectField(_l("Person"), validators=[Required(_l("Choose a person"))])
    role = SelectField(_l("Role"), validators=[Required(_l("Choose a role"))])

    def offer(self, people: list[User]) -> None:
        """The people of the body, the roles of a case."""
        self.person.choices = [SelectChoice("", _("Choose a person")), *(SelectChoice(str(each.id), each.name) for each in people)]
        self.role.choices = [SelectChoice("", _("Choose a role")), *(SelectChoice(role.value, label(role)) for role in ROLE_ORDER)]

    def named(self) -> tuple[UUID, Role]:
        """The person's id and the role."""
        return UUID(self.person.data), Role(self.role.data)


class ReasonForm(BaseForm):
    """Why the checks are opened again."""

    reason = TextAreaField(_l("Reason"), validators=[Required(_l("State why the checks are being reopened")), Length(max=4000)])


class DeclarationForm(BaseForm):
    """One yes or no a question of the pack, made by `declaration_form`."""

    note = StringField(_l("Remark"), validators=[Optional(), Length(max=2000)])
    codes: tuple[str, ...] = ()

    def questions(self) -> list[RadioField]:
        """The fields of the questions, in the order of the pack."""
        return [self[f"q_{code}"] for code in self.codes]

    def answers(self) -> dict[str, tuple[bool, str]]:
        """Question code → (whether there is a conflict, the remark)."""
        return {code: (self[f"q_{code}"].data == "yes", (self.note.data or "").strip()) for code in self.codes}


def declaration_form(pack: RulePack) -> DeclarationForm:
    """A form with one question of the pack each."""
    fields = {
        f"q_{question.code}": RadioField(
            text_in(question.name),
            choices=[SelectChoice("no", _l("No")), SelectChoice("yes", _l("Yes"))],
            validators=[Required(_l("Answer every question with yes or no"))],
        )
        for question in pack.independence_questions
    }
    form_class = type(
        "PackDeclarationForm", (DeclarationForm,), {**fields, "codes": tuple(question.code for question in pack.independence_questions)}
    )
    form: DeclarationForm = form_class()
    return form
