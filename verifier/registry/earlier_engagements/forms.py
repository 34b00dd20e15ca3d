"""Forms of engagements outside this system."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from verifier.accounts.models import User
from verifier.core.earlier_work import WorkKind
from verifier.registry.earlier_engagements.actions import EngagementEntry
from verifier.registry.earlier_engagements.models import EarlierEngagement
from verifier.web.forms import Required, SearchForm, VersionedForm, WholeNumberField
from verifier.web.pages.labels import label

NOBODY = ""
NO_PROGRAMME = "none"
"""Choice of the programme field whose stored value is empty: a programme whose rules are not installed, or none."""


class EarlierEngagementForm(VersionedForm):
    """An engagement outside this system."""

    compared = "registry.earlier.stale"

    unit_name = StringField(_l("Unit"), [Required(_l("Enter the name of the unit")), Length(max=200)])
    credit_code = StringField(
        _l("Unified social credit code"),
        [
            Required(_l("Enter the credit code of the unit")),
            Regexp(r"^\s*[0-9A-Za-z]{8,30}\s*$", message=_l("A credit code contains letters and digits only (18 characters in China)")),
        ],
    )
    kind = SelectField(_l("Kind of work"), [Required(_l("Choose the kind of work"))])
    year = WholeNumberField(
        _l("Year of the work"),
        [InputRequired(_l("Enter the year, like 2019")), NumberRange(1990, 2100, _l("Enter a year between 1990 and 2100"))],
        description=_l("Of a verification: the emission year. Of other work: the year in which it ended."),
    )
    programme = SelectField(_l("Programme"), [Required(_l("Choose the programme"))])
    lead = SelectField(_l("Lead verifier"), description=_l("Only for a verification."))
    people = SelectMultipleField(
        _l("People who took part"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validators=[Optional()]
    )
    others = StringField(
        _l("Others who took part"), [Optional(), Length(max=1000)], description=_l("Names of people without an account here.")
    )
    reference = StringField(
        _l("Reference number"),
        [Required(_l("Enter the number of the statement, report or contract")), Length(max=200)],
        description=_l("Number of the statement, report or contract."),
    )

    def offer(self, people: Sequence[User], programmes: Sequence[tuple[str, str]]) -> None:
        """The people of the body, the programmes whose rules are installed, the kinds of work."""
        self.kind.choices = [SelectChoice("", _l("Choose a kind of work")), *(SelectChoice(each.value, label(each)) for each in WorkKind)]
        self.programme.choices = [
            SelectChoice("", _l("Choose a programme")),
            *(SelectChoice(code, name) for code, name in programmes),
            SelectChoice(NO_PROGRAMME, _l("Another programme, or none")),
        ]
        self.lead.choices = [
            SelectChoice(NOBODY, _l("Nobody with an account")),
            *(SelectChoice(str(each.id), each.name) for each in people),
        ]
        self.people.choices = [SelectChoice(str(each.id), each.name) for each in people]

    def entry(self) -> EngagementEntry:
        """What was typed."""
        return EngagementEntry(
            unit_name=self.unit_name.data or "",
            credit_code=self.credit_code.data or "",
            year=self.year.data or 0,
            programme="" if self.programme.data == NO_PROGRAMME else self.programme.data,
            kind=WorkKind(self.kind.data),
            reference=self.reference.data or "",
            lead=UUID(self.lead.data) if self.lead.data else None,
            people=tuple(UUID(each) for each in self.people.data or ()),
            others=self.others.data or "",
        )


def shown(row: EarlierEngagement) -> dict[str, Any]:
    """The values of an entry for its form."""
    names = ("unit_name", "credit_code", "year", "others", "reference", "version")
    people = [each for each in row.people if each != str(row.lead_id)]
    return {name: getattr(row, name) for name in names} | {
        "kind": row.kind.value,
        "programme": row.programme or NO_PROGRAMME,
        "lead": str(row.lead_id) if row.lead_id else NOBODY,
        "people": people,
    }


class EarlierFilter(SearchForm):
    """Which engagements to show."""

    q = StringField(_l("Search unit, code or reference"))
    kind = SelectField(_l("Kind of work"), choices=[SelectChoice("", _l("All kinds"))])
    year = WholeNumberField(_l("Year of the work"))

    def offer(self) -> None:
        """The kinds of work."""
        self.kind.choices = [SelectChoice("", _l("All kinds")), *(SelectChoice(each.value, label(each)) for each in WorkKind)]
