"""Queries on materiality: outcomes and findings of a case as signed errors, compared with the threshold if there is one."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from verifier.casework.materiality.models import MarkKind, MaterialityMark, PlanningThreshold
from verifier.checks.data import queries as data
from verifier.checks.data.queries import SourceReview
from verifier.checks.data.sampling import item_errors
from verifier.checks.data.versions.queries import Step, requested_changes, steps
from verifier.core.findings import FindingState
from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum, assess
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.sampling.projection import Projection
from verifier.core.sampling.sample_errors import known_tonnes
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
from verifier.reports.models import ReportedSource, ReportVersion
from verifier.rulepacks.load import load

RIGHTED = frozenset({FindingState.CLOSED, FindingState.WITHDRAWN})
"""States in which a finding says nothing is wrong any more: what was corrected is seen in the next version."""


def planning(engagement: Engagement) -> PlanningThreshold | None:
    """The body's own planning threshold of the case."""
    return db.session.scalar(select(PlanningThreshold).where(PlanningThreshold.engagement_id == engagement.id))


def marks(engagement: Engagement) -> list[MaterialityMark]:
    """Marks (material by nature, offsetting accepted), in order."""
    of = select(MaterialityMark).where(MaterialityMark.engagement_id == engagement.id)
    return list(db.session.scalars(of.order_by(MaterialityMark.marked_at, MaterialityMark.id)))


def assessment_of(
    engagement: Engagement, left_out: Collection[str] = frozenset(), projected: Sequence[Projection] = ()
) -> MaterialityAssessment:
    """All errors against the pack's threshold, or without one; `left_out` are keys that check 1 found not to count.

    `projected` is what samples project beyond what was found.
    """
    pack, total = load(engagement.pack_id), reported_total(engagement)
    share = pack.materiality.share_for(total) if pack.materiality and total is not None else None
    if share is None and pack.materiality:
        share = pack.materiality.share
    return _assess(engagement, left_out, projected, total, share, own=False)


def planned(
    engagement: Engagement, left_out: Collection[str] = frozenset(), projected: Sequence[Projection] = ()
) -> MaterialityAssessment | None:
    """The same against the body's own planning threshold, on which no verdict rests; None where it set none."""
    own = planning(engagement)
    return _assess(engagement, left_out, projected, reported_total(engagement), Fraction(own.share), own=True) if own else None


def reported_total(engagement: Engagement) -> Fraction | None:
    """The total the report states, t CO2."""
    total = engagement.report_version.reported_total
    return None if total is None else Fraction(total)


def _assess(
    engagement: Engagement,
    left_out: Collection[str],
    projected: Sequence[Projection],
    total: Fraction | None,
    share: Fraction | None,
    *,
    own: bool,
) -> MaterialityAssessment:
    reviews, marked = data.source_reviews(engagement), marks(engagement)
    natures = {(mark.subject_kind, mark.subject_id): mark.reason for mark in marked if mark.kind is MarkKind.NATURE}
    found = [*_uncorrected(engagement, reviews, left_out, natures), *_corrected(engagement)]
    counted = [each for each in reviews if each.source.counts and each.source.source_key not in left_out]
    remainder, sampling_open = _remainder(projected)
    return assess(
        found,
        total,
        share,
        own=own,
        remainder=remainder,
        sampling_open=sampling_open,
        unknown=[each.source.source_key for each in counted if each.verified is None],
        nature=_without_tonnes(engagement, reviews, found, natures),
        netting=next((mark.reason for mark in marked if mark.kind is MarkKind.NETTING), ""),
    )


def _uncorrected(
    engagement: Engagement, reviews: list[SourceReview], left_out: Collection[str], natures: dict[tuple[str, str], str]
) -> Iterator[Error]:
    """Findings with their effect, and per source what its outcome says beyond them, else the errors of its sampled items beyond them.

    What check 1 leaves out is wrong as a whole.
    """
    uncorrected = [finding for finding in findings_of(engagement) if finding.state not in RIGHTED]
    rows = {each.source.source_key: each for each in reviews}
    sampled = known_tonnes(each.error for each in item_errors.wrong_items(engagement))
    named: dict[str, list[Finding]] = {}
    for finding in uncorrected:
        key = finding.subject_id if finding.subject_kind == "source" else ""
        named.setdefault(key, []).append(finding)
    for key, own_findings in named.items():
        row = rows.get(key)
        if row is not None and (key in left_out or not row.source.counts):
            continue
        for finding in own_findings:
            if finding.effect is not None:
                nature = natures.get(("finding", str(finding.id)), natures.get(("source", key), ""))
                yield Error(key, Fraction(finding.effect), False, finding.label, nature)
    for key, row in rows.items():
        if not row.source.counts or row.source.reported is None:
            continue
        if key in left_out:
            yield Error(key, Fraction(row.source.reported), False, _labels(named.get(key, [])), natures.get(("source", key), ""))
        elif row.current and row.outcome and row.outcome.outcome == SourceOutcome.DIFFERS and row.verified is not None:
            known = sum((Fraction(each.effect) for each in named.get(key, []) if each.effect is not None), Fraction())
            rest = Fraction(row.source.reported) - Fraction(row.verified) - known
            yield Error(key, rest, False, "" if known else _labels(named.get(key, [])), natures.get(("source", key), ""))
        elif key in sampled:
            yield Error(key, sampled[key], False, _labels(named.get(key, [])), natures.get(("source", key), ""))


def _labels(findings: list[Finding]) -> str:
    return ", ".join(finding.label for finding in findings)


def _corrected(engagement: Engagement) -> Iterator[Error]:
    """What each corrected report changed of a source's reported tonnes, with the findings that asked for it."""
    for step in steps(engagement):
        old, new = _reported(step.before), _reported(step.after)
        labels = _answered(engagement, step)
        for key in dict.fromkeys((*old, *new)):
            before, after = old.get(key, Decimal()), new.get(key, Decimal())
            if before is not None and after is not None and before != after:
                yield Error(key, Fraction(before - after), True, ", ".join(labels.get(key, ())))


def _answered(engagement: Engagement, step: Step) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in requested_changes(engagement, step):
        if each.kind == "source":
            found.setdefault(each.subject, []).append(each.label)
    return found


def _reported(version: ReportVersion) -> dict[str, Decimal | None]:
    of = select(ReportedSource.source_key, ReportedSource.reported).where(
        ReportedSource.version_id == version.id, ReportedSource.counts.is_(True)
    )
    return {row.source_key: row.reported for row in db.session.execute(of)}


def _without_tonnes(
    engagement: Engagement, reviews: list[SourceReview], found: list[Error], natures: dict[tuple[str, str], str]
) -> list[str]:
    """Reasons of marks on what has no tonnes and is not righted."""
    assessment_of = {error.nature for error in found if not error.corrected}
    at = {str(finding.id): finding.state for finding in findings_of(engagement)}
    agreed = {each.source.source_key for each in reviews if each.status is OutcomeStatus.AGREED}
    return [
        reason
        for (kind, key), reason in natures.items()
        if reason not in assessment_of and (at.get(key) not in (None, *RIGHTED) if kind == "finding" else key not in agreed)
    ]


def findings_of(engagement: Engagement) -> list[Finding]:
    """Every finding of the case, by number."""
    return list(db.session.scalars(select(Finding).where(Finding.engagement_id == engagement.id).order_by(Finding.number)))


def _remainder(projected: Sequence[Projection]) -> tuple[Sum | None, bool]:
    """What sampling projects beyond what was found, and whether a drawn item is still open; a ladder projects nothing that counts."""
    deciding = [each for each in projected if each.decides]
    sampling_open = any(not each.complete for each in projected)
    if not deciding:
        return None, sampling_open
    over = sum((each.remainder_over for each in deciding), Fraction())
    under = sum((each.remainder_under for each in deciding), Fraction())
    return Sum(over, under), sampling_open
