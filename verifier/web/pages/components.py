"""The form of the components page: one field of every kind, some of them with errors."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from verifier.evidence.file_kinds import ATTACHMENT
from verifier.web.forms import DateParts, FileBox, Required, SearchForm, TonnesField


class DemoForm(SearchForm):
    """Shows each field; posts nothing."""

    title = StringField(_l("Title of the finding"), validators=[Required(_l("Enter a title for the finding"))])
    password = PasswordField(_l("Password"))
    source = SelectField(_l("Emission source"), choices=[SelectChoice("", _l("Choose a source")), SelectChoice("E-001", "E-001")])
    severity = RadioField(
        _l("Class"), choices=[SelectChoice("a", _l("Non-conformity")), SelectChoice("b", _l("Recommendation"))], validate_choice=False
    )
    effect = TonnesField(_l("Effect on reported emissions (tCO₂)"))
    description = TextAreaField(_l("Describe what you found"))
    due = DateParts(_l("Response due"), required=_l("Enter the date by which a response is due"))
    document = FileBox(_l("Supporting document"), ATTACHMENT)
    agree = BooleanField(_l("I have seen the original"))


class DemoFilter(SearchForm):
    """Shows a filter bar; filters nothing."""

    search = StringField(_l("Search"))
    status = SelectField(_l("Status"), choices=[SelectChoice("", _l("All"))])
