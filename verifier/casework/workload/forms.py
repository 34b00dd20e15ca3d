"""Filter of the open tasks of a body."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from verifier.accounts.models import User
from verifier.casework.workload.queries import Assigned
from verifier.web.forms import SearchForm


class WorkloadFilter(SearchForm):
    """Whose tasks, and which."""

    person = SelectField(_l("Person"), validate_choice=False)
    due = SelectField(_l("Due date"), validate_choice=False)

    def offer(self, people: Iterable[User]) -> None:
        """The people of the body."""
        self.person.choices = [("", _("Everyone")), *((str(each.id), each.name) for each in people)]
        self.due.choices = [("", _("All")), ("late", _("Overdue")), ("week", _("Due within seven days"))]

    def keeps(self, row: Assigned, days: int) -> bool:
        """Whether the row is asked for; `days` is how soon counts as soon."""
        if self.person.data and row.person.id != _id(self.person.data):
            return False
        return {"late": row.lateness.is_late, "week": row.lateness.is_late or row.lateness.left <= days}.get(self.due.data or "", True)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
