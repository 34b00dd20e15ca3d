"""The snapshot of a case that its pages show once it is sealed: references, data alerts, coverage and totals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from verifier.casework.coverage import queries as coverage
from verifier.casework.coverage.stored import as_json
from verifier.checks.data.references import queries as references
from verifier.checks.data.references.stored_flags import flags_as_json
from verifier.db import db
from verifier.engagements.models import CaseSnapshot, Engagement

Line = tuple[str, bool, Decimal | None, Decimal | None]
"""A category or the total: its code, whether it counts, reported and verified t CO2 as rounded."""


def take(engagement: Engagement, conclusion_id: UUID, lines: Sequence[Line], *, now: datetime) -> CaseSnapshot:
    """Keep what the conclusion rests on; `lines` are the totals of its comparison, the total last."""
    content = {
        "references": references.references_as_json(engagement),
        "flags": flags_as_json(references.flags_of(engagement)),
        "coverage": as_json(coverage.assessment_of(engagement)),
        "totals": [[code, counts, _text(reported), _text(verified)] for code, counts, reported, verified in lines],
    }
    kept = CaseSnapshot(engagement_id=engagement.id, conclusion_id=conclusion_id, content=content, taken_at=now)
    db.session.add(kept)
    db.session.flush()
    return kept


def totals(content: Mapping[str, Any]) -> list[Line]:
    """The totals that a snapshot keeps."""
    return [(code, counts, _number(reported), _number(verified)) for code, counts, reported, verified in content["totals"]]


def _text(tonnes: Decimal | None) -> str | None:
    return None if tonnes is None else str(tonnes)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
