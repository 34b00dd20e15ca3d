"""What the register may be filtered by: looked up once a version, for a version never changes."""

from uuid import UUID

from sqlalchemy import select

from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportedNumber, ReportedSource

_REMEMBERED = 64
_choices: dict[UUID, tuple[list[str], list[str]]] = {}


def choices(engagement: Engagement) -> tuple[list[str], list[str]]:
    """Codes of the flags that numbers carry, and who in the unit answers for sources."""
    at = engagement.report_version_id
    if at not in _choices:
        while len(_choices) >= _REMEMBERED:
            _choices.pop(next(iter(_choices)), None)
        flagged = select(ReportedNumber.flag_codes).where(ReportedNumber.version_id == at, ReportedNumber.flag_codes > "")
        owners = select(ReportedSource.owner).where(ReportedSource.version_id == at, ReportedSource.owner.is_not(None))
        _choices[at] = (
            sorted({code for codes in db.session.scalars(flagged.distinct()) for code in codes.split()}),
            [owner for owner in db.session.scalars(owners.distinct().order_by(ReportedSource.owner)) if owner],
        )
    return _choices[at]
