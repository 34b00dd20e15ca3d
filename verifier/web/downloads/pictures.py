"""Answers with a picture of a stored file, or with a drawing that says why there is none yet or none at all."""

from flask import Response, render_template
from flask_babel import gettext as _

from verifier.core.errors import Refusal
from verifier.evidence import pictures
from verifier.evidence.file_kinds import JPEG
from verifier.web.transactions import released

SANDBOX = "default-src 'none'; sandbox"
FOR_A_YEAR = "private, max-age=31536000, immutable"
PATIENCE = 2
"""Seconds that a page waits for a reader; the job waits longer."""
AGAIN = 5
"""Seconds after which it is worth asking for a picture again."""


def picture(data: bytes) -> Response:
    """A picture that never changes, so the browser may keep it for itself; whatever the bytes are, they run and load nothing."""
    response = Response(data, mimetype=JPEG)
    response.headers["Cache-Control"] = FOR_A_YEAR
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def picture_of(kind: str, sha256: str, place: int) -> Response:
    """One of the pictures of a stored file, made now where neither the job nor a page has made it before."""
    try:
        with released():
            found = pictures.pictures_of(kind, sha256, PATIENCE)
    except Refusal as refusal:
        if refusal.message != pictures.BUSY:
            raise
        response = _drawn(_("This picture is being prepared."))
        response.status_code, response.headers["Retry-After"] = 503, str(AGAIN)
        return response
    if place < len(found.pictures):
        return picture(found.pictures[place])
    return _drawn(_("No picture could be made of this file; the original is stored unchanged."))


def _drawn(words: str) -> Response:
    response = Response(render_template("macros/no_picture.svg", words=words), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
