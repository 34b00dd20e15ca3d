"""After a kill between the commit and its signed head: the head is made up for, where the trail itself holds."""

from datetime import timedelta

from sqlalchemy import select

from verifier.audit.heads import Heads
from verifier.audit.models import TrailHead, TrailRow
from verifier.audit.queries import chained
from verifier.core.chain import first_break
from verifier.db import db

JUST_BORN = timedelta(minutes=10)
"""A trail without any head outside may only have begun so long before its last row: an older one has lost its heads some other way."""


def behind(heads: Heads) -> list[TrailHead]:
    """The trails that are longer in the database than in what was signed of them."""
    found = []
    for head in db.session.scalars(select(TrailHead).where(TrailHead.rows > 0).order_by(TrailHead.trail)):
        kept = [each.rows for each in heads.kept(head.trail) if each.genuine]
        if max(kept, default=0) < head.rows:
            found.append(head)
    return found


def mend(heads: Heads) -> list[str]:
    """Sign the present head of every trail whose last deeds were kept but not signed; returns their names. What does not hold is left."""
    mended = []
    for head in behind(heads):
        rows = list(db.session.scalars(select(TrailRow).where(TrailRow.trail == head.trail).order_by(TrailRow.number)))
        kept = list(heads.kept(head.trail))
        signed = all(each.genuine and each.rows <= len(rows) and rows[each.rows - 1].hash == each.hash for each in kept)
        born = bool(kept) or (bool(rows) and rows[-1].at - rows[0].at <= JUST_BORN)
        if signed and born and first_break([chained(row) for row in rows], head.rows, head.hash) is None:
            heads.keep(head.trail, head.rows, head.hash, rows[-1].at)
            mended.append(head.trail)
    return mended
