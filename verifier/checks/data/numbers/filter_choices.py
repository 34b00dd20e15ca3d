"""Choices of the register's filters: queried once per version, which never changes."""

from uuid import UUID

from sqlalchemy import select

from verifier.cache import SMALL, Cache
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportedNumber, ReportedSource

_choices: Cache[tuple[list[str], list[str]]] = Cache(SMALL)
"""By the id of the version."""


def choices(engagement: Engagement) -> tuple[list[str], list[str]]:
    """Codes of the flags that numbers carry, and who in the unit answers for sources."""
    return _choices.get(engagement.report_version_id, lambda: _choices_of(engagement.report_version_id))


def _choices_of(version_id: UUID) -> tuple[list[str], list[str]]:
    flagged = select(ReportedNumber.flag_codes).where(ReportedNumber.version_id == version_id, ReportedNumber.flag_codes > "")
    owners = select(ReportedSource.owner).where(ReportedSource.version_id == version_id, ReportedSource.owner.is_not(None))
    return (
        sorted({code for codes in db.session.scalars(flagged.distinct()) for code in codes.split()}),
        [owner for owner in db.session.scalars(owners.distinct().order_by(ReportedSource.owner)) if owner],
    )
