"""The blueprint of photos and files, who may see which, and what a photo shows in words."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import gettext as _

from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.evidence import photo_subjects, queries
from verifier.evidence.models import Photo
from verifier.findings import queries as findings
from verifier.web.downloads.pictures import SANDBOX
from verifier.web.pages.filters import listed
from verifier.web.permit import may
from verifier.web.subjects import Described, SubjectKind, describe, row_id, rows_of

bp = Blueprint("evidence", __name__)


def inside() -> bool:
    """Whether the reader may see working papers: every photo is one until a sent finding shows it."""
    return may(Permission.WORK_READ)


def visible_ids(engagement: Engagement) -> Any:
    """The ids of the photos the reader may see; None: all of the case."""
    return None if inside() else findings.shown_to_unit(engagement)


def photo_or_404(engagement: Engagement, photo_id: UUID) -> Photo:
    """The photo, where the reader may know of it."""
    among = visible_ids(engagement)
    shown = queries.photo(engagement.id, photo_id)
    if shown is None or (among is not None and db.session.scalar(among.where(Photo.id == photo_id)) is None):
        abort(404)
    return shown


def subjects_in_words(engagement: Engagement, photo: Photo) -> Described:
    """What a photo shows; outside the verification, the finding that shows it is all there is to say."""
    if not inside():
        on = findings.showing(engagement, photo, inside=False)
        return Described(listed(finding.label for finding in on))
    return shown_by(photo, partial(subject_in_words, engagement))


def shown_by(photo: Photo, described: Callable[[str, str], Described]) -> Described:
    """Every subject of a photo; the findings that show it stand apart where it shows something else as well."""
    subjects = [each.subject for each in photo.shows]
    every = [described(each.kind, each.id) for each in subjects if each.kind != "finding"] or [described(e.kind, e.id) for e in subjects]
    return every[0] if len(every) == 1 else Described(listed(each.title for each in every))


def subject_in_words(engagement: Engagement, kind: str, key: str) -> Described:
    """What photos are taken of, said for those inside."""
    return Described(_("The case as a whole")) if kind == "case" else describe(engagement, Subject(kind, key)) or Described(key)


def photographed(engagement: Engagement, photo: Photo) -> dict[str, list[tuple[Subject, str]]]:
    """What the reader may choose as one more subject of a photo, with its words, by kind; sources and facilities go by their number."""
    kinds: dict[str, SubjectKind[Any]] = current_app.extensions["verifier"].subjects
    found: dict[str, list[tuple[Subject, str]]] = {}
    for name, kind in kinds.items():
        if kind.photographed is not None and may(kind.guard):
            rows = [(Subject(name, key), kind.title(value)) for key, value in kind.photographed(engagement).items()]
            if rows := [(subject, words) for subject, words in rows if not photo_subjects.shows(photo, subject)]:
                found[name] = rows
    whole = Subject("case", str(engagement.id))
    return found if photo_subjects.shows(photo, whole) else {**found, "case": [(whole, _("The case as a whole"))]}


def subject_numbered(engagement: Engagement, number: str) -> Subject | None:
    """The source of a number, else the facility; None where the report has neither."""
    named = (Subject(kind, number.strip()) for kind in ("source", "facility"))
    return next((subject for subject in named if describe(engagement, subject) is not None), None)


def sandboxed(response: Response) -> Response:
    """Whatever the bytes are, they run nothing and load nothing."""
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _find(engagement: Engagement, text: str) -> Photo | None:
    key = row_id(text)
    return queries.photo(engagement.id, key) if key is not None else None


SUBJECTS: dict[str, SubjectKind[Any]] = {
    "photo": SubjectKind[Photo](
        find=_find,
        find_many=lambda engagement, texts: {text: row for text, row in rows_of(Photo, texts).items() if row.case_id == engagement.id},
        title=lambda shown: shown.caption or shown.filename,
        url=lambda engagement, shown: url_for("evidence.photo", engagement_id=engagement.id, photo_id=shown.id),
    )
}
