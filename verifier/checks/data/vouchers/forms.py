"""Forms of supporting documents: upload, link to a number, evidence request, and review."""

from collections.abc import Collection, Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from verifier.accounts.models import User
from verifier.checks.data.wording import parameter_name
from verifier.core.evidence_requests import NumberKey, RequestAction, RequestState, periods_in
from verifier.core.report.rows import PARAMETERS
from verifier.core.typed_digits import whole_number
from verifier.evidence.file_kinds import VOUCHER
from verifier.evidence.forms import SentBefore, UploadedFiles
from verifier.web.forms import BaseForm, DateParts, FilesBox, Required, SearchForm, VersionedForm
from verifier.web.pages.labels import label


def numbers_in(text: str) -> list[NumberKey]:
    """The numbers of a text, a source a line: `E-095`, `E-095 2021-01 to 2021-03` or `E-095 2021-03 ef`; a blank line is none."""
    found: list[NumberKey] = []
    for line in text.replace("，", " ").replace(",", " ").splitlines():
        words = line.split()
        if words:
            parameter = next((word for word in words[1:] if word in PARAMETERS or word == "quantity"), "")
            period = " ".join(word for word in words[1:] if word != parameter)
            found += [NumberKey.of(words[0], each, parameter) for each in periods_in(period)]
    return list(dict.fromkeys(found))


class RequestFilter(SearchForm):
    """Which requests to list."""

    q = StringField(_l("Search"))
    state = SelectField(_l("State"), validate_choice=False)

    def offer(self) -> None:
        """The states there are, and what is late."""
        self.state.choices = [
            SelectChoice("", _("Any state")),
            SelectChoice("unit", _("Awaiting response from the unit")),
            SelectChoice("late", _("Overdue")),
            *(SelectChoice(state.value, label(state)) for state in RequestState if state is not RequestState.OPEN),
        ]


class VoucherFilter(SearchForm):
    """Which vouchers to list."""

    q = StringField(_l("Search"))
    kind = SelectField(_l("Type"), validate_choice=False)

    def offer(self, *, inside: bool) -> None:
        """The kinds there are; a unit is not offered working papers."""
        self.kind.choices = [
            SelectChoice("", _("All documents")),
            *([SelectChoice("unit", _("Uploaded by the unit")), SelectChoice("ours", _("Working papers"))] if inside else []),
            SelectChoice("loose", _("Not linked")),
            SelectChoice("withdrawn", _("Withdrawn")),
        ]


class HandInForm(BaseForm):
    """Vouchers, what they are, and which numbers rest on them."""

    uploaded = UploadedFiles()
    file = FilesBox(_l("Supporting documents"), VOUCHER, [SentBefore(), FileRequired(_l("Choose the file"))])
    title = StringField(_l("Description"), [Optional(), Length(max=200)])
    meter = StringField(_l("Meter"), [Optional(), Length(max=100)])
    period = StringField(_l("Period covered"), [Optional(), Length(max=100)])
    numbers = TextAreaField(_l("Numbers supported by this document"), [Optional(), Length(max=4000)])
    months_of_names = BooleanField(_l("Take the month of each file from its name"))
    answer = TextAreaField(_l("Remarks"), [Optional(), Length(max=2000)])


class LinkForm(BaseForm):
    """A number that rests on a voucher, and the page of the voucher that shows it."""

    source = StringField(_l("Source no."), [Required(_l("Enter the source number"))])
    month = StringField(_l("Month"), [Optional(), Length(max=20)])
    parameter = SelectField(_l("Parameter"), validate_choice=False)
    page = StringField(_l("Page"), [Optional(), Length(max=6)])

    def offer(self) -> None:
        """The parameters there are."""
        names = (SelectChoice(code, parameter_name(code)) for code in PARAMETERS)
        self.parameter.choices = [SelectChoice("", _("All")), SelectChoice("quantity", _("Quantity")), *names]

    def key(self) -> NumberKey:
        """The number that is meant."""
        return NumberKey.of(self.source.data or "", self.month.data or "", self.parameter.data or "")

    def at(self) -> int | None:
        """The page, None where none is named; what is no number is page 0, which no voucher has."""
        text = (self.page.data or "").strip()
        return (whole_number(text) or 0) if text else None


class WithdrawForm(BaseForm):
    """Why a voucher is withdrawn."""

    reason = TextAreaField(_l("Reason"), [Required(_l("State the reason")), Length(max=2000)])


class AskForm(BaseForm):
    """Evidence request to the unit."""

    numbers = TextAreaField(_l("Numbers concerned"), [Optional(), Length(max=20_000)])
    about = StringField(_l("Or describe the subject"), [Optional(), Length(max=200)])
    asked = TextAreaField(_l("Evidence requested"), [Required(_l("State the evidence required")), Length(max=2000)])
    department = StringField(_l("Responsible person at the unit"), [Optional(), Length(max=200)])
    due = DateParts(_l("Due date"), required=_l("Enter the due date"))
    each = BooleanField(_l("Send a separate request for each number"))


class AssignForm(VersionedForm):
    """Who of the unit answers."""

    person = SelectField(_l("Responsible for response"), validate_choice=False)

    def offer(self, people: Iterable[User]) -> None:
        """The people of the unit."""
        self.person.choices = [
            SelectChoice("", _("Not assigned (unit contact)")),
            *(SelectChoice(str(each.id), each.name) for each in people),
        ]


class AnswerForm(VersionedForm):
    """An answer without a file."""

    words = TextAreaField(_l("Response"), [Required(_l("Enter the response")), Length(max=2000)])


class JudgeForm(BaseForm):
    """A verifier's review of an answer."""

    decision = RadioField(
        _l("Is the evidence sufficient?"),
        [InputRequired(_l("Choose an option"))],
        choices=[
            SelectChoice(RequestAction.ACCEPT.value, _l("Accept: sufficient")),
            SelectChoice(RequestAction.RETURN.value, _l("Return to the unit")),
            SelectChoice(RequestAction.WITHDRAW.value, _l("Withdraw request")),
        ],
    )
    reason = TextAreaField(_l("Reason"), [Optional(), Length(max=2000)])

    def offer(self, actions: Collection[RequestAction]) -> None:
        """Only what the request's state knows: nothing that was not given is judged."""
        self.decision.choices = [each for each in self.decision.choices if each.value in actions]
