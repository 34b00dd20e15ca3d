"""Forms of sampling: risks, plans, the seed, the result of an item, and the evaluation that extends a sample."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from verifier.checks.data.sampling.wording import kind_name
from verifier.core.rulepack.pack import RulePack
from verifier.core.rulepack.parts import NamedCode
from verifier.core.sampling.plan import Result
from verifier.core.sampling.risk import Level
from verifier.core.typed_digits import plain_digits
from verifier.evidence.file_kinds import SAMPLE_LIST
from verifier.findings.models import Finding
from verifier.web.forms import BaseForm, FileBox, Required, SearchForm, TonnesField, VersionedForm
from verifier.web.pages.filters import percent, text_in
from verifier.web.pages.labels import label


class RiskForm(BaseForm):
    """How likely a number is wrong, how likely the unit would not notice, and why."""

    inherent = SelectField(_l("Inherent risk"), [InputRequired(_l("Choose the inherent risk"))])
    control = SelectField(_l("Control risk"), [InputRequired(_l("Choose the control risk"))])
    reason = TextAreaField(_l("Reason"), [Length(max=2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [SelectChoice(each.value, label(each)) for each in Level]
        self.inherent.choices = self.control.choices = [SelectChoice("", _("Choose")), *levels]


class RiskFilter(SearchForm):
    """Which data flows and sources to show."""

    q = StringField(_l("Search"))
    level = SelectField(_l("Risk"), validate_choice=False)

    def offer(self) -> None:
        """By what is held of them, the unassessed first."""
        named = (SelectChoice(each.value, label(each)) for each in Level)
        self.level.choices = [SelectChoice("", _("All risks")), SelectChoice("none", _("Not assessed")), *named]


class ReasonedForm(BaseForm):
    """What every plan says: why sampling is appropriate, and why it is drawn anew where it was drawn before."""

    basis = TextAreaField(_l("Why sampling is appropriate"), [Required(_l("State why sampling is appropriate")), Length(max=2000)])
    anew = TextAreaField(_l("Reason for a new draw"), [Optional(), Length(max=2000)])


class LadderForm(ReasonedForm):
    """What the ladder is climbed on, and how its share is read."""

    kind = RadioField(_l("What to sample"))
    reading = RadioField(_l("Interpretation of the share"))
    whole = StringField(_l("Also examine in full"), [Optional(), Length(max=4000)])

    def offer(self, covers: Sequence[str], readings: Sequence[NamedCode]) -> None:
        """What the pack's ladder covers and how it may be read, its default first."""
        self.kind.choices = [SelectChoice(code, kind_name(code)) for code in covers]
        self.reading.choices = [SelectChoice(each.code, text_in(each.name)) for each in readings]
        self.kind.data = self.kind.data or covers[0]
        self.reading.data = self.reading.data or readings[0].code

    @property
    def kept_whole(self) -> list[str]:
        """The keys typed, whatever separates them."""
        return [key for key in re.split(r"[\s,;，；、]+", self.whole.data or "") if key]


class Percent(StringField):
    """A percentage as people type it; `share` is the part of one."""

    share: Fraction | None = None

    def pre_validate(self, form: Any) -> None:
        """Above 0 and at most 100, with at most six places."""
        text = plain_digits(self.data or "").replace("%", "").strip()
        if re.fullmatch(r"\d{1,3}(\.\d{1,6})?", text, re.ASCII) and 0 < Decimal(text) <= 100:
            self.share = Fraction(text) / 100
        else:
            raise StopValidation(_("Enter a percentage above 0, e.g. 5"))


class Times(StringField):
    """A plain factor, like 1.6; blank where none is needed."""

    value: Fraction | None = None

    def pre_validate(self, form: Any) -> None:
        """Blank, or below a thousand."""
        text = plain_digits(self.data or "").strip()
        if text and not re.fullmatch(r"\d{1,3}(\.\d{1,6})?", text, re.ASCII):
            raise StopValidation(_("Enter a number, e.g. 1.6"))
        self.value = Fraction(text) if text else None


class TonneUnitForm(ReasonedForm):
    """How much error is tolerable and expected, and how sure one wants to be."""

    kind = RadioField(_l("What to sample"))
    risk = SelectField(_l("Risk of incorrect acceptance"))
    tolerable = TonnesField(_l("Tolerable error, tCO₂"), [Required(_l("Enter the tolerable error"))])
    expected = TonnesField(_l("Expected error, tCO₂"), [Optional()])
    expansion = Times(_l("Expansion factor"), [Optional()])

    def offer(self, kinds: Sequence[str], risks: Sequence[Fraction], suggested: Fraction) -> None:
        """The populations there are, the pack's risks, and the one the assessed risks suggest."""
        self.kind.choices = [SelectChoice(code, kind_name(code)) for code in kinds]
        self.risk.choices = [SelectChoice(str(each), percent(each)) for each in sorted(risks)]
        self.kind.data = self.kind.data or kinds[0]
        self.risk.data = self.risk.data or str(suggested)


class ListForm(ReasonedForm):
    """A list kept by somebody else, and how large a gap must not be missed."""

    name = StringField(_l("Name of the list"), [Required(_l("Describe the list")), Length(max=80)])
    file = FileBox(_l("The list"), SAMPLE_LIST, [FileRequired(_l("Choose the list"))])
    share = Percent(_l("Smallest omission to be detected, % of the list"), [Required(_l("Enter the smallest omission to be detected"))])
    risk = SelectField(_l("Risk of not detecting an omission"))

    def offer(self, risks: Sequence[Fraction], suggested: Fraction) -> None:
        """The pack's risks, and the one the assessed risks suggest."""
        self.risk.choices = [SelectChoice(str(each), percent(each)) for each in sorted(risks)]
        self.risk.data = self.risk.data or str(suggested)


class SeedForm(BaseForm):
    """The seed, where it was thrown in front of others."""

    seed = StringField(_l("Seed"), [Optional(), Length(max=64)])


class ItemFilter(SearchForm):
    """Which of the drawn items to show."""

    q = StringField(_l("Search"))
    state = SelectField(_l("State"), validate_choice=False)

    def offer(self) -> None:
        """By what was found."""
        named = (SelectChoice(each.value, label(each)) for each in Result)
        self.state.choices = [SelectChoice("", _("All items")), SelectChoice("open", _("Not tested yet")), *named]


class Amount(TonnesField):
    """An amount in the unit reported, as people type it."""

    def pre_validate(self, form: Any) -> None:
        """As tonnes are read."""
        try:
            super().pre_validate(form)
        except StopValidation:
            raise StopValidation(_("Enter a number, e.g. 1250.5")) from None


class ResultForm(VersionedForm):
    """What looking at one item showed."""

    compared = "data.sample.item_stale"

    result = RadioField(_l("Result"), [InputRequired(_l("Choose the result"))])
    found = Amount(_l("Amount found"), [Optional()])
    note = TextAreaField(_l("Basis or reason"), [Optional(), Length(max=2000)])

    def offer(self, texts: dict[Result, Any]) -> None:
        """The results in the words of the method."""
        self.result.choices = [SelectChoice(each.value, text) for each, text in texts.items()]


class ErrorForm(BaseForm):
    """What becomes of a sampled error: a finding raised, one that covers it, or the reason why none is needed."""

    then = RadioField(_l("Decision"), [InputRequired(_l("Choose what becomes of the error"))])
    class_code = SelectField(_l("Class"), validate_choice=False)
    clause = SelectField(_l("Clause"), validate_choice=False)
    finding = SelectField(_l("Existing finding"), [Optional()])
    reason = TextAreaField(_l("Reason why no finding is needed"), [Optional(), Length(max=2000)])

    def offer(self, pack: RulePack, findings: Sequence[Finding]) -> None:
        """The pack's classes and clauses, and the findings that may cover the error."""
        self.then.choices = [SelectChoice("raise", _("Raise a finding"))]
        if findings:
            self.then.choices.append(SelectChoice("name", _("Covered by an existing finding")))
        self.then.choices.append(SelectChoice("none", _("No finding needed")))
        self.class_code.choices = [SelectChoice(each.code, text_in(each.name)) for each in pack.finding_classes]
        self.clause.choices = [SelectChoice(each.code, f"{each.code} {text_in(each.name)}") for each in pack.clauses]
        self.finding.choices = [
            SelectChoice("", _("Choose")),
            *(SelectChoice(str(each.number), f"{each.label} {each.title}") for each in findings),
        ]


class CoverForm(BaseForm):
    """The procedures that cover what a sample does not support."""

    procedures = TextAreaField(
        _l("Procedures, what they covered, and their result"), [Required(_l("Name the procedures")), Length(max=4000)]
    )


class ExtendForm(BaseForm):
    """Why a tonne-unit sample is extended."""

    reason = TextAreaField(_l("Reason for extending the sample"), [Required(_l("State why the sample is extended")), Length(max=2000)])


class ClimbForm(BaseForm):
    """The step to extend to, and the evaluation of the error."""

    to = SelectField(_l("Extend to"))
    cause = TextAreaField(_l("Cause"), [Length(max=2000)])
    nature = TextAreaField(_l("Nature"), [Length(max=2000)])
    effect = TextAreaField(_l("Effect"), [Length(max=2000)])

    def offer(self, steps: Sequence[Fraction]) -> None:
        """The steps above the present one, the forced one first."""
        self.to.choices = [SelectChoice(str(step), percent(step)) for step in steps]
