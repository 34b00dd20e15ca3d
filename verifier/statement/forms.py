"""Forms of the last steps: conclusion, review, signing."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import BooleanField, DateField, HiddenField, PasswordField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, Length, Optional, ValidationError

from verifier.casework.review.actions import ReperformedResult
from verifier.casework.review.models import ReviewOutcome, ReviewPart
from verifier.checks.data.sampling.forms import Amount
from verifier.core.opinion.permitted import Choice
from verifier.core.reperformance import ReperformedOutcome
from verifier.core.rulepack.pack import Text
from verifier.core.typed_digits import whole_number
from verifier.evidence.file_kinds import STATEMENT
from verifier.statement.models import RevocationReason
from verifier.statement.signing.certificate_authority import SHORTEST_PASSPHRASE
from verifier.web.factor import FactorForm
from verifier.web.forms import BaseForm, FileBox, Required, VersionedForm
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
    def on_parts(self) -> dict[ReviewPart, str]:
        """The comments on parts of the case that were entered."""
        return {part: text for part in PARTS if (text := (self[f"on_{part}"].data or "").strip())}

    @property
    def seen_change(self) -> int:
        """The last change the page showed, or −1 where the field was tampered with."""
        seen = whole_number(self.seen.data)
        return -1 if seen is None else seen


PARTS = tuple(part for part in ReviewPart if part is not ReviewPart.CASE)
"""What a comment of its own can be made on; a comment on the whole case is the decision's."""
for _part in PARTS:
    _box = TextAreaField(_l("Comment of the reviewer"), validators=[Optional(), Length(max=4000, message=_l("At most 4,000 characters"))])
    setattr(ReviewForm, f"on_{_part}", _box)


class AnswerForm(VersionedForm):
    """The lead verifier's answer to a comment of the reviewer."""

    compared = "review.comment.stale"

    answer = TextAreaField(
        _l("Answer"),
        validators=[Required(_l("Enter the answer")), Length(max=4000, message=_l("At most 4,000 characters"))],
        description=_l("What was done, or why nothing needs to be done; shown to the reviewer beside the comment."),
    )


class ReperformedForm(VersionedForm):
    """Result of one re-performed number, which errors name by its title; a number without an outcome is left as it is."""

    compared = "review.reperformed.stale"

    outcome = SelectField(_l("Result"), validators=[Optional()], validate_choice=False)
    value = Amount(_l("Value as re-performed"), validators=[Optional()])
    note = TextAreaField(_l("How it was re-performed"), validators=[Length(max=2000, message=_l("At most 2,000 characters"))])

    def __init__(self, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.title = title
        self.outcome.choices = [
            SelectChoice("", _("Not re-performed")),
            *(SelectChoice(each.value, label(each)) for each in ReperformedOutcome),
        ]

    def validate_note(self, field: TextAreaField) -> None:
        """A difference is explained."""
        if self.outcome.data == ReperformedOutcome.DIFFERS and not (field.data or "").strip():
            raise ValidationError(_("State how the number was re-performed and what differs"))

    @property
    def named_errors(self) -> list[tuple[str, str]]:
        """Each error of a field behind the title of the number and the field's label, with the field's address."""
        return [(f"{self.title}, {field.label.text}: {error}", f"#{field.id}") for field in self for error in field.errors if field.errors]

    @property
    def result(self) -> ReperformedResult | None:
        """What was entered; None where nothing was."""
        if self.outcome.data not in set(ReperformedOutcome):
            return None
        outcome = ReperformedOutcome(self.outcome.data)
        return ReperformedResult(outcome, self.value.value, self.note.data or "", self.seen_version, self.title)


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
