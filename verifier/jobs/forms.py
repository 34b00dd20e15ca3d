"""Filter of the list of jobs."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SearchField, SelectChoice, SelectField

from verifier.jobs.models import State
from verifier.jobs.task_registry import TASKS
from verifier.web.forms import SearchForm
from verifier.web.pages.labels import label


class JobFilter(SearchForm):
    """Job filter; failed jobs by default."""

    q = SearchField(_l("Search"))
    state = SelectField(_l("Status"))
    kind = SelectField(_l("Kind"))

    def __init__(self, *args: Any, kinds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [SelectChoice("", _("All")), *(SelectChoice(state.value, label(state)) for state in State)]
        self.kind.choices = [SelectChoice("", _("All")), *(SelectChoice(kind, kinds.get(kind, kind)) for kind in sorted(TASKS))]
