"""Forms of check 2: filters and the outcome of a source."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.reports.wording import flag_name
from verifier.web.forms import SearchForm, TonnesField, VersionedForm
from verifier.web.pages.labels import label


class DataFilter(SearchForm):
    """Which sources to show, in which order."""

    q = StringField(_l("Search"))
    state = SelectField(_l("Outcome"), validate_choice=False)
    category = SelectField(_l("Category"), validate_choice=False)
    flag = SelectField(_l("Data alerts"), validate_choice=False)
    sort = SelectField(
        _l("Order"),
        validate_choice=False,
        choices=[
            SelectChoice("", _l("As handed in")),
            SelectChoice("difference", _l("Largest difference first")),
            SelectChoice("tonnes", _l("Largest effect first")),
        ],
    )

    def offer(self, categories: Mapping[str, str], flags: list[str]) -> None:
        """What can be chosen, by what occurs in the report."""
        self.state.choices = [
            SelectChoice("", _("All outcomes")),
            SelectChoice("open", _("Not decided")),
            SelectChoice("agreeable", _("Recalculates exactly, no data alert")),
            SelectChoice("differs_now", _("Recalculation differs")),
            SelectChoice("incomplete", _("Incomplete")),
            *(SelectChoice(each.value, label(each)) for each in OutcomeStatus),
        ]
        self.category.choices = [SelectChoice("", _("All categories")), *(SelectChoice(code, name) for code, name in categories.items())]
        named = (SelectChoice(code, flag_name(code)) for code in flags)
        self.flag.choices = [
            SelectChoice("", _("All sources")),
            SelectChoice("any", _("All alerts")),
            SelectChoice("none", _("No data alerts")),
            *named,
        ]


class OutcomeForm(VersionedForm):
    """Decision on a source's tonnes."""

    compared = "data.outcome.stale"

    outcome = RadioField(
        _l("Outcome"),
        [InputRequired(_l("Choose your decision on this figure"))],
        choices=[
            SelectChoice(SourceOutcome.AGREED.value, _l("Agreed: the reported figure is correct")),
            SelectChoice(SourceOutcome.DIFFERS.value, _l("Differs: the correct figure is different")),
            SelectChoice(SourceOutcome.CANNOT_CONFIRM.value, _l("Cannot be confirmed")),
        ],
    )
    verified = TonnesField(_l("Verified, tCO₂ (only if it differs)"))
    note = TextAreaField(_l("Basis or reason"), [Optional(), Length(max=2000)])
    no_finding = TextAreaField(_l("Reason why no finding is needed"), [Optional(), Length(max=2000)])
