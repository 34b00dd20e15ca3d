"""Queries of a report's references: last year's report, the plan, the body's tolerances; and the report recalculated with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from verifier.checks.data.references.models import BodyTolerance
from verifier.checks.data.references.stored_flags import flags_from_json
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Calculation, Flag
from verifier.core.datachecks.tolerances import InForce, in_force
from verifier.core.monitoring_plan import MonitoringPlan
from verifier.core.report.rows import ReportedReport
from verifier.db import db, once_per_read
from verifier.engagements.models import Engagement
from verifier.engagements.queries import previous_reports, signed_snapshot
from verifier.engagements.references.models import EnteredPlan, ReferenceKind, ReferenceWorkbook
from verifier.engagements.references.queries import content_of, entered_plan, plan_in_hand, plan_key, workbooks
from verifier.reports import queries as reports
from verifier.reports.calculation_form import form_of_calculation
from verifier.reports.derived_values import DerivedValues
from verifier.reports.models import ReportVersion
from verifier.reports.stored_content import from_json
from verifier.rulepacks.load import load

_calculated = DerivedValues[Calculation]("compared", form_of_calculation)
"""By the hashes of everything it follows from, as in reports."""


@dataclass(frozen=True, slots=True)
class References:
    """What the report of a case is compared with: a version of the unit's year before goes before a workbook that was uploaded."""

    version: ReportVersion | None
    previous: ReferenceWorkbook | None
    plan: ReferenceWorkbook | None
    plan_in_hand: ReferenceWorkbook | EnteredPlan | None
    """The plan that is compared with: the uploaded or the entered one, whichever is newer."""
    body: Mapping[str, Decimal]

    @property
    def key(self) -> tuple[str, ...]:
        """The hashes of all references; empty where there are none."""
        last = self.version or self.previous
        named = (last.sha256 if last else "", plan_key(self.plan_in_hand), *(f"{c}={v}" for c, v in sorted(self.body.items())))
        return named if any(named) else ()

    def last_year(self) -> ReportedReport | None:
        """Last year's report, None where nobody has it."""
        if self.version is not None:
            return reports.report_of(self.version)
        return from_json(self.previous.content) if self.previous is not None else None

    def the_plan(self) -> MonitoringPlan | None:
        """The monitoring plan, None where nobody handed one in beside the report."""
        return content_of(self.plan_in_hand) if self.plan_in_hand is not None else None


@once_per_read
def references(engagement: Engagement) -> References:
    """Current references of the report of a case."""
    uploaded = {row.kind: row for row in reversed(workbooks(engagement))}
    signed = signed_snapshot(engagement)
    if signed is not None:
        return _signed(engagement, signed.content["references"])
    return References(
        last_version(engagement),
        uploaded.get(ReferenceKind.PREVIOUS),
        uploaded.get(ReferenceKind.PLAN),
        plan_in_hand(engagement),
        own_tolerances(engagement),
    )


def _signed(engagement: Engagement, kept: Mapping[str, Any]) -> References:
    """The references of a sealed case as they were when its conclusion was drawn."""
    files = {str(row.id): row for row in workbooks(engagement)}
    version = db.session.get(ReportVersion, UUID(kept["version"])) if kept["version"] else None
    body = {code: Decimal(value) for code, value in kept["body"].items()}
    plan = files.get(kept["plan"] or "")
    return References(version, files.get(kept["previous"] or ""), plan, plan_in_hand(engagement) or plan, body)


def references_as_json(engagement: Engagement) -> dict[str, Any]:
    """The references as a snapshot keeps them."""
    found, entered = references(engagement), entered_plan(engagement)
    return {
        "version": str(found.version.id) if found.version else None,
        "previous": str(found.previous.id) if found.previous else None,
        "plan": str(found.plan.id) if found.plan else None,
        "entered_plan": str(entered.id) if entered else None,
        "body": {code: str(value) for code, value in found.body.items()},
    }


def last_version(engagement: Engagement) -> ReportVersion | None:
    """Last year's report in the system as it was chosen for the case, once; a later version takes its place only by a person's choice."""
    return engagement.previous_version


def other_previous(engagement: Engagement) -> list[ReportVersion]:
    """Reports of the unit for the year before, under the same authority and programme, that could be chosen instead."""
    return [version for version in previous_reports(engagement.unit_year) if version.id != engagement.previous_version_id]


def own_rows(engagement: Engagement) -> dict[str, BodyTolerance]:
    """What the body set for this case by code, what was taken back included."""
    of = select(BodyTolerance).where(BodyTolerance.engagement_id == engagement.id)
    return {row.code: row for row in db.session.scalars(of)}


def own_tolerances(engagement: Engagement) -> dict[str, Decimal]:
    """The body's own tolerances in force."""
    of = select(BodyTolerance.code, BodyTolerance.value).where(BodyTolerance.engagement_id == engagement.id)
    return {code: value for code, value in db.session.execute(of) if value is not None}


def tolerances(engagement: Engagement) -> tuple[InForce, ...]:
    """Every tolerance of the data checks, and whose it is."""
    return in_force(load(engagement.pack_id), own_tolerances(engagement))


def calculation_of(engagement: Engagement) -> Calculation:
    """The version under verification recalculated, with the flags that last year, the plan and the body's tolerances add.

    A sealed case keeps the flags that were there when its conclusion was drawn.
    """
    signed = signed_snapshot(engagement)
    found = _calculation(engagement)
    return found if signed is None else replace(found, flags=flags_from_json(signed.content["flags"]))


def _calculation(engagement: Engagement) -> Calculation:
    version, with_it = engagement.report_version, references(engagement)
    if not with_it.key:
        return reports.calculation_of(version)
    pack = load(engagement.pack_id)
    key = (version.sha256, pack.sha256, *with_it.key)
    return _calculated.get(
        key,
        lambda: calculate(reports.report_of(version), pack, previous=with_it.last_year(), plan=with_it.the_plan(), body=dict(with_it.body)),
    )


def flags_of(engagement: Engagement) -> tuple[Flag, ...]:
    """What looks wrong in the version under verification, by sheet and row."""
    return calculation_of(engagement).flags


def codes_of(engagement: Engagement) -> dict[str, frozenset[str]]:
    """The codes of the flags of each source, in this case."""
    found: dict[str, set[str]] = {}
    for flag in flags_of(engagement):
        if flag.source:
            found.setdefault(flag.source, set()).add(flag.code)
    return {key: frozenset(codes) for key, codes in found.items()}
