"""Forms of coverage: filter, the procedure on the chosen numbers, withdrawal, plan and deviations."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from verifier.casework.coverage.actions import Draft
from verifier.core.coverage.procedures import ORDER, RECORDED, CoverageKind, ProcedureMethod
from verifier.core.errors import Refusal
from verifier.core.typed_digits import whole_number
from verifier.web.forms import BaseForm, Required, SearchForm
from verifier.web.pages.labels import label

MISSING, COVERED, DEVIATION, NOTHING = "missing", "covered", "deviation", "nothing"


class CoverageFilter(SearchForm):
    """Which numbers to show."""

    q = StringField(_l("Search"))
    state = SelectField(
        _l("Coverage"),
        validate_choice=False,
        choices=[
            SelectChoice("", _l("All")),
            SelectChoice(MISSING, _l("Missing")),
            SelectChoice(COVERED, _l("Covered")),
            SelectChoice(DEVIATION, _l("Left out with a reason")),
        ],
    )
    kind = SelectField(_l("Kind"), validate_choice=False)
    category = SelectField(_l("Category"), validate_choice=False)
    method = SelectField(_l("Tested by"), validate_choice=False)
    way = SelectField(_l("Could be covered by"), validate_choice=False)

    def offer(self, categories: Mapping[str, str], ways: Iterable[tuple[str, str]]) -> None:
        """What can be chosen, by what occurs."""
        self.kind.choices = [SelectChoice("", _("All kinds")), *(SelectChoice(each.value, label(each)) for each in CoverageKind)]
        self.category.choices = [SelectChoice("", _("All categories")), *(SelectChoice(code, name) for code, name in categories.items())]
        methods = [SelectChoice(each.value, label(each)) for each in ORDER]
        self.method.choices = [SelectChoice("", _("All")), *methods, SelectChoice(NOTHING, _("Nothing done"))]
        self.way.choices = [SelectChoice("", _("All")), *(SelectChoice(code, name) for code, name in ways)]


class ProcedureForm(BaseForm):
    """One procedure on the ticked numbers, or on all that the filter shows."""

    method = SelectField(_l("How it was tested"), validate_choice=False)
    voucher = SelectField(_l("Supporting document"), validators=[Optional()], validate_choice=False)
    document = StringField(
        _l("Or another document"),
        [Optional(), Length(max=500)],
        description=_l("Its name and number, and where it was seen: a reading log, a system export, a laboratory report."),
    )
    page = StringField(_l("Page"), [Optional()])
    months = StringField(
        _l("Months it covers"), [Optional(), Length(max=200)], description=_l("For example 2021-01..2021-06, 2021-09; empty: all of it.")
    )
    note = TextAreaField(_l("Remark"), [Optional(), Length(max=2000)])
    scope = RadioField(_l("Numbers"), choices=[], validate_choice=False, default="ticked")

    def offer(self, documents: Iterable[tuple[str, str]], filtered: int) -> None:
        """The vouchers of the case, and how many numbers the filter shows."""
        self.method.choices = [SelectChoice(each.value, label(each)) for each in RECORDED]
        self.voucher.choices = [SelectChoice("", _("None of these")), *(SelectChoice(code, name) for code, name in documents)]
        self.scope.choices = [
            SelectChoice("ticked", _("The selected rows")),
            SelectChoice("filtered", _("All %(count)s numbers that the filter shows", count=filtered)),
        ]

    @property
    def draft(self) -> Draft:
        """The procedure as entered; refuses a method, voucher or page that is none."""
        page = whole_number(self.page.data or "", longest=5)
        if (self.page.data or "").strip() and not page:
            raise Refusal("coverage.page")
        try:
            method = ProcedureMethod(self.method.data or "")
            voucher = UUID(self.voucher.data) if self.voucher.data else None
        except ValueError:
            raise Refusal("coverage.method", method=self.method.data or "–") from None
        return Draft(method, voucher, self.document.data or "", page, self.months.data or "", self.note.data or "")


class WithdrawForm(BaseForm):
    """Why a procedure is withdrawn."""

    reason = TextAreaField(_l("Reason"), [Required(_l("Say why the procedure is withdrawn")), Length(max=2000)])


class PlanForm(BaseForm):
    """The lead verifier approves the plan; after testing began, with a reason."""

    reason = TextAreaField(
        _l("Reason"),
        [Optional(), Length(max=2000)],
        id="plan-reason",
        description=_l("Required once testing has begun, or to change the plan."),
    )


class DeviationForm(BaseForm):
    """A source left out of what the plan asked for, and why."""

    source = SelectField(_l("Source"), validate_choice=False)
    reason = TextAreaField(_l("Reason"), [Length(max=2000)], id="deviation-reason", description=_l("Printed in the statement."))

    def offer(self, sources: Iterable[tuple[str, str]]) -> None:
        """The sources with something missing."""
        self.source.choices = [SelectChoice("", _("Choose")), *(SelectChoice(key, name) for key, name in sources)]
