"""Files of the evidence as they are handed out: photos, their copies, attachments, and the list of photos."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission
from verifier.core.subject import Subject
from verifier.db import utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import pictures, queries
from verifier.evidence.files import download_name
from verifier.evidence.models import Photo
from verifier.evidence.views.blueprint import bp, inside, photo_or_404, sandboxed, subjects_in_words
from verifier.findings import queries as findings
from verifier.web.downloads.pictures import picture, picture_of
from verifier.web.downloads.spreadsheet import download, spreadsheet
from verifier.web.permit import permit
from verifier.web.signed_in import current_actor


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/original")
@permit(Permission.PHOTO_READ, keeps_record=True)
def original(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """The untouched original to be saved, with a row in the trail; served at the address of `photo_file` for that copy."""
    shown = photo_or_404(engagement, photo_id)
    data = queries.store().get(shown.original_sha256)
    record(
        TrailAction.EVIDENCE_PHOTO_DOWNLOADED,
        current_actor(),
        Subject("photo", str(shown.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        sha256=shown.original_sha256,
    )
    return sandboxed(download(data, download_name(shown.filename, shown.original.media_type), shown.original.media_type))


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/<any(original, preview, thumbnail):copy>")
@permit(Permission.PHOTO_READ)
def photo_file(engagement: Engagement, photo_id: UUID, copy: str) -> ResponseReturnValue:
    """A smaller copy for pages."""
    shown = photo_or_404(engagement, photo_id)
    digest = shown.thumbnail_sha256 if copy == "thumbnail" else shown.preview_sha256
    if digest is not None:
        return picture(queries.store().get(digest))
    return picture_of(pictures.PHOTO, shown.original_sha256, pictures.COPIES.get(copy, 0))


@bp.route("/cases/<uuid:engagement_id>/files/<uuid:attachment_id>")
@permit(Permission.FINDING_READ, keeps_record=True)
def attachment(engagement: Engagement, attachment_id: UUID) -> ResponseReturnValue:
    """Download a file; users outside the verification reach only files of sent findings."""
    found = queries.attachment(engagement.id, attachment_id)
    if found is None:
        abort(404)
    given_with = [findings.of_subject(engagement, each.subject) for each in found.given_with]
    if not inside() and not any(finding is not None and finding.sent_at is not None for finding in given_with):
        abort(404)
    data = queries.store().get(found.sha256)
    record(
        TrailAction.EVIDENCE_FILE_DOWNLOADED,
        current_actor(),
        Subject("attachment", str(found.id)),
        now=utcnow(),
        case=engagement.id,
        effect=Effect.LOOK,
        file=found.filename,
        sha256=found.sha256,
    )
    return sandboxed(download(data, found.filename, found.file.media_type))


def as_spreadsheet(engagement: Engagement, rows: Sequence[Photo]) -> Any:
    people = queries.names_of([photo.added_by for photo in rows])
    headers = [
        _("Caption"),
        _("Subject"),
        _("File"),
        "SHA-256",
        _("Bytes"),
        _("Width, px"),
        _("Height, px"),
        _("Date taken (camera clock)"),
        _("Latitude, °"),
        _("Longitude, °"),
        _("Camera"),
        _("Added by"),
        _("Added"),
    ]
    body = [
        [
            photo.caption,
            subjects_in_words(engagement, photo).title,
            photo.filename,
            photo.original_sha256,
            photo.original.size,
            photo.width,
            photo.height,
            photo.taken_at,
            _exact(photo.latitude),
            _exact(photo.longitude),
            photo.camera,
            people.get(photo.added_by, ""),
            photo.added_at,
        ]
        for photo in rows
    ]
    return spreadsheet(f"{_('Photos')} {engagement.number}", headers, body)


def _exact(degrees: float | None) -> Decimal | None:
    return None if degrees is None else Decimal(str(degrees))
