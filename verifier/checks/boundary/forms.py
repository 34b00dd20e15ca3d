"""Forms of check 1: filters, decision, omission."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from verifier.core.boundary import BoundaryOutcome, BoundaryStatus, Kind, Mark
from verifier.web.forms import BaseForm, Required, SearchForm, VersionedForm
from verifier.web.pages.labels import label


class BoundaryFilter(SearchForm):
    """Which facilities or sources to show."""

    q = StringField(_l("Search"))
    state = SelectField(_l("Decision"), validate_choice=False)
    mark = SelectField(_l("Against the plan"), validate_choice=False)
    category = SelectField(_l("Category"), validate_choice=False)
    facility = SelectField(_l("Facility"), validate_choice=False)

    def offer(self, kind: Kind, marks: list[Mark], categories: Mapping[str, str], facilities: Mapping[str, str]) -> None:
        """What can be chosen, by what occurs; facilities have neither category nor facility."""
        states = (SelectChoice(each.value, label(each)) for each in BoundaryStatus)
        self.state.choices = [SelectChoice("", _("All decisions")), SelectChoice("open", _("Not decided")), *states]
        found = (SelectChoice(each.value, label(each)) for each in marks)
        self.mark.choices = [SelectChoice("", _("All")), SelectChoice("any", _("Deviation")), *found]
        if kind is Kind.FACILITY:
            del self.category, self.facility
            return
        self.category.choices = [SelectChoice("", _("All categories")), *(SelectChoice(code, name) for code, name in categories.items())]
        self.facility.choices = [SelectChoice("", _("All facilities")), *(SelectChoice(key, name) for key, name in facilities.items())]

    def query(self) -> dict[str, str]:
        """What was asked for, as the query takes it."""
        values = {"search": self.q.data or "", "state": self.state.data or "", "mark": self.mark.data or ""}
        for name in ("category", "facility"):
            if name in self:
                values[name] = self[name].data or ""
        return values


class DecisionForm(VersionedForm):
    """Decision on one facility or source."""

    compared = "boundary.decision.stale"

    outcome = RadioField(
        _l("Your decision"),
        [InputRequired(_l("Choose whether it is confirmed or excluded"))],
        choices=[
            SelectChoice(BoundaryOutcome.CONFIRMED.value, _l("Confirmed: within the boundary")),
            SelectChoice(BoundaryOutcome.NOT_COUNTED.value, _l("Excluded")),
        ],
    )
    note = TextAreaField(_l("Note"), [Optional(), Length(max=2000)])


class MissingForm(BaseForm):
    """Omission from the report."""

    kind = RadioField(
        _l("What is missing?"),
        [InputRequired(_l("Choose whether a source or a facility is missing"))],
        choices=[SelectChoice(Kind.SOURCE.value, _l("An emission source")), SelectChoice(Kind.FACILITY.value, _l("A facility"))],
    )
    name = StringField(_l("Name"), [Required(_l("Enter the name used on site")), Length(max=200)])
    category = SelectField(_l("Category (for a source)"), validate_choice=False)
    place = StringField(_l("Location"), [Required(_l("Enter the location")), Length(max=200)])
    note = TextAreaField(_l("How it was identified"), [Optional(), Length(max=2000)])


class WithdrawForm(VersionedForm):
    """Withdrawal of an omission."""
