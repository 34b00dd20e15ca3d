"""Deeds on a case as a whole."""

from datetime import datetime

from verifier.core.lifecycle import Deed, after
from verifier.engagements.models import Engagement


def advance(engagement: Engagement, deed: Deed, *, now: datetime) -> None:
    """Move the case where the deed leads; refuses a deed its stage does not know."""
    stage = after(engagement.at, deed)
    if stage is not engagement.at:
        engagement.stage, engagement.stage_since = stage, now
        engagement.version += 1
