"""Base form: keeps entered values, shows refusals as form errors, and parses three-box dates and tonnes."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask import flash, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField as SentFile
from flask_wtf.file import MultipleFileField as SentFiles
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import FileField, FormField, HiddenField, IntegerField, MultipleFileField, PasswordField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import StopValidation

from verifier.core.errors import Refusal
from verifier.core.typed_digits import plain_digits, whole_number
from verifier.db import db
from verifier.evidence.file_kinds import FileUse
from verifier.web import idempotency
from verifier.web.pages.printable import unprintable
from verifier.web.refusals import InvalidForm, explained


class BaseForm(FlaskForm):
    """A form that shows an action's refusal among its errors and keeps the entered values."""

    class Meta(FlaskForm.Meta):
        """Reads form data only, and files only for file fields: JSON bodies are ignored."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            sent = None if request.is_json else super().wrap_formdata(form, formdata)
            return CombinedMultiDict((_files(form), request.form)) if isinstance(sent, CombinedMultiDict) else sent

    def hidden_tag(self, *fields: Any) -> Markup:
        """The hidden fields, including the idempotency token."""
        return Markup("{}{}").format(super().hidden_tag(*fields), idempotency.field())

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        refusal: Refusal | None = getattr(g, "refusal", None)
        if refusal is None:
            valid = bool(super().validate_on_submit(extra_validators))
            if valid:
                self._warn_of_unprintable()
            elif self.is_submitted() and "is_invalid" not in g and not db.session.new:
                raise InvalidForm
            return valid
        if self.is_submitted():
            super().validate(extra_validators)
            self.form_errors.append(explained(refusal))
        return False

    def _warn_of_unprintable(self) -> None:
        """Names the typed characters that no font of the documents has; what was typed is stored as it is."""
        typed = "".join(field.data for field in self if _is_shown_text(field))
        if characters := unprintable(typed):
            shown = ", ".join(f"{each} (U+{ord(each):04X})" for each in characters[:10])
            flash(
                _(
                    "The fonts of our PDFs do not have %(characters)s. The text is stored as you typed it; "
                    "in a PDF the code stands in its place. Change the text if it must read well there.",
                    characters=shown + (" …" if len(characters) > 10 else ""),
                ),
                "info",
            )


def _is_shown_text(field: Any) -> bool:
    """Whether a field holds text that may be printed; what is typed into a password box is never repeated."""
    return isinstance(field, StringField) and not isinstance(field, PasswordField) and isinstance(field.data, str)


def _files(form: Any) -> MultiDict[str, Any]:
    """The uploaded files of the form's file fields."""
    file_fields = {name for name, field in form._fields.items() if isinstance(field, FileField | MultipleFileField)}
    return MultiDict([(name, file) for name, file in request.files.items(multi=True) if name in file_fields])


class VersionedForm(BaseForm):
    """A form for an existing row: sends back the version it was filled from."""

    version = HiddenField()
    compared: ClassVar[str] = ""
    """The refusal of a stale version whose sentence shows what is stored; the form is then saved as based on the stored version."""

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        valid = super().validate_on_submit(extra_validators)
        refusal: Refusal | None = getattr(g, "refusal", None)
        if refusal is not None and refusal.message == self.compared and self.version.object_data is not None:
            self.version.data = str(self.version.object_data)
        return valid

    @property
    def seen_version(self) -> int | None:
        """The row version shown in the form, or None if the field was tampered with."""
        version = whole_number(self.version.data)
        return -1 if version is None else version


class SearchForm(FlaskForm):
    """A filter bar: read from the query string, never rejected, no CSRF token."""

    class Meta:
        csrf = False


class Required:
    """Required field with its own message."""

    field_flags = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        empty = not field.data or (isinstance(field.data, str) and not field.data.strip())
        if empty and (not field.errors or not any(getattr(field, "raw_data", None) or [])):
            field.errors = []
            raise StopValidation(str(self.message))
        if empty:
            raise StopValidation()


class Box(StringField):
    """One box of a date."""


class DateBoxes(PlainForm):
    """Year, month and day as three boxes."""

    year = Box(_l("Year"))
    month = Box(_l("Month"))
    day = Box(_l("Day"))


class DateParts(FormField):
    """A date entered in three boxes; an invalid one is kept and reported."""

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(DateBoxes, label, **kwargs)
        self.required_message = required

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        value = data if isinstance(data, date) else self.default if isinstance(self.default, date) else None
        boxes = {"year": str(value.year), "month": str(value.month), "day": str(value.day)} if value else {}
        super().process(formdata, data=boxes)

    @property
    def date(self) -> date | None:
        """The date, or None when it is blank or impossible."""
        year, month, day = (whole_number(self.form[name].data, longest=4) for name in ("year", "month", "day"))
        if year is None or month is None or day is None:
            return None
        try:
            return date(year, month, day) if 1900 <= year <= 2999 else None
        except ValueError:
            return None

    def validate(self, form: Any, extra_validators: Iterable[Any] = ()) -> bool:
        self.boxes_errors: list[str] = []
        blank = not any((self.form[name].data or "").strip() for name in ("year", "month", "day"))
        if blank and self.required_message:
            self.boxes_errors.append(str(self.required_message))
        elif not blank and self.date is None:
            self.boxes_errors.append(_("This must be a real date, like 2021-05-27"))
        return not self.boxes_errors

    @property
    def errors(self) -> list[str]:
        """What is wrong with the date as a whole."""
        return getattr(self, "boxes_errors", [])

    @errors.setter
    def errors(self, value: object) -> None:
        """WTForms clears errors by assignment; ours are of the whole date."""


def _measurable(value: Decimal) -> bool:
    """At most 10¹² and fifteen places; the exponent is looked at first, for a number of a hundred million digits is an attack."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -15 and value.adjusted() <= 12 and abs(value) <= Decimal("1e12")


class WholeNumberField(IntegerField):
    """A whole number as people type it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The number; what is none is refused with words."""
        if not valuelist or not valuelist[0].strip():
            return
        self.data = whole_number(valuelist[0])
        if self.data is None:
            raise ValueError(_("Enter a whole number, in digits only"))


class TonnesField(StringField):
    """Tonnes of CO2 as people type them: full-width digits, thousands separators, a real minus."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.value: Decimal | None = None

    def pre_validate(self, form: Any) -> None:
        text = plain_digits(self.data or "").replace(",", "").replace(" ", "")
        if not text:
            self.value = None
            return
        try:
            self.value = Decimal(text)
        except InvalidOperation:
            raise StopValidation(_("This must be a number of tonnes, like 1250.5")) from None
        if not _measurable(self.value):
            raise StopValidation(_("This must be a number of tonnes, like 1250.5"))


class FileBox(SentFile):
    """One file to choose: which kinds and how large, the table of uses says."""

    def __init__(self, label: Any, use: FileUse, validators: Any = (), *, camera: bool = False, **kwargs: Any) -> None:
        super().__init__(label, validators, render_kw=_file_attributes(use, camera=camera), **kwargs)
        self.use = use


class FilesBox(SentFiles):
    """Several files to choose at once."""

    def __init__(self, label: Any, use: FileUse, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, render_kw=_file_attributes(use), **kwargs)
        self.use = use


def _file_attributes(use: FileUse, *, camera: bool = False) -> dict[str, str]:
    return {"accept": use.media_types, "capture": "environment"} if camera else {"accept": use.accept}
