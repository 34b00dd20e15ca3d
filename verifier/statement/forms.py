"""Forms of the last steps: conclusion, review, signing."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import BooleanField, DateField, HiddenField, PasswordField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, Length, Optional

from verifier.core.opinion.permitted import Choice
from verifier.core.rulepack.pack import Text
from verifier.core.typed_digits import whole_number
from verifier.evidence.file_kinds import STATEMENT
from verifier.statement.models import ReviewOutcome, RevocationReason
from verifier.statement.signing.certificate_authority import SHORTEST_PASSPHRASE
from verifier.web.factor import FactorForm
from verifier.web.forms import BaseForm, FileBox, Required
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label


class ConclusionForm(BaseForm):
    """An opinion among those that are open, and what the lead verifier adds to its wording."""

    opinion = RadioField(_l("Opinion"), validators=[Required(_l("Choose the opinion"))], validate_choice=True)
    text = TextAreaField(
        _l("Additional wording"),
        validators=[Optional(), Length(max=4000, message=_l("At most 4,000 characters"))],
        description=_l("Printed in the statement below the wording of the opinion, exactly as entered."),
    )

    def offer(self, choices: tuple[Choice, ...]) -> None:
        """Only what nothing speaks against can be chosen."""
        self.opinion.choices = [SelectChoice(choice.opinion.code, text_in(choice.opinion.name)) for choice in choices if choice.open]

    def wording(self, choices: tuple[Choice, ...]) -> dict[str, str]:
        """The sentence of each opinion, as a hint below its name."""
        return {choice.opinion.code: text_in(_wording(choice)) for choice in choices if choice.open}


def _wording(choice: Choice) -> Text:
    return choice.opinion.wording


class ReviewForm(BaseForm):
    """What the reviewer decides, and the last change of the case they saw."""

    seen = HiddenField()
    outcome = RadioField(
        _l("Decision"),
        choices=[
            SelectChoice(ReviewOutcome.APPROVED.value, _l("Approve for signing")),
            SelectChoice(ReviewOutcome.SENT_BACK.value, _l("Send back to the team")),
        ],
        validators=[Required(_l("Choose whether you approve or send back"))],
    )
    sampling_accepted = BooleanField(_l("I accept the samples that are the body's own practice"))
    comments = TextAreaField(
        _l("Comments"),
        validators=[Optional(), Length(max=4000, message=_l("At most 4,000 characters"))],
        description=_l("Required when sending back. If you approve, the comments are printed in the statement."),
    )

    procedures = BooleanField(_l("I accept the procedures that cover the samples which do not support the figure"))

    @property
    def seen_change(self) -> int:
        """The last change the page showed, or −1 where the field was tampered with."""
        seen = whole_number(self.seen.data)
        return -1 if seen is None else seen


class SignForm(FactorForm):
    """The signing passphrase and the second factor."""

    passphrase = PasswordField(_l("Signing passphrase"), validators=[Required(_l("Enter your signing passphrase"))])


class KeyForm(FactorForm):
    """A new passphrase, typed twice, and the second factor."""

    passphrase = PasswordField(
        _l("New signing passphrase"),
        validators=[
            Required(_l("Choose a signing passphrase")),
            Length(min=SHORTEST_PASSPHRASE, max=200, message=_l("A signing passphrase must have at least 12 characters")),
        ],
        description=_l("At least 12 characters. It cannot be read or reset; if you forget it, create a new key."),
    )
    again = PasswordField(
        _l("Repeat the passphrase"),
        validators=[Required(_l("Repeat the passphrase")), EqualTo("passphrase", message=_l("The passphrases do not match"))],
    )


class RevokeForm(BaseForm):
    """Why a key is revoked, and since when it must not be trusted."""

    reason = RadioField(_l("Reason"), validators=[Required(_l("Choose the reason"))])
    since = DateField(
        _l("Not to be trusted since"),
        validators=[Optional()],
        description=_l("From the beginning of this day (UTC); leave empty for now. Statements issued since then are no longer valid."),
    )
    note = TextAreaField(_l("Remark"), validators=[Optional(), Length(max=2000)])

    def __init__(self) -> None:
        super().__init__()
        self.reason.choices = [SelectChoice(reason.value, label(reason)) for reason in RevocationReason]


class CheckForm(BaseForm):
    """A PDF to be checked; it is not stored."""

    pdf = FileBox(
        _l("The statement as a PDF file"),
        STATEMENT,
        validators=[FileRequired(_l("Choose the PDF file"))],
        description=_l("The file as received. It is verified and not stored."),
    )
