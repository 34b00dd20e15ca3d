"""Forms for photos."""

from collections.abc import Mapping, Sequence
from re import fullmatch
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, SelectField, StringField
from wtforms.validators import Length, Optional, StopValidation

from verifier.core.subject import Subject
from verifier.evidence.file_kinds import PHOTO
from verifier.web.forms import BaseForm, FileBox, FilesBox, SearchForm, VersionedForm

KINDS = {
    "source": _l("Emission source"),
    "facility": _l("Facility"),
    "missing_source": _l("Source not reported"),
    "checklist_item": _l("Checklist item"),
    "visit": _l("Site visit"),
    "finding": _l("Finding"),
}
"""What a photo may show, in words; a kind that is not here is its plain name."""


class PhotoFilter(SearchForm):
    """Which photos to list."""

    search = StringField(_l("Search photos"))
    shows = SelectField(_l("Subject"), validate_choice=False)

    def offer(self, kinds: Sequence[str]) -> None:
        """The kinds of subject that have photos."""
        self.shows.choices = [("", _("Any subject")), *((kind, str(KINDS.get(kind, kind))) for kind in kinds)]


class UploadedFiles(Field):
    """The SHA-256 of files that were sent in pieces before the form; shown again as they came where the form is refused."""

    data: list[str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Only what a SHA-256 may be."""
        sent = formdata.getlist(self.name) if formdata is not None else []
        self.data = [each for each in dict.fromkeys(sent) if fullmatch(r"[0-9a-f]{64}", each)]

    def __call__(self, **_kwargs: object) -> Markup:
        """A hidden input for each."""
        return Markup("").join(Markup('<input type="hidden" name="{}" value="{}">').format(self.name, each) for each in self.data)


class SentBefore:
    """Ends the checks of a file field where its file was sent in pieces before the form."""

    def __call__(self, form: Any, _field: Any) -> None:
        """Nothing more is asked of the field then."""
        if form.uploaded.data:
            raise StopValidation


class PhotoFields:
    """One photo taken now, several chosen, or sent in pieces before; together one hand-over."""

    uploaded = UploadedFiles()
    taken = FileBox(_l("Take a photo"), PHOTO, [Optional()], camera=True)
    photos = FilesBox(_l("Select photos"), PHOTO, [Optional()])

    def handed_in(self) -> list[tuple[str, bytes]]:
        """The photos as (name, bytes); an empty choice is none."""
        chosen = [self.taken.data, *(self.photos.data or [])]
        return [(file.filename, file.read()) for file in chosen if file and not isinstance(file, str) and file.filename]


class UploadForm(PhotoFields, BaseForm):
    """Photos of one subject."""

    caption = StringField(_l("Caption"), [Optional(), Length(max=300)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Something is handed in."""
        good = bool(super().validate(extra_validators))
        if not self.uploaded.data and not any(
            file and not isinstance(file, str) and file.filename for file in [self.taken.data, *(self.photos.data or [])]
        ):
            self.photos.errors = [_("Take a photo or select at least one")]
            return False
        return good


class CaptionForm(VersionedForm):
    """What a photo shows, in words."""

    caption = StringField(_l("Caption"), [Optional(), Length(max=300)])


class SubjectForm(BaseForm):
    """One thing more that a photo shows, or one in place of another."""

    subject = SelectField(_l("Subject"), validate_choice=False)
    number = StringField(_l("Number of the emission source or facility"), [Optional(), Length(max=200)])
    instead_of = SelectField(_l("In place of"), validate_choice=False)

    def offer(self, subjects: Mapping[str, Sequence[tuple[Subject, str]]], shown: Sequence[tuple[str, str]]) -> None:
        """What there is to choose, by kind, and what the photo shows now, as (id, words)."""
        self._subjects = {str(subject): subject for each in subjects.values() for subject, _words in each}
        groups = {str(KINDS.get(kind, _("Other"))): [(str(subject), words) for subject, words in each] for kind, each in subjects.items()}
        self.subject.choices = {_("By number"): [("", _("Emission source or facility, by number below"))], **groups}
        self.instead_of.choices = [("", _("Nothing: keep the present subjects as well")), *shown]

    def chosen(self) -> Subject | None:
        """The subject chosen from the list."""
        return self._subjects.get(self.subject.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """A subject is chosen or a number is given, not both."""
        good = bool(super().validate(extra_validators))
        if (self.chosen() is None) == (not (self.number.data or "").strip()):
            self.subject.errors = [_("Choose a subject, or enter the number of a source or facility")]
            return False
        return good
