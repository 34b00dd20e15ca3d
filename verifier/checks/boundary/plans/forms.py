"""Forms of entered monitoring plans."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional

from verifier.evidence.file_kinds import ATTACHMENT
from verifier.web.forms import BaseForm, DateParts, FileBox, Required


class EnteredPlanForm(BaseForm):
    """The document of a plan, the sources it names, and those of the report that it does not name."""

    document = StringField(_l("Title and version of the plan"), [Required(_l("Enter the title of the plan")), Length(max=300)])
    dated_on = DateParts(_l("Date of approval or filing"), required=_l("Enter the date of approval or filing"))
    reference = StringField(_l("Number of the approval or filing"), [Required(_l("Enter the number")), Length(max=200)])
    file = FileBox(_l("Document"), ATTACHMENT, [FileRequired(_l("Choose the document"))])
    planned = TextAreaField(
        _l("Sources in the plan that the report does not list"),
        [Optional(), Length(max=100_000)],
        description=_l("One source number per line."),
    )
    absent = TextAreaField(
        _l("Reported sources that are not in the plan"),
        [Optional(), Length(max=100_000)],
        description=_l("One per line: source number, colon, reason. Example: G-053: installed after the plan was approved."),
    )


class WithdrawPlanForm(BaseForm):
    """Withdrawal of an entered plan."""

    reason = TextAreaField(_l("Reason"), [Required(_l("State the reason; visible to the reviewer")), Length(max=2000)])
