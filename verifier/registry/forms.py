"""Forms of the registry: a year and its dates, a unit, a body."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from verifier.registry.actions import NewUnit, YearDates
from verifier.web.forms import BaseForm, DateParts, Required, SearchForm, VersionedForm, WholeNumberField

NEW = "new"


class PackForm(SearchForm):
    """Which rules and which year, before the dates they suggest."""

    pack = SelectField(_l("Rule pack"))
    emission_year = WholeNumberField(_l("Emission year"))


def _given(boxes: DateParts) -> date:
    """A date that validation has found to be there."""
    if boxes.date is None:
        raise ValueError(boxes.name)
    return boxes.date


class _Dates:
    """The three boxes of dates, shared by the form that opens a year and the one that changes it."""

    report_due: DateParts
    verified_due: DateParts
    surrender_due: DateParts

    def dates(self) -> YearDates:
        """The dates as typed; refuses an order that cannot be."""
        return YearDates(_given(self.report_due), _given(self.verified_due), _given(self.surrender_due))


class YearForm(BaseForm, _Dates):
    """A new emission year."""

    pack = SelectField(_l("Rule pack"))
    emission_year = WholeNumberField(
        _l("Emission year"),
        [InputRequired(_l("Enter the emission year, like 2021")), NumberRange(2000, 2100, _l("Enter a year between 2000 and 2100"))],
    )
    name = StringField(_l("Name of the programme year"), [Required(_l("Enter a name for the year")), Length(max=120)])
    name_zh = StringField(_l("Chinese name"), [Optional(), Length(max=120)])
    time_zone = StringField(_l("Time zone"), [Required(_l("Enter the time zone, like Asia/Shanghai"))])
    report_due = DateParts(_l("Reports due"), required=_l("Enter the date by which reports are due"))
    verified_due = DateParts(_l("Verification statements due"), required=_l("Enter the date by which verification statements are due"))
    surrender_due = DateParts(_l("Surrender of allowances due"), required=_l("Enter the date by which allowances must be surrendered"))

    def names(self) -> tuple[str, str | None]:
        """Both names, the Chinese one where it was given."""
        return (self.name.data or "").strip(), (self.name_zh.data or "").strip() or None


class DatesForm(VersionedForm, _Dates):
    """The dates of an open year."""

    report_due = DateParts(_l("Reports due"), required=_l("Enter the date by which reports are due"))
    verified_due = DateParts(_l("Verification statements due"), required=_l("Enter the date by which verification statements are due"))
    surrender_due = DateParts(_l("Surrender of allowances due"), required=_l("Enter the date by which allowances must be surrendered"))


class UnitsFilter(SearchForm):
    """Which units of a year to show."""

    q = StringField(_l("Search units"))
    body = SelectField(
        _l("Verification body"),
        choices=[
            SelectChoice("", _l("Appointed or not")),
            SelectChoice("named", _l("Appointed")),
            SelectChoice("none", _l("Not appointed yet")),
        ],
    )


class UnitForm(BaseForm):
    """A unit for a year: one we know, or a new one."""

    unit = RadioField(_l("Which unit?"), validators=[InputRequired(_l("Choose a unit, or “A new unit”"))])
    name = StringField(_l("Name"), [Length(max=200)])
    name_zh = StringField(_l("Name in Chinese"), [Optional(), Length(max=200)])
    credit_code = StringField(
        _l("Unified social credit code"),
        [Regexp(r"^\s*([0-9A-Za-z]{8,30})?\s*$", message=_l("A credit code contains letters and digits only (18 characters in China)"))],
    )
    sector = StringField(_l("Sector"), [Optional(), Length(max=120)])

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if self.unit.data == NEW and not (self.name.data or "").strip():
            self.name.errors = [*self.name.errors, str(_l("Enter the name of the new unit"))]
            good = False
        if self.unit.data == NEW and not (self.credit_code.data or "").strip():
            self.credit_code.errors = [*self.credit_code.errors, str(_l("Enter the credit code: the unit's reports are identified by it"))]
            good = False
        return good

    def existing(self) -> UUID | None:
        """The unit chosen among those we know."""
        return None if self.unit.data == NEW else UUID(self.unit.data)

    def new_unit(self) -> NewUnit:
        """The unit as typed."""
        return NewUnit((self.name.data or "").strip(), (self.name_zh.data or "").strip() or None, self.credit_code.data or "")


class BodyForm(BaseForm):
    """The verification body for a unit's year."""

    body = SelectField(_l("Verification body"), [Required(_l("Choose a verification body"))])
