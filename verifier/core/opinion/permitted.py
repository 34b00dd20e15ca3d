"""Permitted opinions, derived from outcomes and findings, with the reasons against the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier.core.coverage import assessment as coverage_rules
from verifier.core.coverage.assessment import CoverageAssessment
from verifier.core.findings import RESOLVED_STATES, FindingState
from verifier.core.opinion.materiality import MaterialityAssessment, against_positive
from verifier.core.reason import StatedReason
from verifier.core.rulepack.pack import Opinion, RulePack

__all__ = ["CaseAssessment", "Choice", "FindingAssessment", "choices", "shortcomings", "uncorrected_items", "unresolved", "untested"]


@dataclass(frozen=True, slots=True)
class FindingAssessment:
    """A finding by its number, its class in the pack, and its state."""

    label: str
    class_code: str
    state: FindingState


@dataclass(frozen=True, slots=True)
class CaseAssessment:
    """Results of the three checks and the findings: counts of open items, and sources that cannot be confirmed."""

    boundary_undecided: int
    data_undecided: int
    checklist_unanswered: int
    visits: int
    """Visits that took place, with their team and people of the unit."""
    findings: Sequence[FindingAssessment]
    cannot_confirm: Sequence[str]
    """Natural keys of sources whose tonnes cannot be confirmed."""
    flags_open: int = 0
    """Flags of check 2 neither raised as a finding nor dismissed."""
    samples_open: int = 0
    """Items of drawn samples nobody looked at, and strata an error forces to be extended; 0 where nothing was drawn."""
    changes_open: int = 0
    """Changes in a corrected report that no finding asked for and nobody has looked at."""
    estimates_missing: Sequence[str] = ()
    """Findings resolved as estimated whose source has no estimate that counts."""
    visits_not_over: int = 0
    """Visits whose last day has not passed."""
    visits_incomplete: int = 0
    """Visits that are over, with too few people of the body or nobody of the unit entered."""
    differences_open: Sequence[str] = ()
    """Natural keys of sources whose figure differs, with neither a finding nor a reason why none is needed."""
    requests_open: Sequence[str] = ()
    """Evidence requests that are neither accepted nor withdrawn."""
    sample_errors_open: int = 0
    """Wrong items of samples whose source has no finding on it, and that nobody gave a reason to leave without one."""
    samples_unsupported: Sequence[str] = ()
    """Samples whose upper limit of error is above the tolerable error, and whose remainder nothing else covers."""
    assessment: MaterialityAssessment | None = None
    """The errors compared with the pack's threshold; None where the pack has none."""
    assurance: str = ""
    """Code of the level of assurance that was agreed; empty: none was."""
    coverage: CoverageAssessment | None = None
    """How each number that counts was tested, against what the pack requires; None where the pack requires nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An opinion of the pack, and every reason why it may not be given: what is left for any opinion, and its own; none means it may."""

    opinion: Opinion
    left: tuple[StatedReason, ...]
    own: tuple[StatedReason, ...]

    @property
    def against(self) -> tuple[StatedReason, ...]:
        """All of the reasons."""
        return self.left + self.own

    @property
    def open(self) -> bool:
        """Whether it may be given."""
        return not self.against


def unresolved(case: CaseAssessment) -> tuple[StatedReason, ...]:
    """Reasons against any opinion: undecided items and unresolved findings (AVR Art. 22; guideline 130, 4.2.3)."""
    reasons = []
    for message, count in (
        ("opinion.boundary_undecided", case.boundary_undecided),
        ("opinion.data_undecided", case.data_undecided),
        ("opinion.flags_open", case.flags_open),
        ("opinion.samples_open", case.samples_open),
        ("opinion.sample_errors_open", case.sample_errors_open),
        ("opinion.changes_open", case.changes_open),
        ("opinion.checklist_unanswered", case.checklist_unanswered),
        ("opinion.visit_not_over", case.visits_not_over),
        ("opinion.visit_incomplete", case.visits_incomplete),
    ):
        if count:
            reasons.append(StatedReason(message, (("count", count),)))
    if not (case.visits or case.visits_not_over or case.visits_incomplete):
        reasons.append(StatedReason("opinion.no_visit"))
    if case.differences_open:
        shown = (("sources", tuple(case.differences_open[:10])), ("count", len(case.differences_open)))
        reasons.append(StatedReason("opinion.differences_open", shown))
    if case.requests_open:
        shown = (("requests", tuple(case.requests_open[:10])), ("count", len(case.requests_open)))
        reasons.append(StatedReason("opinion.requests_open", shown))
    waiting = [finding.label for finding in case.findings if finding.state not in RESOLVED_STATES]
    if waiting:
        reasons.append(StatedReason("opinion.findings_open", (("findings", tuple(waiting)), ("count", len(waiting)))))
    if case.estimates_missing:
        shown = (("findings", tuple(case.estimates_missing)), ("count", len(case.estimates_missing)))
        reasons.append(StatedReason("opinion.estimates_missing", shown))
    return tuple(reasons)


def shortcomings(case: CaseAssessment, pack: RulePack) -> tuple[StatedReason, ...]:
    """Reasons against a positive opinion: uncorrected blocking findings, unconfirmed numbers, material misstatements.

    A conservative estimate resolves a non-conformity, but the report itself remains uncorrected.
    """
    reasons = []
    blocking = [
        finding.label
        for finding in case.findings
        if finding.state in (FindingState.UNCORRECTED, FindingState.ESTIMATED, FindingState.CARRIED_OVER)
        and pack.finding_class(finding.class_code).blocks_positive_opinion
    ]
    if blocking:
        reasons.append(StatedReason("opinion.not_corrected", (("findings", tuple(blocking)), ("count", len(blocking)))))
    if case.cannot_confirm:
        shown = tuple(case.cannot_confirm[:10])
        reasons.append(StatedReason("opinion.cannot_confirm", (("sources", shown), ("count", len(case.cannot_confirm)))))
    if case.samples_unsupported:
        samples = tuple(case.samples_unsupported)
        reasons.append(StatedReason("opinion.samples_unsupported", (("samples", samples), ("count", len(samples)))))
    if pack.materiality and case.assessment:
        reasons += against_positive(case.assessment)
    return tuple(reasons)


def untested(case: CaseAssessment) -> tuple[StatedReason, ...]:
    """Reasons against a positive opinion that lie with the verifier: numbers not tested as the pack requires.

    What the verifier left undone is no shortcoming of the report: it closes a positive opinion and opens no other.
    """
    return coverage_rules.against_positive(case.coverage) if case.coverage else ()


def uncorrected_items(case: CaseAssessment, pack: RulePack) -> bool:
    """Whether misstatements or non-conformities stay uncorrected that are listed in the opinion."""
    known = bool(case.assessment and (case.assessment.uncorrected.gross or case.assessment.material_by_nature))
    return known or any(
        finding.state in (FindingState.UNCORRECTED, FindingState.ESTIMATED, FindingState.CARRIED_OVER)
        and pack.finding_class(finding.class_code).needs_answer
        for finding in case.findings
    )


def _assurance(case: CaseAssessment, pack: RulePack) -> tuple[StatedReason, ...]:
    """The reason against any opinion while no level of assurance of the pack was agreed. Source: ISO 14064-3:2019."""
    levels = {each.code for each in pack.assurance_levels}
    return () if not levels or case.assurance in levels else (StatedReason("opinion.assurance_not_agreed"),)


def choices(case: CaseAssessment, pack: RulePack) -> tuple[Choice, ...]:
    """All opinions of the pack, each with the reasons against it.

    A positive one needs everything closed and every number tested as the pack requires; a negative one needs a shortcoming to name, and
    that there is none is known only once nothing is left: until then it is only not established yet. Where the pack has a threshold,
    errors that stay uncorrected must be immaterial, by size and by nature; where it has none, size plays no part: no verdict is invented.
    Where the pack has a positive opinion with comments, uncorrected items admit that one alone, and without any it is not given.
    """
    left, short, unfinished = unresolved(case) + _assurance(case, pack), shortcomings(case, pack), untested(case)
    nothing_wrong = () if short else (StatedReason("opinion.nothing_yet" if left or unfinished else "opinion.nothing_wrong"),)
    comments = _comments(case, pack)
    return tuple(
        Choice(opinion, left, (short + unfinished + comments[opinion.with_comments]) if opinion.positive else nothing_wrong)
        for opinion in pack.opinions
    )


def _comments(case: CaseAssessment, pack: RulePack) -> Mapping[bool, tuple[StatedReason, ...]]:
    """Reasons against a positive opinion with comments (True) and without (False), in a pack that tells them apart."""
    if not any(opinion.with_comments for opinion in pack.opinions):
        return {True: (), False: ()}
    if uncorrected_items(case, pack):
        return {True: (), False: (StatedReason("opinion.only_with_comments"),)}
    return {True: (StatedReason("opinion.no_comments"),), False: ()}
