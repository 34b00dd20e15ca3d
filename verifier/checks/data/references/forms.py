"""Forms of references: a workbook to compare with, and a tolerance of the body's own."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional

from verifier.evidence.file_kinds import REPORT
from verifier.web.forms import BaseForm, FileBox, Required, VersionedForm


class WorkbookForm(BaseForm):
    """Last year's report or the monitoring plan."""

    workbook = FileBox(_l("Workbook"), REPORT, [FileRequired(_l("Choose the workbook"))])
    note = StringField(_l("Origin"), [Optional(), Length(max=300)])


class ToleranceForm(VersionedForm):
    """A tolerance of the body's own, and why."""

    value = StringField(_l("Value set by the verification body"), [Optional(), Length(max=40)])
    reason = TextAreaField(_l("Reason"), [Required(_l("State the reason; visible to the reviewer")), Length(max=2000)])
