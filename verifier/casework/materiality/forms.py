"""Forms of materiality: a planning threshold, and reasons for materiality by nature or for netting."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from verifier.core.calculation.units import number
from verifier.core.errors import Refusal
from verifier.core.opinion.category import CategoryBasis, StatedCategory
from verifier.core.subject import Subject
from verifier.core.typed_digits import plain_digits
from verifier.web.forms import BaseForm, VersionedForm


class PlanningForm(VersionedForm):
    """The share of the total a body plans with."""

    compared = "materiality.stale"

    share = StringField(_l("Planning threshold, % of the total"))
    reason = TextAreaField(_l("Reason for this threshold"), [Length(max=2000)])

    def value(self) -> Decimal:
        """The share as a part of one; what is no number is 0, which no threshold may be."""
        try:
            typed = Decimal(plain_digits(self.share.data or "").strip().rstrip("%").strip())
        except InvalidOperation:
            return Decimal()
        return typed / 100 if typed.is_finite() and -10 < typed.adjusted() < 10 else Decimal()


class NatureForm(BaseForm):
    """What is material by its nature, and why."""

    subject = SelectField(_l("What"), validate_choice=False)
    reason = TextAreaField(_l("Reason"), [Length(max=2000)], id="nature-reason")

    def offer(self, choices: Iterable[tuple[str, str]]) -> None:
        """What can be marked."""
        offered = list(choices)
        self.subject.choices = [("", _("Choose")), *offered] if offered else []

    def about(self) -> Subject:
        """What was chosen."""
        kind, _bar, key = (self.subject.data or "").partition(":")
        return Subject(kind, key)


class NettingForm(BaseForm):
    """Why errors may cancel."""

    reason = TextAreaField(_l("Reason for accepting offsetting"), [Length(max=2000)], id="netting-reason")


class CategoryForm(VersionedForm):
    """The category of the unit, what it rests on, and where that was read."""

    basis = SelectField(_l("Basis of the category"), validate_choice=False)
    code = SelectField(_l("Category in the approved plan"), validate_choice=False)
    average = StringField(_l("Average emissions of the preceding trading period, tCO₂"))
    source = StringField(_l("Source: document and place"), [Length(max=500)])

    def offer(self, bands: Iterable[tuple[str, str]]) -> None:
        """What can be chosen."""
        self.basis.choices = [
            (CategoryBasis.PLAN.value, _("Approved monitoring plan")),
            (CategoryBasis.AVERAGE.value, _("Average of the preceding trading period")),
        ]
        self.code.choices = [("", _("Choose")), *bands]

    def stated(self) -> StatedCategory:
        """The category as it was entered; what is no basis is read as the plan, what is no number as no average."""
        basis = CategoryBasis.AVERAGE if self.basis.data == CategoryBasis.AVERAGE else CategoryBasis.PLAN
        try:
            typed = number(plain_digits(self.average.data or ""))
        except Refusal:
            typed = None
        average = None if typed is None else Fraction(typed)
        return StatedCategory(basis, self.source.data or "", self.code.data or "", average)


class AssuranceForm(BaseForm):
    """The level of assurance, and the agreement it was agreed in."""

    level = SelectField(_l("Level of assurance"), validate_choice=False)
    source = StringField(_l("Agreement: document and date"), [Length(max=500)], id="assurance-source")

    def offer(self, levels: Iterable[tuple[str, str]]) -> None:
        """What can be agreed."""
        self.level.choices = [("", _("Choose")), *levels]
