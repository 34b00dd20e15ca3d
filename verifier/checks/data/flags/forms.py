"""Forms of data alerts: filter, dismissal, raising as findings."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from verifier.core.datachecks.flag_resolution import FlagState
from verifier.core.rulepack.pack import RulePack
from verifier.findings.models import Finding
from verifier.reports.wording import flag_name
from verifier.web.forms import BaseForm, SearchForm
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label


class FlagFilter(SearchForm):
    """Which flags to show, in which order."""

    q = StringField(_l("Search"))
    code = SelectField(_l("Data alerts"), validate_choice=False)
    source = SelectField(_l("Source"), validate_choice=False)
    state = SelectField(_l("State"), validate_choice=False)
    sort = SelectField(
        _l("Order"),
        validate_choice=False,
        choices=[SelectChoice("", _l("Largest effect first")), SelectChoice("source", _l("By source and month"))],
    )

    def offer(self, codes: Iterable[str], sources: Iterable[str]) -> None:
        """What can be chosen, by what occurs in the report."""
        self.code.choices = [SelectChoice("", _("All alerts")), *(SelectChoice(code, flag_name(code)) for code in codes)]
        self.source.choices = [SelectChoice("", _("All sources")), *(SelectChoice(key, key) for key in sources)]
        self.state.choices = [
            SelectChoice("", _("Any state")),
            SelectChoice("undisposed", _("All unresolved")),
            *(SelectChoice(each.value, label(each)) for each in FlagState),
        ]


class DismissForm(BaseForm):
    """Why flags are dismissed."""

    reason = TextAreaField(_l("Reason"), [Length(max=2000)])


class RaiseForm(BaseForm):
    """As what findings are raised."""

    class_code = SelectField(_l("Class"), validate_choice=False)
    clause = SelectField(_l("Clause"), validate_choice=False)

    def offer(self, pack: RulePack, codes: Iterable[str]) -> None:
        """Classes and clauses of the pack; the clause that the pack names for the alerts, by their codes, is chosen at first."""
        likely = {pack.likely_clause(code) for code in codes}
        self.class_code.choices = [SelectChoice(each.code, text_in(each.name)) for each in pack.finding_classes]
        self.clause.choices = [SelectChoice(each.code, f"{each.code} {text_in(each.name)}") for each in pack.clauses]
        if len(likely) == 1 and (clause := next(iter(likely))):
            self.clause.data = clause
        else:
            first = _("The suggested clause of each alert") if likely - {None} else _("Choose a clause")
            self.clause.choices.insert(0, SelectChoice("", first))


class CoverForm(BaseForm):
    """The finding that covers the alerts."""

    finding = SelectField(_l("Existing finding"), validate_choice=False)

    def offer(self, findings: Iterable[Finding]) -> None:
        """The findings of the case that were not withdrawn."""
        named = (SelectChoice(str(each.number), f"{each.label} {each.title}") for each in findings)
        self.finding.choices = [SelectChoice("", _("Choose")), *named]
