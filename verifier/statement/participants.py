"""People who took part in a case and therefore can neither review nor countersign it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, union

from verifier.casework.materiality.models import MaterialityMark, PlanningThreshold
from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.checks.data.estimates.models import ConservativeEstimate
from verifier.checks.data.models import FlagDisposition, NumberDecision, SourceDecision
from verifier.checks.data.references.models import BodyTolerance, ReferenceWorkbook
from verifier.checks.data.sampling.models import DataRisk, Sample, SampleClimb, SampledItem
from verifier.checks.data.versions.models import ChangeDisposition
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher, VoucherLink
from verifier.checks.site.models import ChecklistAnswer, SiteVisit
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.evidence.models import PhotoSubject
from verifier.findings.models import Exchange, Finding
from verifier.statement.models import Conclusion

OF_CASE: tuple[Any, ...] = (
    BoundaryDecision.decided_by,
    MissingSource.added_by,
    SourceDecision.decided_by,
    NumberDecision.decided_by,
    FlagDisposition.decided_by,
    ReferenceWorkbook.added_by,
    BodyTolerance.set_by,
    Sample.planned_by,
    Sample.drawn_by,
    DataRisk.assessed_by,
    ChangeDisposition.decided_by,
    EvidenceRequest.raised_by,
    EvidenceRequest.answered_by,
    PlanningThreshold.set_by,
    MaterialityMark.marked_by,
    ConservativeEstimate.made_by,
    AnalysisConclusion.concluded_by,
    SiteVisit.planned_by,
    ChecklistAnswer.answered_by,
    Finding.raised_by,
    Conclusion.drawn_by,
)
"""Who did something, in rows that name their case."""
THROUGH: tuple[tuple[Any, Any], ...] = (
    (SampledItem.tested_by, Sample),
    (SampleClimb.climbed_by, Sample),
    (Exchange.said_by, Finding),
    (PhotoSubject.tied_by, Finding),
)
"""Who did something, in rows that hang below one that names the case."""
OF_YEAR: tuple[Any, ...] = (Voucher.handed_in_by, Voucher.withdrawn_by)
OF_VOUCHER: tuple[Any, ...] = (VoucherLink.linked_by, VoucherLink.undone_by)
NO_WORK: tuple[Any, ...] = (EvidenceRequest.assigned_to,)
"""Named, without having done anything."""


def hands(engagement: Engagement) -> set[UUID]:
    """Whoever decided, tested, linked, raised, answered, estimated or concluded anything in the case, of whichever organisation."""
    found: list[Select[Any]] = [select(who).where(who.class_.engagement_id == engagement.id) for who in OF_CASE]
    found += [select(who).join(above).where(above.engagement_id == engagement.id) for who, above in THROUGH]
    found += [select(who).where(Voucher.unit_year_id == engagement.unit_year_id) for who in OF_YEAR]
    found += [select(who).join(Voucher).where(Voucher.unit_year_id == engagement.unit_year_id) for who in OF_VOUCHER]
    return {who for who in db.session.scalars(union(*found)) if who is not None}
