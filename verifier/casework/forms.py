"""Forms of the case pages: filters of the case list and of the trail."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from verifier.audit.models import Effect
from verifier.core.lifecycle import Stage
from verifier.web.forms import SearchForm
from verifier.web.pages.labels import label


class CasesFilter(SearchForm):
    """Which cases to show."""

    q = StringField(_l("Search by number, unit or body"))
    stage = SelectField(_l("Status"), validate_choice=False)
    year = SelectField(_l("Emission year"), validate_choice=False)

    def offer(self, years: Sequence[int]) -> None:
        """The stages, and the years the reader has cases of."""
        self.stage.choices = [("", _("Any stage")), *((str(stage), label(stage)) for stage in Stage)]
        self.year.choices = [("", _("Any year")), *((str(year), str(year)) for year in years)]

    def criteria(self) -> dict[str, str]:
        """What was asked for, as `queries.cases` takes it."""
        return {"search": (self.q.data or "").strip(), "stage": self.stage.data or "", "year": self.year.data or ""}


class TrailFilter(SearchForm):
    """Which rows of a trail to show."""

    q = StringField(_l("Search by person, action or subject"))
    effect = SelectField(_l("Kind of action"), validate_choice=False)

    def offer(self) -> None:
        """What a row can have done to the case."""
        self.effect.choices = [("", _("All actions")), *((str(effect), label(effect)) for effect in Effect)]
