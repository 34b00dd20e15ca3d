"""Forms of check 3: visit and checklist item."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from verifier.core.rulepack.sections import SiteVisitRule
from verifier.core.site import ChecklistOutcome, VisitKind, VisitPlan, Waiver
from verifier.evidence.file_kinds import ATTACHMENT
from verifier.evidence.forms import PhotoFields
from verifier.web.forms import BaseForm, DateParts, FileBox, Required, VersionedForm
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label


class VisitForm(VersionedForm):
    """When, where and who."""

    starts_on = DateParts(_l("First day"), required=_l("Enter the first day of the visit"))
    ends_on = DateParts(_l("Last day"), required=_l("Enter the last day of the visit"))
    place = StringField(_l("Place"), [Required(_l("Enter the place visited")), Length(max=300)])
    body_people = SelectMultipleField(
        _l("Verifiers attending"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Required(_l("Choose the verifiers attending"))],
    )
    kind = RadioField(_l("Kind of visit"), default=VisitKind.ON_SITE.value)
    reason = TextAreaField(_l("Reason for a remote visit"), [Optional(), Length(max=5_000)])
    unit_people = TextAreaField(_l("Unit representatives"), [Optional(), Length(max=5_000)])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=5_000)])

    def offer(self, people: list[str], rule: SiteVisitRule | None = None) -> None:
        """Those of the team, who have all declared their independence, and the kinds of visit that the rules permit."""
        kinds = [VisitKind.ON_SITE, *([VisitKind.REMOTE] if rule and rule.remote else [])]
        self.kind.choices = [(each.value, label(each)) for each in kinds]
        if rule and rule.remote:
            self.reason.description = " · ".join(text_in(each.name) for each in rule.remote)
        self.body_people.choices = [(name, name) for name in dict.fromkeys(people)]

    def validate(self, extra_validators: Any = None) -> bool:
        """The days are in order, and nobody goes who is not of the team."""
        good = bool(super().validate(extra_validators))
        if self.starts_on.date and self.ends_on.date and self.starts_on.date > self.ends_on.date:
            self.ends_on.boxes_errors.append(_("The last day cannot be before the first"))
            good = False
        if not set(self.body_people.data or []) <= {value for value, *_words in self.body_people.choices}:
            self.body_people.errors = [_("Choose team members only")]
            good = False
        return good

    def plan(self) -> VisitPlan:
        """What was typed, as the method knows it; only after `validate`."""
        first, last = self.starts_on.date, self.ends_on.date
        assert first is not None and last is not None  # noqa: PT018 - `validate` has seen to both
        met = tuple(line.strip() for line in (self.unit_people.data or "").splitlines() if line.strip())
        place, note = (self.place.data or "").strip(), (self.note.data or "").strip()
        kind, reason = VisitKind(self.kind.data or VisitKind.ON_SITE), (self.reason.data or "").strip()
        return VisitPlan(first, last, place, tuple(self.body_people.data or []), met, note, kind, reason)


class WaiverForm(BaseForm):
    """The authority's decision to waive the site visit: date, reference, file, reason, and the rules' conditions."""

    decided_on = DateParts(_l("Date of the decision"), required=_l("Enter the date of the decision"))
    reference = StringField(_l("Reference number of the decision"), [Required(_l("Enter the reference number")), Length(max=200)])
    file = FileBox(_l("Decision of the authority"), ATTACHMENT, [FileRequired(_l("Choose the file of the decision"))])
    conditions = SelectMultipleField(
        _l("Conditions of the rules that are met"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = TextAreaField(_l("Reason"), [Required(_l("State why no visit is needed")), Length(max=5_000)])

    def offer(self, rule: SiteVisitRule) -> None:
        """The conditions, each to be confirmed."""
        self.conditions.choices = [(each.code, text_in(each.name)) for each in rule.waiver]

    def waiver(self) -> Waiver:
        """What was entered; only after `validate`."""
        assert self.decided_on.date is not None
        return Waiver(self.decided_on.date, self.reference.data or "", self.reason.data or "", tuple(self.conditions.data or ()))


class ItemForm(PhotoFields, VersionedForm):
    """What was found of one item of the checklist, with photos taken right there."""

    compared = "site.item.stale"

    outcome = RadioField(_l("Outcome"), validate_choice=False, default="")
    note = TextAreaField(_l("Observations"), [Optional(), Length(max=20_000)])

    def offer(self) -> None:
        """The outcomes, and that it is not checked yet."""
        self.outcome.choices = [*((outcome.value, label(outcome)) for outcome in ChecklistOutcome), ("", _("Not checked yet"))]

    def chosen(self) -> ChecklistOutcome | None:
        """The outcome, None while the item stays open."""
        return next((outcome for outcome in ChecklistOutcome if outcome.value == self.outcome.data), None)
