"""Taking in files: the bytes first, then the row that names them."""

from datetime import datetime
from hashlib import sha256

from verifier.db import db
from verifier.evidence.models import StoredFile
from verifier.evidence.queries import store


def keep(data: bytes, media_type: str, *, now: datetime) -> StoredFile:
    """Keep bytes under their hash; the same bytes again are the same file."""
    digest = sha256(data).hexdigest()
    known = db.session.get(StoredFile, digest)
    store().put(data)
    if known is None:
        known = StoredFile(sha256=digest, size=len(data), media_type=media_type, stored_at=now)
        db.session.add(known)
        db.session.flush()
    return known
