"""Forms of references: a workbook to compare with, and a tolerance of the body's own."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from verifier.evidence.file_kinds import REPORT
from verifier.reports.models import ReportVersion
from verifier.web.forms import BaseForm, FileBox, Required, VersionedForm


class WorkbookForm(BaseForm):
    """Last year's report or the monitoring plan."""

    workbook = FileBox(_l("Workbook"), REPORT, [FileRequired(_l("Choose the workbook"))])
    note = StringField(_l("Origin"), [Optional(), Length(max=300)])


class PreviousForm(BaseForm):
    """Another version of last year's report to compare with, and why."""

    version = SelectField(_l("Report"), [Required(_l("Choose the report"))], validate_choice=False)
    reason = TextAreaField(_l("Reason"), [Required(_l("State the reason; visible to the reviewer")), Length(max=2000)])

    def offer(self, versions: Iterable[ReportVersion]) -> None:
        """The versions that can be chosen."""
        self.version.choices = [
            SelectChoice(str(each.id), _("Version %(number)s, %(file)s", number=each.number, file=each.filename)) for each in versions
        ]


class ToleranceForm(VersionedForm):
    """A tolerance of the body's own, and why."""

    compared = "tolerance.stale"

    value = StringField(_l("Value set by the verification body"), [Optional(), Length(max=40)])
    reason = TextAreaField(_l("Reason"), [Required(_l("State the reason; visible to the reviewer")), Length(max=2000)])
