"""Recovery after a kill between commit and checkpoint: signs the missing checkpoint if the trail itself verifies."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from verifier.audit.checkpoints import Checkpoints
from verifier.audit.models import TrailHead, TrailRow
from verifier.audit.queries import chained, whole
from verifier.core.chain import first_break
from verifier.db import db

WINDOW = timedelta(minutes=10)
"""The longest span of unsigned actions that a kill can explain."""


def behind(checkpoints: Checkpoints) -> list[TrailHead]:
    """Trails with rows beyond their last signed checkpoint."""
    heads = select(TrailHead).where(TrailHead.rows > 0).order_by(TrailHead.trail)
    return [head for head in db.session.scalars(heads) if not _signed_up_to(checkpoints, head)]


def _signed_up_to(checkpoints: Checkpoints, head: TrailHead) -> bool:
    """Whether a genuine checkpoint covers the whole trail: usually the last one, else any."""
    last = checkpoints.last_head(head.trail)
    if last is not None and last.genuine and last.rows >= head.rows:
        return True
    return max((each.rows for each in checkpoints.signed_heads(head.trail) if each.genuine), default=0) >= head.rows


def sign_missing(checkpoints: Checkpoints, *, backed_up_at: datetime | None = None) -> list[str]:
    """Sign the head of every trail with committed but unsigned rows; returns their names. Trails that fail verification are left.

    A trail without any head is signed only where the index says that it was about to begin, or, after a restore, where it began while
    the backup was being made.
    """
    checkpoints.catch_up()
    found = []
    for head in behind(checkpoints):
        rows = list(db.session.scalars(whole(head.trail)))
        if not _left_by_a_kill(checkpoints, head, rows) or first_break([chained(row) for row in rows], head.rows, head.hash) is not None:
            continue
        if not any(checkpoints.signed_heads(head.trail)) and not checkpoints.may_begin(head.trail):
            if backed_up_at is None or rows[0].recorded_at < backed_up_at - WINDOW:
                continue
            checkpoints.announce(head.trail)
        checkpoints.keep(head.trail, head.rows, head.hash, rows[-1].recorded_at)
        found.append(head.trail)
    return found


def _left_by_a_kill(checkpoints: Checkpoints, head: TrailHead, rows: Sequence[TrailRow]) -> bool:
    """Whether all signed checkpoints match the chain and the unsigned rows fall within the recovery window."""
    checkpoints_of_trail = list(checkpoints.signed_heads(head.trail))
    signed = all(each.genuine and each.rows <= len(rows) and rows[each.rows - 1].hash == each.hash for each in checkpoints_of_trail)
    unsigned = rows[max((each.rows for each in checkpoints_of_trail), default=0) :]
    return signed and bool(unsigned) and unsigned[-1].recorded_at - unsigned[0].recorded_at <= WINDOW
