"""What people did on a case: the work that keeps them from roles which the rule pack requires to be held by others."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, union

from verifier.audit.models import Effect, TrailRow
from verifier.audit.trail_actions import TrailAction
from verifier.casework.coverage.models import CoverageDeviation, EvidencePlan, EvidenceProcedure
from verifier.casework.materiality.models import MaterialityMark, PlanningThreshold
from verifier.casework.review.models import ReperformedNumber, Review, ReviewComment
from verifier.checks.boundary.models import BoundaryDecision, MissingSource
from verifier.checks.data.analysis.models import AnalysisConclusion
from verifier.checks.data.estimates.models import ConservativeEstimate
from verifier.checks.data.models import FlagDisposition, NumberDecision, SourceDecision
from verifier.checks.data.references.models import BodyTolerance
from verifier.checks.data.sampling.models import DataRisk, Sample, SampleClimb, SampleCover, SampledItem
from verifier.checks.data.versions.models import ChangeDisposition
from verifier.checks.data.vouchers.models import EvidenceRequest, Voucher, VoucherLink
from verifier.checks.site.models import ChecklistAnswer, SiteVisit, VisitWaiver
from verifier.core.independence import Work, WorkDone
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import EnteredPlan, ReferenceWorkbook
from verifier.evidence.models import PhotoSubject
from verifier.findings.models import Exchange, Finding
from verifier.statement.models import Conclusion, Signature, SignerRole, Statement

OF_CASE: tuple[Any, ...] = (
    BoundaryDecision.decided_by,
    MissingSource.added_by,
    SourceDecision.decided_by,
    NumberDecision.decided_by,
    FlagDisposition.decided_by,
    ReferenceWorkbook.added_by,
    EnteredPlan.entered_by,
    EnteredPlan.withdrawn_by,
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
    SiteVisit.cancelled_by,
    VisitWaiver.entered_by,
    VisitWaiver.withdrawn_by,
    EvidenceProcedure.done_by,
    EvidenceProcedure.withdrawn_by,
    EvidencePlan.approved_by,
    CoverageDeviation.stated_by,
    CoverageDeviation.withdrawn_by,
    ChecklistAnswer.answered_by,
    Finding.raised_by,
    ReviewComment.answered_by,
    Conclusion.drawn_by,
)
"""Who did something, in rows that name their case."""
THROUGH: tuple[tuple[Any, Any], ...] = (
    (SampledItem.tested_by, Sample),
    (SampleClimb.climbed_by, Sample),
    (SampleCover.named_by, Sample),
    (Exchange.said_by, Finding),
    (PhotoSubject.tied_by, Finding),
)
"""Who did something, in rows that hang below one that names the case."""
OF_YEAR: tuple[Any, ...] = (Voucher.handed_in_by, Voucher.withdrawn_by)
OF_VOUCHER: tuple[Any, ...] = (VoucherLink.linked_by, VoucherLink.undone_by)
NO_WORK: tuple[Any, ...] = (EvidenceRequest.assigned_to, SampleCover.accepted_by, ReperformedNumber.done_by)
"""Named without having worked on the checks: assigned, or accepting as the independent reviewer."""


CHECKS = ("boundary", "data", "finding", "site", "evidence")
"""Sources of trail actions that are work in the checks, where they change the case."""
SIGNED = {SignerRole.LEAD: Work.CERTIFIED, SignerRole.SIGNATORY: Work.COUNTERSIGNED, SignerRole.SEAL: Work.SEALED}


def work_done(engagement: Engagement) -> tuple[WorkDone, ...]:
    """Everything anyone did on the case, by kind of work, in statements of it that were recalled or superseded too."""
    done = {WorkDone(who, Work.CHECKS) for who in hands(engagement) | _in_trail(engagement)}
    reviewed = select(Review.decided_by).where(Review.engagement_id == engagement.id)
    done |= {WorkDone(who, Work.REVIEWED) for who in db.session.scalars(reviewed)}
    signed = select(Signature.place, Signature.signed_by).join(Statement).where(Statement.engagement_id == engagement.id)
    done |= {WorkDone(who, SIGNED[place]) for place, who in db.session.execute(signed)}
    return tuple(sorted(done, key=lambda each: (each.person, each.work)))


def _in_trail(engagement: Engagement) -> set[UUID]:
    """Whoever changed anything in the checks by the trail: it keeps what was withdrawn or decided again by another person."""
    actions = [action.value for action in TrailAction if action.value.partition(":")[0] in CHECKS]
    of = select(TrailRow.actor_id).where(
        TrailRow.trail == str(engagement.id), TrailRow.effect == Effect.CHANGE, TrailRow.action.in_(actions)
    )
    return {who for who in db.session.scalars(of.distinct()) if who is not None}


def hands(engagement: Engagement) -> set[UUID]:
    """Whoever decided, tested, linked, raised, answered, estimated or concluded anything in the case, of whichever organisation."""
    found: list[Select[Any]] = [select(who).where(who.class_.engagement_id == engagement.id) for who in OF_CASE]
    found += [select(who).join(above).where(above.engagement_id == engagement.id) for who, above in THROUGH]
    found += [select(who).where(Voucher.unit_year_id == engagement.unit_year_id) for who in OF_YEAR]
    found += [select(who).join(Voucher).where(Voucher.unit_year_id == engagement.unit_year_id) for who in OF_VOUCHER]
    return {who for who in db.session.scalars(union(*found)) if who is not None}
