"""Forms of analytical procedures: the filter of lines, and the conclusion on one."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from verifier.core.analysis.lines import AnalysisLevel, LineState, Procedure
from verifier.web.forms import Required, SearchForm, VersionedForm
from verifier.web.pages.labels import label

WHOLE_YEARS = (Procedure.YEAR_ON_YEAR, Procedure.SHARES)


class LineFilter(SearchForm):
    """Which lines to show, in which order."""

    q = StringField(_l("Search"))
    of = SelectField(_l("Scope"), validate_choice=False)
    state = SelectField(_l("State"), validate_choice=False)
    sort = SelectField(
        _l("Order"), validate_choice=False, choices=[SelectChoice("", _l("As listed")), SelectChoice("change", _l("Largest change first"))]
    )

    def offer(self, procedure: Procedure) -> None:
        """What can be chosen for a procedure."""
        self.of.choices = [
            SelectChoice("", _("Categories and sources")),
            SelectChoice(AnalysisLevel.CATEGORY.value, _("Categories")),
            SelectChoice(AnalysisLevel.SOURCE.value, _("Sources")),
        ]
        self.state.choices = [
            SelectChoice("", _("Any state")),
            SelectChoice("out", _("Deviations")),
            SelectChoice("waiting", _("Not assessed yet")),
            *(SelectChoice(each.value, label(each)) for each in (LineState.CONCLUDED, LineState.CHANGED, LineState.INCOMPLETE)),
        ]
        if procedure not in WHOLE_YEARS:
            del self.of

    @property
    def query(self) -> dict[str, str]:
        """What was asked for."""
        fields = {"search": self.q, "of": self.of, "state": self.state, "sort": self.sort}
        return {name: (field.data or "") if field is not None else "" for name, field in fields.items()}


class ConclusionForm(VersionedForm):
    """A verifier's conclusion on a remarkable line, with the fingerprint of the figures shown."""

    figures = HiddenField()
    conclusion = TextAreaField(_l("Your assessment"), [Required(_l("Enter your assessment")), Length(max=4000)])
