"""Forms of findings."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from verifier.core.errors import Refusal
from verifier.core.findings import Check, FindingAction, FindingState
from verifier.core.rulepack.pack import RulePack
from verifier.evidence.file_kinds import ATTACHMENT
from verifier.evidence.models import Photo
from verifier.findings.actions import NEEDS_REASON, Draft
from verifier.findings.models import Finding
from verifier.reports.models import ReportVersion
from verifier.web.forms import BaseForm, FilesBox, Required, SearchForm, TonnesField, VersionedForm
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label

DECISIONS = {
    FindingAction.ACCEPT: _l("Accept and close"),
    FindingAction.RETURN: _l("Return to the unit with a reason"),
    FindingAction.REPORT_UNCORRECTED: _l("Report as uncorrected"),
    FindingAction.ESTIMATE: _l("Estimate conservatively"),
    FindingAction.CARRY_OVER: _l("Carry over to the next year"),
    FindingAction.WITHDRAW: _l("Withdraw the finding"),
}
"""What a verifier may decide, in the order it is offered."""


class FilterForm(SearchForm):
    """Which findings to list."""

    search = StringField(_l("Search findings"))
    state = SelectField(_l("State"), validate_choice=False)
    finding_class = SelectField(_l("Class"), validate_choice=False)
    check = SelectField(_l("Check"), validate_choice=False)

    def offer(self, pack: RulePack, *, inside: bool) -> None:
        """Fill the choices: the unit is not offered drafts."""
        states = [state for state in FindingState if inside or state is not FindingState.DRAFT]
        self.state.choices = [("", _("Any state")), *((state.value, label(state)) for state in states)]
        self.finding_class.choices = [("", _("Any class")), *((of.code, text_in(of.name)) for of in pack.finding_classes)]
        self.check.choices = [("", _("Any check")), *((check.value, label(check)) for check in Check)]

    def criteria(self) -> dict[str, str]:
        """The filter as the query takes it."""
        return {
            "search": (self.search.data or "").strip(),
            "state": self.state.data or "",
            "class_code": self.finding_class.data or "",
            "arose_in": self.check.data or "",
        }


class FindingForm(VersionedForm):
    """A finding as a verifier writes it."""

    class_code = RadioField(_l("Class"), validate_choice=False, validators=[Required(_l("Choose the class of the finding"))])
    clause = SelectField(_l("Clause"), validate_choice=False, validators=[Required(_l("Select the applicable clause"))])
    title = StringField(_l("Title"), [Required(_l("Enter a short title")), Length(max=200)])
    description = TextAreaField(_l("Description of the finding"), [Required(_l("Describe the finding")), Length(max=20_000)])
    effect = TonnesField(_l("Effect (reported − correct), tCO₂"), [Optional()])
    internal_note = TextAreaField(_l("Note for the team"), [Optional(), Length(max=20_000)])
    photos = SelectMultipleField(
        _l("Photos of the finding"),
        [Optional()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=_l("Photos of the checklist item. Those ticked are attached to the finding; the unit sees them once it is sent."),
    )

    def offer(self, pack: RulePack) -> None:
        """The classes and clauses of the case's pack."""
        self.class_code.choices = [(of.code, text_in(of.name)) for of in pack.finding_classes]
        self.clause.choices = [("", _("Choose a clause")), *((of.code, f"{of.code}  {text_in(of.name)}") for of in pack.clauses)]

    def offer_photos(self, photos: Sequence[Photo]) -> None:
        """The photos of the checklist item on which the finding is raised, all ticked at first; without any there is no such field."""
        if not photos:
            del self.photos
            return
        self.photos.choices = [SelectChoice(str(photo.id), photo.caption or photo.filename) for photo in photos]
        if not self.is_submitted():
            self.photos.data = [str(photo.id) for photo in photos]

    @property
    def chosen_photos(self) -> list[str]:
        """The ids of the photos that were ticked."""
        return list(self.photos.data or ()) if self.photos else []

    def draft(self) -> Draft:
        """What was typed, as the action takes it."""
        return Draft(
            str(self.class_code.data),
            str(self.clause.data),
            (self.title.data or "").strip(),
            (self.description.data or "").strip(),
            self.effect.value,
            (self.internal_note.data or "").strip(),
        )

    @staticmethod
    def filled_from(finding: Finding) -> dict[str, Any]:
        """The values the form starts with."""
        effect: Decimal | None = finding.effect
        return {
            "version": str(finding.version),
            "class_code": finding.class_code,
            "clause": finding.clause,
            "title": finding.title,
            "description": finding.description,
            "effect": "" if effect is None else f"{effect:f}",
            "internal_note": finding.internal_note,
        }


class AnswerForm(BaseForm):
    """The unit's answer."""

    text = TextAreaField(_l("Response"), [Required(_l("Enter the response")), Length(max=20_000)])
    report_version = RadioField(_l("Does the reported data change?"), validate_choice=False, default="")
    files = FilesBox(_l("Files"), ATTACHMENT, [Optional()])

    def offer(self, versions: list[ReportVersion]) -> None:
        """The released versions that may hold the correction, newest first."""
        self.report_version.choices = [("", _("No, the reported data does not change"))]
        for version in versions:
            self.report_version.choices.append(
                (str(version.number), _("Yes, in report version %(number)s: %(file)s", number=version.number, file=version.filename))
            )

    def version(self, among: Iterable[ReportVersion]) -> ReportVersion | None:
        """The report version that was chosen, None for none; refuses one that is not among the unit's."""
        chosen = self.report_version.data or ""
        found = next((each for each in among if str(each.number) == chosen), None)
        if chosen and found is None:
            raise Refusal("finding.answer.no_version")
        return found

    def handed_in(self) -> list[tuple[str, bytes]]:
        """The files as (name, bytes); an empty choice is none."""
        return [(file.filename, file.read()) for file in self.files.data or [] if file and file.filename]


class JudgeForm(BaseForm):
    """A verifier's decision on a finding."""

    decision = RadioField(_l("Decision"), validate_choice=False, validators=[Required(_l("Choose a decision"))])
    text = TextAreaField(_l("Reason or comment"), [Length(max=20_000)])

    def offer(self, actions: frozenset[FindingAction], state: FindingState) -> None:
        """What may be decided where the finding stands."""
        self.decision.choices = [(action.value, str(words)) for action, words in DECISIONS.items() if action in actions]
        if state is FindingState.DRAFT:
            self.decision.data = FindingAction.WITHDRAW.value

    def validate(self, extra_validators: Any = None) -> bool:
        """A decision that others must understand carries its reason."""
        good = bool(super().validate(extra_validators))
        if self.decision.data in {action.value for action in NEEDS_REASON} and not (self.text.data or "").strip():
            self.text.errors = [*self.text.errors, _("State the reason; it is kept with the finding")]
            return False
        return good

    def chosen(self) -> FindingAction | None:
        """The chosen action, None where it is none a verifier decides."""
        return next((action for action in DECISIONS if action.value == self.decision.data), None)
