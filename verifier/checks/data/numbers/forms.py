"""Forms of numbers: filter, order, and the decision on one."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from verifier.checks.data.models import NumberDecision
from verifier.checks.data.numbers.queries import NumberQuery
from verifier.core.calculation.units import number, plain
from verifier.core.errors import Refusal
from verifier.core.outcomes.number_outcomes import NumberReview
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.report.reported_numbers import NumberKind
from verifier.core.rulepack.pack import RulePack
from verifier.reports.wording import flag_name
from verifier.web.forms import SearchForm, VersionedForm
from verifier.web.pages.filters import text_in
from verifier.web.pages.labels import label


class NumberFilter(SearchForm):
    """Which numbers to show, in which order."""

    q = StringField(_l("Search"))
    kind = SelectField(_l("Kind"), validate_choice=False)
    source = StringField(_l("Source no."))
    period = SelectField(_l("Period"), validate_choice=False)
    flag = SelectField(_l("Data alerts"), validate_choice=False)
    state = SelectField(_l("Outcome"), validate_choice=False)
    owner = SelectField(_l("Owner"), validate_choice=False)
    sort = SelectField(
        _l("Order"),
        validate_choice=False,
        choices=[
            SelectChoice("", _l("As handed in")),
            SelectChoice("tonnes", _l("Largest effect first")),
            SelectChoice("period", _l("By month")),
        ],
    )
    sampled = BooleanField(_l("Sampled only"))

    def offer(self, months: Iterable[str], flags: Iterable[str], owners: list[str], *, sampled: bool) -> None:
        """What can be chosen, by what occurs in the report; a field with nothing to choose is left out."""
        self.kind.choices = [SelectChoice("", _("All kinds")), *(SelectChoice(each.value, label(each)) for each in NumberKind)]
        whole_year = SelectChoice("year", _("the year"))
        self.period.choices = [SelectChoice("", _("All periods")), *(SelectChoice(month, month) for month in months), whole_year]
        named = (SelectChoice(code, flag_name(code)) for code in sorted(flags, key=flag_name))
        self.flag.choices = [
            SelectChoice("", _("All numbers")),
            SelectChoice("any", _("All alerts")),
            SelectChoice("none", _("No data alerts")),
            *named,
        ]
        shown = [each for each in OutcomeStatus if each is not OutcomeStatus.WAITING]
        self.state.choices = [
            SelectChoice("", _("All outcomes")),
            SelectChoice("open", _("Not decided individually")),
            *(SelectChoice(each.value, label(each)) for each in shown),
        ]
        self.owner.choices = [SelectChoice("", _("All owners")), *(SelectChoice(each, each) for each in owners)]
        if not owners:
            del self.owner
        if not sampled:
            del self.sampled

    @property
    def query(self) -> NumberQuery:
        """The query of the filter; an unknown state or order matches all."""
        states = {"open", *(each.value for each in OutcomeStatus)}
        state = self.state.data or ""
        owner, drawn = getattr(self, "owner", None), getattr(self, "sampled", None)
        return NumberQuery(
            search=self.q.data or "",
            kind=self.kind.data or "",
            source=(self.source.data or "").strip(),
            period=self.period.data or "",
            flag=self.flag.data or "",
            state=state if state in states else "",
            sort=self.sort.data or "",
            owner=(owner.data or "") if owner else "",
            sampled=bool(drawn and drawn.data),
        )


class AmountField(StringField):
    """A number as typed, in the unit chosen next to it."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.value: Decimal | None = None

    def pre_validate(self, form: Any) -> None:
        try:
            self.value = number(self.data or "")
        except Refusal:
            raise StopValidation(_("Enter a number, e.g. 1250.5")) from None
        exponent = self.value.as_tuple().exponent if self.value is not None else 0
        if self.value is not None and (not isinstance(exponent, int) or exponent < -15 or self.value.adjusted() > 12):
            raise StopValidation(_("Enter a number, e.g. 1250.5"))


class NumberForm(VersionedForm):
    """Decision on one number."""

    compared = "data.number.stale"

    outcome = RadioField(
        _l("Outcome"),
        [InputRequired(_l("Choose your decision on this number"))],
        choices=[
            SelectChoice(SourceOutcome.AGREED.value, _l("Agreed: the stated value is correct")),
            SelectChoice(SourceOutcome.DIFFERS.value, _l("Differs: the correct value is different")),
            SelectChoice(SourceOutcome.CANNOT_CONFIRM.value, _l("Cannot be confirmed")),
        ],
    )
    value = AmountField(_l("Correct value (only if it differs)"))
    said_by = StringField(_l("Source of the correct value (only if it differs)"), [Optional(), Length(max=200)])
    method = SelectField(_l("How it was tested"), validate_choice=False)
    how = TextAreaField(_l("Basis, or why it cannot be confirmed"), [Optional(), Length(max=2000)])
    no_finding = TextAreaField(_l("Reason why no finding is needed"), [Optional(), Length(max=2000)])

    def offer(self, pack: RulePack) -> None:
        """The evidence-gathering activities the rules name."""
        self.method.choices = method_choices(pack)

    def fill(self, outcome: NumberDecision | None) -> None:
        """Show the current outcome for editing."""
        if outcome is not None and not self.is_submitted():
            self.outcome.data, self.how.data, self.said_by.data, self.method.data = (
                outcome.outcome,
                outcome.how,
                outcome.said_by,
                outcome.method,
            )
            if outcome.outcome == SourceOutcome.DIFFERS and outcome.verified is not None:
                self.value.data, self.no_finding.data = plain(outcome.verified), outcome.no_finding_reason

    @property
    def review(self) -> NumberReview:
        """The outcome that was entered."""
        return NumberReview(
            SourceOutcome(self.outcome.data),
            self.value.value,
            self.said_by.data or "",
            self.how.data or "",
            self.method.data or "",
            self.no_finding.data or "",
        )


def method_choices(pack: RulePack) -> list[SelectChoice]:
    """Every evidence-gathering activity by its name, none chosen."""
    return [SelectChoice("", _("Choose the method")), *(SelectChoice(each.code, text_in(each.name)) for each in pack.evidence_activities)]
