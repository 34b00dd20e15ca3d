"""Queries on materiality: outcomes and findings of a case as signed errors, compared with the threshold if there is one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select

from verifier.casework.materiality import version_errors
from verifier.casework.materiality.models import AgreedAssurance, MarkKind, MaterialityMark, PlanningThreshold, StatedUnitCategory
from verifier.checks.data import queries as data
from verifier.checks.data.queries import SourceReview
from verifier.checks.data.sampling import item_errors
from verifier.core.findings import FindingState
from verifier.core.lifecycle import CaseAction, possible
from verifier.core.opinion.category import UnitCategory, category_of
from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum, assess
from verifier.core.opinion.netting import AcceptedNetting
from verifier.core.outcomes.source_outcomes import OutcomeStatus, SourceOutcome
from verifier.core.sampling.projection import Projection
from verifier.core.sampling.sample_errors import known_tonnes
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.findings.models import Finding
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


def stated_category(engagement: Engagement) -> StatedUnitCategory | None:
    """The category of the unit as it was entered with its source."""
    return db.session.scalar(select(StatedUnitCategory).where(StatedUnitCategory.engagement_id == engagement.id))


def assurance(engagement: Engagement) -> AgreedAssurance | None:
    """The level of assurance that was agreed; None where none was, or the rules know none."""
    return db.session.scalar(select(AgreedAssurance).where(AgreedAssurance.engagement_id == engagement.id))


def unit_category(engagement: Engagement, understated: Fraction = Fraction()) -> UnitCategory | None:
    """The category on which the threshold rests: as entered, else estimated from the reported total and what is missing from it.

    None where the rules have no categories, or no total is reported and none was entered.
    """
    rules, total, stated = load(engagement.pack_id).materiality, reported_total(engagement), stated_category(engagement)
    entered = stated.stated if stated is not None else None
    if rules is None or not rules.bands or (total is None and not (rules.by_category and entered)):
        return None
    return category_of(rules, entered, total or Fraction(), understated)


def assessment_of(
    engagement: Engagement, left_out: Collection[str] = frozenset(), projected: Sequence[Projection] = ()
) -> MaterialityAssessment:
    """All errors against the pack's threshold, or without one; `left_out` are keys that check 1 found not to count.

    `projected` is what samples project beyond what was found.
    """
    found = _assess(engagement, left_out, projected, reported_total(engagement), None, own=False)
    category = unit_category(engagement, found.uncorrected.under)
    rules = load(engagement.pack_id).materiality
    share = category.band.share if category else rules.share if rules else None
    return replace(found, share=share)


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
    moves = version_errors.step_movements(engagement)
    found = [*_uncorrected(engagement, reviews, left_out, natures, moves), *version_errors.corrected(moves)]
    counted = [each for each in reviews if each.source.counts and each.source.source_key not in left_out]
    remainder, sampling_open = _remainder(projected)
    assessment = assess(
        found,
        total,
        share,
        own=own,
        remainder=remainder,
        sampling_open=sampling_open,
        unknown=[each.source.source_key for each in counted if each.verified is None],
        nature=_without_tonnes(engagement, reviews, found, natures),
        changes_open=version_errors.changes_open(moves),
    )
    accepted = next((mark for mark in marked if mark.kind is MarkKind.NETTING), None)
    return replace(assessment, netting=accepted.reason) if accepted and netting_holds(engagement, accepted, assessment) else assessment


def netting_holds(engagement: Engagement, mark: MaterialityMark, assessment: MaterialityAssessment) -> bool:
    """Whether an accepted offsetting covers the errors of today.

    One from before its errors were kept holds where the checks are over, and is accepted anew where they are open.
    """
    if mark.accepted is None:
        return not possible(engagement.stage, CaseAction.CHECK)
    return _accepted(mark.accepted).holds_for(assessment)


def written(assessment: MaterialityAssessment) -> dict[str, Any]:
    """What is accepted with an assessment, as the row keeps it."""
    accepted, sums = AcceptedNetting.of(assessment), assessment.compared
    return {
        "errors": [{"source": source, "tonnes": str(tonnes)} for source, tonnes in accepted.errors],
        "projected": {"over": str(accepted.projected.over), "under": str(accepted.projected.under)},
        "net": str(sums.net),
        "gross": str(sums.gross),
    }


def _accepted(kept: Mapping[str, Any]) -> AcceptedNetting:
    errors = tuple((each["source"], Fraction(each["tonnes"])) for each in kept["errors"])
    return AcceptedNetting(errors, Sum(Fraction(kept["projected"]["over"]), Fraction(kept["projected"]["under"])))


def _uncorrected(
    engagement: Engagement,
    reviews: list[SourceReview],
    left_out: Collection[str],
    natures: dict[tuple[str, str], str],
    moves: version_errors.Moves,
) -> list[Error]:
    """Findings with their effect, and per source what its outcome says beyond them, else the errors of its sampled items beyond them.

    What check 1 leaves out is wrong as a whole. A change that nobody asked for is one error, however many findings show it.
    """
    uncorrected = [finding for finding in findings_of(engagement) if finding.state not in RIGHTED]
    named: dict[str, list[Finding]] = {}
    for finding in uncorrected:
        key = finding.subject_id if finding.subject_kind == "source" else ""
        named.setdefault(key, []).append(finding)
    rows = {each.source.source_key: each for each in reviews}
    ignored = {key for key, row in rows.items() if key in left_out or not row.source.counts}
    of_sources = version_errors.effects(moves, [each for key, own in named.items() if key and key not in ignored for each in own])
    found = [
        Error(
            key, of_sources[finding.id], False, finding.label, natures.get(("finding", str(finding.id)), natures.get(("source", key), ""))
        )
        for key, own in named.items()
        for finding in own
        if finding.id in of_sources
    ]
    found += _of_outcomes(engagement, rows, left_out, natures, named, of_sources)
    return [*found, *_of_report(named.get("", []), natures, version_errors.of_several(moves, named.get("", []), found))]


def _of_outcomes(
    engagement: Engagement,
    rows: Mapping[str, SourceReview],
    left_out: Collection[str],
    natures: dict[tuple[str, str], str],
    named: Mapping[str, list[Finding]],
    of_sources: Mapping[UUID, Fraction],
) -> Iterator[Error]:
    """What the outcome of a source says beyond its findings, else its sampled items."""
    sampled = known_tonnes(each.error for each in item_errors.wrong_items(engagement))
    for key, row in rows.items():
        if not row.source.counts or row.source.reported is None:
            continue
        own, nature = named.get(key, []), natures.get(("source", key), "")
        if key in left_out:
            yield Error(key, Fraction(row.source.reported), False, _labels(own), nature)
        elif row.current and row.outcome and row.outcome.outcome == SourceOutcome.DIFFERS and row.verified is not None:
            known = sum((of_sources[each.id] for each in own if each.id in of_sources), Fraction())
            rest = Fraction(row.source.reported) - Fraction(row.verified) - known
            yield Error(key, rest, False, "" if known else _labels(own), nature)
        elif key in sampled:
            yield Error(key, sampled[key], False, _labels(own), nature)


def _of_report(named: list[Finding], natures: dict[tuple[str, str], str], several: Mapping[UUID, Fraction]) -> Iterator[Error]:
    """Findings on the report as a whole; one raised from a total counts with what its sources leave of it."""
    for finding in named:
        if finding.effect is not None:
            effect = several.get(finding.id, Fraction(finding.effect))
            yield Error("", effect, False, finding.label, _nature(natures, finding, ""))


def _nature(natures: dict[tuple[str, str], str], finding: Finding, source: str) -> str:
    return natures.get(("finding", str(finding.id)), natures.get(("source", source), ""))


def _labels(findings: list[Finding]) -> str:
    return ", ".join(finding.label for finding in findings)


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
