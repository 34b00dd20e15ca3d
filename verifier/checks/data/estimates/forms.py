"""Forms of a conservative estimate: a quantity for each month, then the reason for confirming it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from verifier.checks.data.estimates.queries import EstimatedMonth
from verifier.checks.data.numbers.forms import AmountField
from verifier.core.calculation.units import plain
from verifier.core.typed_digits import whole_number
from verifier.findings.models import Finding
from verifier.web.forms import Required, SearchForm, VersionedForm


def quantities(months: Iterable[EstimatedMonth], typed: Any) -> SearchForm:
    """A form with a box for each month, filled with what is proposed or was typed; read from the address, for nothing counts yet."""
    boxes = {name_of(each.month.period): AmountField(f"{each.month.period}, {each.month.unit}") for each in months}
    form_class = type("Quantities", (SearchForm,), boxes)
    proposed = {name_of(each.month.period): plain(each.used) for each in months if each.used is not None}
    form: SearchForm = form_class(typed if any(name in typed for name in boxes) else None, data=proposed)
    return form


def name_of(period: str) -> str:
    """Name of a month's field in the address."""
    return f"q{period}"


def entered_quantities(form: SearchForm, rows: Iterable[EstimatedMonth]) -> dict[str, Decimal | None]:
    """The quantity entered for each month; None where the box is blank."""
    return {each.month.period: getattr(form, name_of(each.month.period)).value for each in rows}


class ConfirmForm(VersionedForm):
    """Displayed estimate and the reason for confirming it."""

    quantities = HiddenField()
    tonnes = HiddenField()
    finding = SelectField(_l("Underlying finding"), validate_choice=False)
    reason = TextAreaField(_l("Reason"), [Required(_l("State why the figure is estimated; printed in the statement")), Length(max=2000)])

    def offer(self, grounds: Iterable[Finding]) -> None:
        """The findings it may rest on, those left uncorrected first."""
        self.finding.choices = [(str(each.number), f"{each.label} {each.title}") for each in grounds]

    def show(self, tonnes: Decimal, typed: Mapping[str, Decimal | None]) -> None:
        """Fill the hidden fields submitted with the reason: the figure shown, and the quantities it is calculated from."""
        self.tonnes.data = plain(tonnes)
        self.quantities.data = " ".join(f"{period}={plain(value)}" for period, value in typed.items() if value is not None)

    @property
    def number(self) -> int | None:
        """The number of the chosen finding; 0 for an invalid choice."""
        return whole_number(self.finding.data) or 0

    @property
    def seen_tonnes(self) -> Decimal | None:
        """The figure that was shown; None where the field was tampered with."""
        return _decimal(self.tonnes.data or "")

    @property
    def typed(self) -> dict[str, Decimal | None]:
        """The quantities of the figure shown, by period; None where a value is no number."""
        pairs = (part.partition("=") for part in (self.quantities.data or "").split())
        return {period: _decimal(value) for period, _sign, value in pairs}


class TakeBackForm(VersionedForm):
    """Reason for withdrawing an estimate."""

    reason = TextAreaField(_l("Reason for withdrawal"), [Required(_l("State the reason; visible to the reviewer")), Length(max=2000)])


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    exponent = value.as_tuple().exponent
    return value if isinstance(exponent, int) and exponent >= -15 and value.adjusted() <= 12 else None
