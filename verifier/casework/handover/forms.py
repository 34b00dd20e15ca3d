"""Form of a hand-over: one successor for each duty."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from wtforms import SelectChoice, SelectField

from verifier.accounts.forms import FreshCodeForm
from verifier.accounts.models import User
from verifier.casework.handover.queries import Duty
from verifier.web.forms import Required
from verifier.web.pages.labels import label


def form_for(duties: Sequence[Duty]) -> FreshCodeForm:
    """A form with a select for each duty, named by its key."""
    fields = {duty.key: SelectField(_words(duty), [Required(_("Choose who takes this over"))], choices=_choices(duty)) for duty in duties}
    made: FreshCodeForm = type("HandoverForm", (FreshCodeForm,), fields)()
    return made


def successors(form: FreshCodeForm, duties: Sequence[Duty]) -> Mapping[str, User]:
    """Who was chosen for each duty."""
    people = {str(each.id): each for duty in duties for each in duty.candidates}
    return {duty.key: people[form[duty.key].data] for duty in duties if form[duty.key].data in people}


def _choices(duty: Duty) -> list[SelectChoice]:
    return [SelectChoice("", _("Choose a person")), *(SelectChoice(str(each.id), each.name) for each in duty.candidates)]


def _words(duty: Duty) -> str:
    """The duty as a field's label."""
    if duty.case is None:
        return str(label(duty.role))
    what = label(duty.role) if duty.role else _("Evidence request %(number)s", number=getattr(duty.row, "label", ""))
    return _("%(what)s, case %(case)s", what=what, case=duty.case.number)
