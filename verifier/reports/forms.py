"""Input of reports: a workbook to hand in, and which sources of one to show."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from verifier.web.forms import BaseForm, SearchForm


class HandInForm(BaseForm):
    """The workbook, and what changed since the last one."""

    workbook = FileField(_l("Report workbook (.xlsx)"), [FileRequired(_l("Choose the workbook to hand in"))])
    note = TextAreaField(_l("What changed since the version before?"), [Optional(), Length(max=2000)])


class SourcesFilter(SearchForm):
    """Which sources of a version to show."""

    q = StringField(_l("Search sources"))
    category = SelectField(_l("Category"))
    flag = SelectField(_l("What looks wrong"))
    sort = SelectField(
        _l("Order"),
        choices=[("", _l("As handed in")), ("difference", _l("Largest difference first")), ("name", _l("By name"))],
    )
