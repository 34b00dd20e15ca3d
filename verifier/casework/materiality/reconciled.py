"""Query of the reconciliation: first version, what was corrected on request or changed without, final report, verified figure."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction

from verifier.casework.materiality import version_errors
from verifier.checks.data import queries as data
from verifier.core.opinion.reconciliation import Figure, Reconciliation, StatedFigures, reconcile
from verifier.engagements.models import Engagement
from verifier.reports.models import ReportVersion
from verifier.rulepacks.load import load


def reconciliation(engagement: Engagement, left_out: Collection[str] = frozenset()) -> Reconciliation:
    """The case from the version it was opened on; it ends at the final report where the rules give no figure of the verifier's own.

    `left_out` are keys that check 1 found not to count: reported, and verified as nothing.
    """
    moves = version_errors.step_movements(engagement)
    first = moves[0].step.before if moves else engagement.report_version
    return reconcile(
        _stated(first),
        _stated(engagement.report_version),
        [each for at in moves for each in at.moved],
        _verified(engagement, left_out) if load(engagement.pack_id).own_figure else None,
        total_on_request=bool(moves) and all(at.total_on_request for at in moves if at.total_moved),
    )


def _stated(version: ReportVersion) -> StatedFigures:
    return StatedFigures(_exact(version_errors.reported(version)), _fraction(version.reported_total))


def _verified(engagement: Engagement, left_out: Collection[str]) -> StatedFigures:
    counted = [each for each in data.source_reviews(engagement) if each.source.counts]
    known = {each.source.source_key: Decimal() if each.source.source_key in left_out else each.verified for each in counted}
    return StatedFigures(_exact(known), _fraction(data.verified_by_category(engagement, left_out).total))


def _exact(figures: Mapping[str, Decimal | None]) -> dict[str, Figure]:
    return {key: _fraction(figure) for key, figure in figures.items()}


def _fraction(figure: Decimal | None) -> Figure:
    return None if figure is None else Fraction(figure)
