"""The demo's independent review: the numbers drawn for it are re-performed."""

from typing import Any

from verifier.casework.review import queries
from verifier.casework.review.actions import ReperformedResult, enter_results
from verifier.core.reperformance import ReperformedOutcome
from verifier.engagements.models import Engagement
from verifier.statement.queries import conclusion


def reperform(maker: Any, engagement: Engagement) -> None:
    """The reviewer confirms each number from its supporting document."""
    drawn = conclusion(engagement)
    if drawn is not None:
        confirmed = ReperformedResult(ReperformedOutcome.CONFIRMED, note="Recomputed from the supporting document.")
        results = {each.row.number_key: confirmed for each in queries.reperformed(engagement, drawn.id)}
        enter_results(engagement, drawn.id, results, actor=maker.actor("reviewer"), now=maker.cast.now(hours=2))
