"""Pages of photos and the files themselves; the unit reaches only what a sent finding shows."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from verifier.audit.actions import record
from verifier.audit.models import Effect
from verifier.audit.trail_actions import TrailAction
from verifier.core.access import Permission
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence import actions, pictures, queries
from verifier.evidence.files import download_name
from verifier.evidence.forms import KINDS, CaptionForm, PhotoFilter, UploadForm
from verifier.evidence.models import Photo
from verifier.evidence.uploads import actions as uploads
from verifier.findings import queries as findings
from verifier.web.downloads.pictures import SANDBOX, picture, picture_of
from verifier.web.downloads.spreadsheet import download, spreadsheet
from verifier.web.pages.filters import listed
from verifier.web.pages.lists import every_row, export_url, paged, wants_spreadsheet
from verifier.web.permit import may, permit
from verifier.web.signed_in import current_actor, this_user
from verifier.web.subjects import Described, SubjectKind, describe, row_id, rows_of
from verifier.web.transactions import prepared

bp = Blueprint("evidence", __name__)


@bp.route("/cases/<uuid:engagement_id>/photos")
@permit(Permission.PHOTO_READ, keeps_record="export")
def photos(engagement: Engagement) -> ResponseReturnValue:
    """The photos the reader may see."""
    form = PhotoFilter(request.args)
    form.offer(queries.subject_kinds(engagement.id) if _inside() else [])
    search, shows = (form.search.data or "").strip(), form.shows.data or ""
    found = queries.photos(engagement.id, search=search, subject_kind=shows, among=_among(engagement))
    if wants_spreadsheet():
        rows = every_row(found)
        record(
            TrailAction.EVIDENCE_PHOTOS_DOWNLOADED,
            current_actor(),
            Subject("case", str(engagement.id)),
            now=utcnow(),
            case=engagement.id,
            effect=Effect.LOOK,
            rows=len(rows),
        )
        return _as_spreadsheet(engagement, rows)
    page, once = paged(found, per_page=24), cache(partial(_subject, engagement))
    about = {photo.id: _shown(photo, once) if _inside() else _about(engagement, photo) for photo in page.items}
    return render_template(
        "evidence/photos.html",
        engagement=engagement,
        form=form,
        page=page,
        export_url=export_url(),
        can_add=_can_add(engagement),
        about=about,
        kinds=KINDS,
        inside=_inside(),
    )


@bp.route("/cases/<uuid:engagement_id>/photos/new", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False, files=True)
def upload(engagement: Engagement) -> ResponseReturnValue:
    """Add photos of the subject in the address; without one, of the case."""
    subject, described = _subject_asked(engagement)
    form = UploadForm()
    if form.validate_on_submit():
        sent, who, written = form.uploaded.data, this_user().id, form.caption.data or ""
        uploaded = uploads.complete(engagement.id, who, sent)
        photos = prepared("photos", lambda: actions.prepare_photos(form.handed_in, uploaded))
        added = actions.add_photos(
            engagement.id, engagement.stage, subject, photos.files, written, already=photos.read, actor=current_actor(), now=utcnow()
        )
        uploads.hand_over(engagement.id, who, sent)
        flash_added(engagement, added)
        return redirect(described.url or url_for(".photos", engagement_id=engagement.id), 303)
    return render_template("evidence/upload.html", engagement=engagement, form=form, about=described)


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>", methods=["GET"])
@permit(Permission.PHOTO_READ)
def photo(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """One photo: how it looks, what the camera wrote, its hash, and what shows it."""
    return _page(engagement, _found(engagement, photo_id))


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/caption", methods=["GET", "POST"])
@permit(Permission.SITE_RECORD, on_report=False)
def caption(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """Edit the caption."""
    shown = _found(engagement, photo_id)
    form = CaptionForm(data={"caption": shown.caption, "version": str(shown.version)})
    if form.validate_on_submit():
        actions.caption_photo(shown, engagement.stage, form.caption.data or "", form.seen_version, actor=current_actor(), now=utcnow())
        flash(_("The caption has been saved."), "success")
        return redirect(url_for(".photo", engagement_id=engagement.id, photo_id=shown.id), 303)
    return _page(engagement, shown, form)


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/original")
@permit(Permission.PHOTO_READ, keeps_record=True)
def original(engagement: Engagement, photo_id: UUID) -> ResponseReturnValue:
    """The untouched original to be saved, with a row in the trail; served at the address of `photo_file` for that copy."""
    shown = _found(engagement, photo_id)
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
    return _sandboxed(download(data, download_name(shown.filename, shown.original.media_type), shown.original.media_type))


@bp.route("/cases/<uuid:engagement_id>/photos/<uuid:photo_id>/<any(original, preview, thumbnail):copy>")
@permit(Permission.PHOTO_READ)
def photo_file(engagement: Engagement, photo_id: UUID, copy: str) -> ResponseReturnValue:
    """A smaller copy for pages."""
    shown = _found(engagement, photo_id)
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
    if not _inside() and not any(finding is not None and finding.sent_at is not None for finding in given_with):
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
    return _sandboxed(download(data, found.filename, found.file.media_type))


def flash_added(engagement: Engagement, added: actions.AddedPhotos) -> None:
    """What was kept, what the case already had, and whether it was linked to the subject as well."""
    if added.stored:
        flash(ngettext("%(num)s photo has been saved.", "%(num)s photos have been saved.", len(added.stored)), "success")
    for linked in added.linked:
        flash(_("“%(file)s” was already in this case. The stored photo is now shown here as well.", file=linked.filename), "success")
    for known in added.known:
        flash(
            _(
                "“%(file)s” is already in this case (%(subject)s) and was not saved again.",
                file=known.filename,
                subject=_about(engagement, known).title,
            ),
            "warning",
        )


def _page(engagement: Engagement, shown: Photo, form: CaptionForm | None = None) -> str:
    editing = form
    if editing is None and may(Permission.SITE_RECORD) and possible(engagement.stage, CaseAction.CHECK):
        editing = CaptionForm(formdata=None, data={"caption": shown.caption, "version": str(shown.version)})
    on = findings.showing(engagement, shown, inside=_inside())
    others = []
    if may(Permission.FINDING_RAISE) and possible(engagement.stage, CaseAction.CHECK):
        others = [finding for finding in findings.open_findings(engagement) if finding not in on]
    return render_template(
        "evidence/photo.html",
        engagement=engagement,
        photo=shown,
        about=_about(engagement, shown),
        form=form,
        editing=editing,
        on=on,
        others=others,
        place_of=_place,
        added_by=queries.names_of([shown.added_by]).get(shown.added_by, ""),
    )


def _place(latitude: float, longitude: float) -> str:
    """Where the camera says it was, as people write it, to about ten metres."""
    north = _("%(degrees)s° N", degrees=f"{latitude:.4f}") if latitude >= 0 else _("%(degrees)s° S", degrees=f"{-latitude:.4f}")
    east = _("%(degrees)s° E", degrees=f"{longitude:.4f}") if longitude >= 0 else _("%(degrees)s° W", degrees=f"{-longitude:.4f}")
    return north + _(", ") + east


def _as_spreadsheet(engagement: Engagement, rows: Sequence[Photo]) -> Any:
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
            _about(engagement, photo).title,
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


def _inside() -> bool:
    """Whether the reader may see working papers: every photo is one until a sent finding shows it."""
    return may(Permission.WORK_READ)


def _among(engagement: Engagement) -> Any:
    return None if _inside() else findings.shown_to_unit(engagement)


def _found(engagement: Engagement, photo_id: UUID) -> Photo:
    """The photo, where the reader may know of it."""
    among = _among(engagement)
    shown = queries.photo(engagement.id, photo_id)
    if shown is None or (among is not None and db.session.scalar(among.where(Photo.id == photo_id)) is None):
        abort(404)
    return shown


def _can_add(engagement: Engagement) -> bool:
    return may(Permission.SITE_RECORD) and possible(engagement.stage, CaseAction.CHECK)


def _subject_asked(engagement: Engagement) -> tuple[Subject, Described]:
    """The subject in the address; one that the case does not have is not there."""
    kind = request.args.get("subject_kind", "")
    if not kind:
        return Subject("case", str(engagement.id)), Described(_("The case as a whole"), url_for(".photos", engagement_id=engagement.id))
    subject = Subject(kind, request.args.get("subject_id", ""))
    described = describe(engagement, subject)
    if described is None or described.url is None:
        abort(404)
    return subject, described


def _about(engagement: Engagement, photo: Photo) -> Described:
    """What a photo shows; outside the verification, the finding that shows it is all there is to say."""
    if not _inside():
        on = findings.showing(engagement, photo, inside=False)
        return Described(listed(finding.label for finding in on))
    return _shown(photo, partial(_subject, engagement))


def _shown(photo: Photo, described: Callable[[str, str], Described]) -> Described:
    """Every subject of a photo; the findings that show it stand apart where it shows something else as well."""
    subjects = [each.subject for each in photo.shows]
    every = [described(each.kind, each.id) for each in subjects if each.kind != "finding"] or [described(e.kind, e.id) for e in subjects]
    return every[0] if len(every) == 1 else Described(listed(each.title for each in every))


def _subject(engagement: Engagement, kind: str, key: str) -> Described:
    """What photos are taken of, said for those inside."""
    return Described(_("The case as a whole")) if kind == "case" else describe(engagement, Subject(kind, key)) or Described(key)


def _sandboxed(response: Response) -> Response:
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
