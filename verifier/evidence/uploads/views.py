"""Resumable uploads by tus 1.0: creation and termination; the address of an upload is the SHA-256 of its file within the case."""

from base64 import b64decode
from binascii import Error as NotBase64
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from verifier.core.access import Permission
from verifier.core.errors import Refusal
from verifier.core.typed_digits import whole_number
from verifier.db import db, utcnow
from verifier.engagements.models import Engagement
from verifier.evidence.uploads import actions, pieces
from verifier.evidence.uploads.models import Upload
from verifier.web.permit import permit
from verifier.web.refusals import sentence
from verifier.web.signed_in import this_user
from verifier.web.transactions import prepared

bp = Blueprint("uploads", __name__)
VERSION = "1.0.0"
OFFSET_STREAM = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460


@bp.after_request
def say_version(response: Response) -> Response:
    """Every answer names the protocol's version, and is kept by nobody."""
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/cases/<uuid:engagement_id>/uploads", methods=["OPTIONS"], provide_automatic_options=False)
@bp.route("/cases/<uuid:engagement_id>/uploads/<file_hash>", methods=["OPTIONS"], provide_automatic_options=False)
@permit(Permission.PUBLIC)
def capabilities(engagement_id: UUID, file_hash: str = "") -> ResponseReturnValue:
    """What the server speaks."""
    extensions = {"Tus-Version": VERSION, "Tus-Extension": "creation,termination", "Tus-Max-Size": str(actions.LARGEST)}
    return Response(status=204, headers=extensions)


@bp.post("/cases/<uuid:engagement_id>/uploads")
@permit(Permission.FILE_UPLOAD, on_report=False)
def announce(engagement: Engagement) -> ResponseReturnValue:
    """Announce a file by its length, its name and its SHA-256; the same announcement again leads to the same upload."""
    if (wrong := _other_version()) is not None:
        return wrong
    metadata, size = _metadata(), whole_number(request.headers.get("Upload-Length"), longest=12)
    try:
        upload = actions.announce(
            engagement.id, this_user().id, metadata.get("sha256", ""), metadata.get("filename", "file"), size or 0, now=utcnow()
        )
    except Refusal as refusal:
        db.session.rollback()
        return _said(refusal, 413 if refusal.message in ("evidence.upload.size", "evidence.upload.quota") else 400)
    location = url_for(".upload_offset", engagement_id=engagement.id, file_hash=upload.sha256)
    return Response(status=201, headers={"Location": location, "Upload-Offset": str(upload.received)})


@bp.route("/cases/<uuid:engagement_id>/uploads/<file_hash>", methods=["HEAD"], provide_automatic_options=False)
@permit(Permission.FILE_UPLOAD)
def upload_offset(engagement: Engagement, file_hash: str) -> ResponseReturnValue:
    """How much of a file has come."""
    if (wrong := _other_version()) is not None:
        return wrong
    upload = actions.find(engagement.id, this_user().id, file_hash)
    if upload is None:
        return Response(status=404)
    return Response(status=200, headers={"Upload-Offset": str(upload.received), "Upload-Length": str(upload.size)})


@bp.route("/cases/<uuid:engagement_id>/uploads/<file_hash>", methods=["PATCH"], provide_automatic_options=False)
@permit(Permission.FILE_UPLOAD, on_report=False)
def append(engagement: Engagement, file_hash: str) -> ResponseReturnValue:
    """Take the next piece: written to the disk outside the transaction, then counted in it if nothing else was meanwhile."""
    if (wrong := _other_version()) is not None:
        return wrong
    if request.mimetype != OFFSET_STREAM:
        return Response(status=415)
    data, user = request.get_data(), this_user().id
    upload = actions.find(engagement.id, user, file_hash)
    if upload is None:
        return Response(status=404)
    key, before, size = upload.id, upload.received, upload.size
    if whole_number(request.headers.get("Upload-Offset"), longest=12) != before:
        return Response(status=409, headers={"Upload-Offset": str(before)})
    if len(data) > actions.CHUNK or before + len(data) > size:
        return Response(status=413)
    sound = prepared(f"piece {before}", lambda: _written(key, before, data, file_hash if before + len(data) == size else None))
    if not sound:
        _forget(engagement.id, user, file_hash)
        return Response(status=CHECKSUM_MISMATCH)
    if not actions.received(key, before, before + len(data), now=utcnow()):
        now_there = actions.find(engagement.id, user, file_hash)
        return Response(status=409, headers={"Upload-Offset": str(now_there.received if now_there else 0)})
    return Response(status=204, headers={"Upload-Offset": str(before + len(data))})


@bp.route("/cases/<uuid:engagement_id>/uploads/<file_hash>", methods=["DELETE"], provide_automatic_options=False)
@permit(Permission.FILE_UPLOAD, on_report=False)
def terminate(engagement: Engagement, file_hash: str) -> ResponseReturnValue:
    """Abandon an upload."""
    if (wrong := _other_version()) is not None:
        return wrong
    return Response(status=204 if _forget(engagement.id, this_user().id, file_hash) else 404)


def _written(key: UUID, at: int, data: bytes, sha256: str | None) -> bool:
    """Write a piece; where it is the last one, whether the file is the one that was announced."""
    pieces.write(key, at, data)
    return sha256 is None or pieces.digest(key) == sha256


def _forget(case: UUID, user: UUID, sha256: str) -> bool:
    upload: Upload | None = actions.find(case, user, sha256)
    if upload is None:
        return False
    pieces.remove(upload.id)
    actions.abandon(upload)
    return True


def _other_version() -> Response | None:
    """The answer to a client that speaks another version."""
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return Response(status=412, headers={"Tus-Version": VERSION})


def _metadata() -> dict[str, str]:
    """Upload-Metadata: pairs of a name and a value in Base64; what cannot be read is left out."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _, encoded = pair.strip().partition(" ")
        try:
            found[name] = b64decode(encoded, validate=True).decode()
        except (NotBase64, UnicodeDecodeError):
            continue
    return found


def _said(refusal: Refusal, status: int) -> Response:
    answer = jsonify(message=sentence(refusal))
    answer.status_code = status
    return answer
