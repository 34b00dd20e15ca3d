"""Queries of risks: each data flow and source of the version under verification, with its assessment."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from verifier.checks.data.sampling.models import DataRisk, RiskKind
from verifier.core.calculation.results import Calculation
from verifier.core.report.rows import plain_text
from verifier.core.sampling.plan import share_of, total_of
from verifier.core.sampling.risk import Level, combined, highest
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports import queries as reports


@dataclass(frozen=True, slots=True)
class Risky:
    """One source or data flow with what is held of its risks; `level` is the highest of its own and its flows'.

    `share` is the part its recalculated tonnes, without their sign, have in the unit's total.
    """

    kind: RiskKind
    key: str
    name: str
    tonnes: Fraction
    share: Fraction | None
    row: DataRisk | None
    level: Level | None
    flows: tuple[str, ...] = ()
    sources: int = 0


def risk_rows(engagement: Engagement) -> tuple[list[Risky], list[Risky]]:
    """The data flows (category and where the data come from) and the sources that count, the heaviest first."""
    of = select(DataRisk).where(DataRisk.engagement_id == engagement.id)
    assessments = {(row.kind, row.key): row for row in db.session.scalars(of)}
    calculation = reports.calculation_of(engagement.report_version)
    total = total_of(calculation)
    flows_of = _flows(engagement, calculation)
    sources: list[Risky] = []
    flows: dict[str, tuple[Fraction, int]] = {}
    for source in calculation.sources:
        if not source.counts:
            continue
        own_flows = flows_of.get(source.source_id, ())
        for flow in own_flows:
            known = flows.get(flow, (Fraction(), 0))
            flows[flow] = (known[0] + abs(source.known), known[1] + 1)
        own = assessments.get((RiskKind.SOURCE, source.source_id))
        levels = [_level(row) for row in (own, *(assessments.get((RiskKind.FLOW, flow)) for flow in own_flows)) if row is not None]
        share = share_of(source.known, total) if source.complete else None
        sources.append(Risky(RiskKind.SOURCE, source.source_id, source.name, abs(source.known), share, own, highest(levels), own_flows))
    flow_rows = [
        Risky(
            RiskKind.FLOW,
            key,
            key,
            tonnes,
            share_of(tonnes, total),
            assessments.get((RiskKind.FLOW, key)),
            _own(assessments.get((RiskKind.FLOW, key))),
            (),
            n,
        )
        for key, (tonnes, n) in flows.items()
    ]
    return sorted(flow_rows, key=lambda each: (-each.tonnes, each.key)), sorted(sources, key=lambda each: (-each.tonnes, each.key))


def _flows(engagement: Engagement, calculation: Calculation) -> dict[str, tuple[str, ...]]:
    """Each source's flows: its category with where its rows say they come from."""
    categories = {source.source_id: source.category for source in calculation.sources}
    found: dict[str, set[str]] = {}
    report = reports.report_of(engagement.report_version)
    for row in report.activity:
        if row.source_id in categories:
            found.setdefault(row.source_id, set()).add(f"{categories[row.source_id]}:{plain_text(row.basis).casefold()}")
    for measured in report.measurements:
        if measured.source_id in categories:
            found.setdefault(measured.source_id, set()).add(f"{categories[measured.source_id]}:measurement")
    return {key: tuple(sorted(flows)) for key, flows in found.items()}


def _level(row: DataRisk) -> Level:
    return combined(row.inherent, row.control)


def _own(row: DataRisk | None) -> Level | None:
    return None if row is None else _level(row)


def levels(engagement: Engagement) -> dict[str, Level]:
    """The risk of each source that was assessed, by itself or through a flow."""
    return {each.key: each.level for each in risk_rows(engagement)[1] if each.level is not None}
