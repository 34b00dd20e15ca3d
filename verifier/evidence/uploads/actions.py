"""Actions on uploads: announce, count what has come, hand over, abandon; what nobody hands in is removed after days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from re import fullmatch
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update

from verifier.core.errors import Refusal
from verifier.db import batched, db, reading, utcnow, writing
from verifier.evidence.file_kinds import PHOTO
from verifier.evidence.files import safe_name
from verifier.evidence.uploads import pieces
from verifier.evidence.uploads.models import Upload
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

log = structlog.get_logger()
CHUNK = 256 * 1024
"""Bytes of one piece at most: behind a proxy that receives requests whole, a cut costs one piece."""
LARGEST = PHOTO.most_bytes
QUOTA = 500 * PHOTO.most_bytes
"""Bytes a person may have on the way and not handed in: five hundred photos of the largest size, as many as a visit day may bring."""
KEPT = timedelta(days=7)


def find(case: UUID, user: UUID, sha256: str) -> Upload | None:
    """A person's own upload to a case."""
    return db.session.scalar(select(Upload).where(Upload.case_id == case, Upload.user_id == user, Upload.sha256 == sha256))


def announce(case: UUID, user: UUID, sha256: str, filename: str, size: int, *, now: datetime) -> Upload:
    """Begin an upload, or find the one begun before; refused: no SHA-256, too large, more than the quota, no room on the disk."""
    if not fullmatch(r"[0-9a-f]{64}", sha256):
        raise Refusal("evidence.upload.no_hash")
    if not 0 < size <= LARGEST:
        raise Refusal("evidence.upload.size", most=LARGEST // 1_048_576)
    known = find(case, user, sha256)
    if known is not None and known.size == size:
        return known
    if known is not None:
        raise Refusal("evidence.upload.other_size")
    pending = db.session.scalar(select(func.coalesce(func.sum(Upload.size), 0)).where(Upload.user_id == user)) or 0
    if pending + size > QUOTA:
        raise Refusal("evidence.upload.quota", most=QUOTA // 1_048_576)
    pieces.room_for(size)
    made = Upload(
        case_id=case, user_id=user, sha256=sha256, filename=safe_name(filename), size=size, received=0, begun_at=now, touched_at=now
    )
    db.session.add(made)
    db.session.flush()
    return made


def received(upload: UUID, before: int, after: int, *, now: datetime) -> bool:
    """Count a piece that is on the disk; False where another request has counted one meanwhile."""
    row = update(Upload).where(Upload.id == upload, Upload.received == before).values(received=after, touched_at=now)
    return db.session.execute(row.execution_options(synchronize_session=False)).rowcount == 1  # type: ignore[attr-defined]


def abandon(upload: Upload) -> None:
    """Forget an upload; its bytes go with the sweep if this process dies before removing them."""
    db.session.delete(upload)
    db.session.flush()


def complete(case: UUID, user: UUID, digests: Sequence[str]) -> list[tuple[str, Path]]:
    """The files of complete uploads as (name, path), in the order asked for; refused where one is missing or has not come whole."""
    found = []
    for digest in dict.fromkeys(digests):
        upload = find(case, user, digest)
        if upload is None or not upload.is_complete or not pieces.path(upload.id).exists():
            raise Refusal("evidence.upload.not_complete")
        found.append((upload.filename, pieces.path(upload.id)))
    return found


def hand_over(case: UUID, user: UUID, digests: Sequence[str]) -> None:
    """Forget uploads whose files were accepted, in the transaction that accepted them; the sweep removes their bytes."""
    db.session.execute(delete(Upload).where(Upload.case_id == case, Upload.user_id == user, Upload.sha256.in_(digests)))


@task("uploads.sweep", every=timedelta(hours=1), keep=timedelta(days=2), in_steps=True)
def sweep(_work: JobRun) -> None:
    """Forget uploads that nothing came for in days, then remove every file that no row names; looked for without the write lock."""
    now = utcnow()
    with reading():
        over = list(db.session.scalars(select(Upload.id).where(Upload.touched_at < now - KEPT)))
    for portion in batched(over, 100):
        with writing():
            db.session.execute(delete(Upload).where(Upload.id.in_(portion), Upload.touched_at < now - KEPT))
            db.session.commit()
    removed = list(_remove_unnamed(now))
    log.info("swept", uploads=len(over), files=len(removed))


def _remove_unnamed(now: datetime) -> list[Path]:
    """The row is there before its file: a file without one was abandoned or handed over."""
    if not pieces.folder().exists():
        return []
    files = sorted(pieces.folder().iterdir())
    with reading():
        named = {each.hex for each in db.session.scalars(select(Upload.id))}
    over = [file for file in files if file.name not in named and file.stat().st_mtime < (now - timedelta(hours=1)).timestamp()]
    for file in over:
        file.unlink(missing_ok=True)
    return over
