"""Queries of wrong sampled items: their errors in tonnes, what became of each, and samples that do not support the figure."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select

from verifier.checks.data.sampling import item_tolerance, queries
from verifier.checks.data.sampling.models import Sample, SampleCover, SampledItem
from verifier.core.calculation.units import half_a_last_digit
from verifier.core.findings import FindingState
from verifier.core.sampling.plan import Method, is_wrong, signed_error
from verifier.core.sampling.population import STATED, Item
from verifier.core.sampling.projection import supports
from verifier.core.sampling.sample_errors import SampledError
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports


@dataclass(frozen=True, slots=True)
class WrongItem:
    """A wrong item of a sample that holds, with its error."""

    sample: Sample
    row: SampledItem
    error: SampledError


@once_per_read
def wrong_items(engagement: Engagement) -> list[WrongItem]:
    """Every wrong item of the samples that hold, in the order in which they were tested."""
    drawn = {each.id: each for each in queries.live(engagement)}
    if not drawn:
        return []
    of = select(SampledItem).where(SampledItem.sample_id.in_(list(drawn)), SampledItem.result.in_(queries.FAILED))
    rows = list(db.session.scalars(of.order_by(SampledItem.tested_at, SampledItem.id)))
    tolerance = item_tolerance.tolerance_of(engagement)
    rows = [row for row in rows if is_wrong(item_tolerance.item_value(row), row.result, row.found, tolerance)]
    if not rows:
        return []
    deducted = deducted_sources(engagement)
    present = {kind: _present(engagement, kind) for kind in {drawn[row.sample_id].kind for row in rows} if not kind.startswith("list:")}
    return [
        WrongItem(
            drawn[row.sample_id], row, _error(drawn[row.sample_id], row, present.get(drawn[row.sample_id].kind, {}), deducted, tolerance)
        )
        for row in rows
    ]


@once_per_read
def deducted_sources(engagement: Engagement) -> frozenset[str]:
    """Keys of the sources whose tonnes are deducted."""
    calculation = reports.calculation_of(engagement.report_version)
    return frozenset(source.source_id for source in calculation.sources if source.known < 0)


def wrong_item(engagement: Engagement, row: SampledItem) -> WrongItem | None:
    """The error of one item, None where it is not wrong or its sample no longer holds."""
    return next((each for each in wrong_items(engagement) if each.row.id == row.id), None)


def wrong_since(engagement: Engagement) -> dict[str, datetime]:
    """When each source was last found wrong in a sample and is not corrected: it cannot be agreed as reported."""
    found: dict[str, datetime] = {}
    for each in wrong_items(engagement):
        if _of_a_source(each.sample) and not each.error.corrected and each.row.tested_at is not None:
            found[each.error.source] = max(each.row.tested_at, found.get(each.error.source, each.row.tested_at))
    return found


def covers(engagement: Engagement) -> dict[int, SampleCover]:
    """The procedures named for samples that hold, by the sample's number."""
    ids = {each.id: each.number for each in queries.live(engagement)}
    of = select(SampleCover).where(SampleCover.sample_id.in_(list(ids)))
    return {ids[row.sample_id]: row for row in db.session.scalars(of)} if ids else {}


def unsupported(engagement: Engagement) -> list[Sample]:
    """Samples whose upper limit, or projection where there is no limit, exceeds the tolerable error."""
    deducted = deducted_sources(engagement)
    return [each for each in queries.live(engagement) if not supported(each, deducted)]


def supported(drawn: Sample, deducted: frozenset[str] = frozenset()) -> bool:
    """Whether a sample supports the figure as far as it has been tested; a ladder and a list have no limit to exceed."""
    plan = queries.plan_of(drawn)
    if plan.tonnes is None:
        return True
    return all(supports(each, plan.tonnes.tolerable) for each in queries.projections_of(drawn, queries.items(drawn), deducted))


def uncovered(engagement: Engagement) -> list[str]:
    """Numbers of the samples that do not support the figure and for which no other procedures are named."""
    named = covers(engagement)
    return [str(each.number) for each in unsupported(engagement) if each.number not in named]


def to_accept(engagement: Engagement) -> list[SampleCover]:
    """Procedures that the independent reviewer has to accept: named for a sample that does not support the figure."""
    named = covers(engagement)
    return [named[each.number] for each in unsupported(engagement) if each.number in named and named[each.number].accepted_at is None]


def _of_a_source(sample: Sample) -> bool:
    return sample.method is not Method.RECIPROCAL and sample.kind in ("data", "added", "deducted")


def _present(engagement: Engagement, kind: str) -> dict[tuple[str, ...], Item]:
    return {item.parts: item for item in queries.population(engagement, kind).items}


def _error(
    sample: Sample, row: SampledItem, present: dict[tuple[str, ...], Item], deducted: frozenset[str], tolerance: Fraction | None
) -> SampledError:
    source, period = (row.parts[0], row.parts[1] if len(row.parts) > 1 else "") if _of_a_source(sample) else ("", row.line)
    measured = _of_a_source(sample)
    tonnes = (
        signed_error(item_tolerance.item_value(row), row.result, row.found, tolerance)
        if row.result is not None and measured
        else Fraction()
    )
    negative = sample.kind == "deducted" or (sample.kind == "data" and source in deducted)
    state = row.finding.state if row.finding else None
    named = state is not None and state is not FindingState.WITHDRAWN
    return SampledError(
        sample.number,
        source,
        period,
        -tonnes if negative else tonnes,
        corrected=state is FindingState.CLOSED or _is_corrected(row, present),
        in_finding=named and row.finding is not None and row.finding.effect is not None,
        settled=named or bool(row.no_finding_reason),
    )


def _is_corrected(row: SampledItem, present: dict[tuple[str, ...], Item]) -> bool:
    """Whether the version under verification reports what was found."""
    now = present.get(tuple(row.parts))
    if now is None:
        return tuple(row.parts[1:2]) == (STATED,)
    return row.found is not None and now.quantity is not None and abs(now.quantity - row.found) <= half_a_last_digit(now.quantity)
