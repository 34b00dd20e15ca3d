"""Forms of reports: submitting a workbook, and the filter of its sources."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from verifier.evidence.file_kinds import REPORT
from verifier.reports.wording import flag_name
from verifier.web.forms import BaseForm, FileBox, SearchForm


class HandInForm(BaseForm):
    """The workbook, and what changed since the last one."""

    workbook = FileBox(_l("Report workbook"), REPORT, [FileRequired(_l("Select the workbook to upload"))])
    note = TextAreaField(_l("What has changed since the previous version?"), [Optional(), Length(max=2000)])


class FlagsFilter(SearchForm):
    """Which of what looks wrong in a version to show."""

    q = StringField(_l("Search"))
    flag = SelectField(_l("Data alerts"))

    def offer(self, flags: Iterable[str]) -> None:
        """Offer the kinds of flag that the version has."""
        self.flag.choices = [SelectChoice("", _("Anything")), *(SelectChoice(code, flag_name(code)) for code in flags)]


class SourcesFilter(SearchForm):
    """Which sources of a version to show."""

    q = StringField(_l("Search sources"))
    category = SelectField(_l("Category"))
    flag = SelectField(_l("Data alerts"))
    sort = SelectField(
        _l("Order"),
        choices=[
            SelectChoice("", _l("As handed in")),
            SelectChoice("difference", _l("Largest difference first")),
            SelectChoice("name", _l("By name")),
        ],
    )

    def offer(self, categories: Mapping[str, str], flags: Iterable[str]) -> None:
        """Offer the categories (code → name) and flags that the version has."""
        self.category.choices = [SelectChoice("", _("All categories")), *(SelectChoice(code, name) for code, name in categories.items())]
        self.flag.choices = [
            SelectChoice("", _("All sources")),
            SelectChoice("any", _("Anything")),
            SelectChoice("none", _("Nothing")),
            *(SelectChoice(code, flag_name(code)) for code in flags),
        ]
