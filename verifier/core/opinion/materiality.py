"""Materiality: misstatements in aggregate against the threshold, if any; signed, corrected and uncorrected, net and gross.

Everywhere: exact rationals, t CO2, as the report says − right, seen from the unit's total: positive where the report says too much.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from verifier.core.calculation.units import plain
from verifier.core.reason import StatedReason

NOTHING = Fraction()


class Verdict(StrEnum):
    """Materiality conclusion on uncorrected misstatements, mildest first."""

    NOT_MATERIAL = "not_material"
    ONLY_NETTED = "only_netted"
    """Above it taken one by one, below it only because over- and understatements cancel."""
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class Error:
    """One error of a source (empty: of the report as a whole), the finding that names it, and why it is material by nature, if it is.

    `unrequested`: the unit changed it without being asked, and a verifier accepted the change.
    """

    source: str
    tonnes: Fraction
    corrected: bool
    reference: str = ""
    nature: str = ""
    unrequested: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of misstatements, overstatement and understatement kept separately."""

    over: Fraction = Fraction()
    under: Fraction = Fraction()

    @property
    def net(self) -> Fraction:
        """Net misstatement: overstatement − understatement."""
        return self.over - self.under

    @property
    def gross(self) -> Fraction:
        """Gross misstatement: absolute amounts added."""
        return self.over + self.under

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.over + other.over, self.under + other.under)


def summed(errors: Iterable[Error]) -> Sum:
    """Sum of misstatements, independent of order."""
    over = under = Fraction()
    for error in errors:
        over, under = over + max(error.tonnes, NOTHING), under + max(-error.tonnes, NOTHING)
    return Sum(over, under)


@dataclass(frozen=True, slots=True)
class OfSource:
    """The errors of one source, and what they come to."""

    source: str
    errors: tuple[Error, ...]
    uncorrected: Sum
    corrected: Sum


def by_source(errors: Iterable[Error]) -> tuple[OfSource, ...]:
    """Misstatements by source, largest uncorrected first, then by key."""
    found: dict[str, list[Error]] = {}
    for error in errors:
        found.setdefault(error.source, []).append(error)
    rows = [OfSource(key, tuple(own), _of(own, corrected=False), _of(own, corrected=True)) for key, own in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.uncorrected.gross, -row.corrected.gross, row.source)))


def _of(errors: Iterable[Error], *, corrected: bool) -> Sum:
    return summed(error for error in errors if error.corrected is corrected)


@dataclass(frozen=True, slots=True)
class MaterialityAssessment:
    """All errors of a report with what is projected beyond them, and the threshold they are compared with.

    `share` of `total` (t CO2, as reported) is the threshold; either None: there is none. `own`: a body's planning threshold, on which no
    verdict rests. `unknown` are sources whose right figure is not known yet, `sampling_open` says that a drawn item is not worked,
    `changes_open` that a change nobody asked for was not looked at.
    `nature` are reasons by which something without tonnes is material, `netting` the reason for which cancelling was accepted.
    """

    errors: tuple[Error, ...]
    total: Fraction | None = None
    share: Fraction | None = None
    own: bool = False
    remainder: Sum | None = None
    sampling_open: bool = False
    unknown: tuple[str, ...] = ()
    nature: tuple[str, ...] = ()
    netting: str = ""
    changes_open: bool = False

    @property
    def sources(self) -> tuple[OfSource, ...]:
        """The errors source by source."""
        return by_source(self.errors)

    @property
    def uncorrected(self) -> Sum:
        """Known uncorrected misstatements."""
        return _of(self.errors, corrected=False)

    @property
    def corrected(self) -> Sum:
        """Corrected misstatements."""
        return _of(self.errors, corrected=True)

    @property
    def compared(self) -> Sum:
        """Amount compared with the threshold: known uncorrected misstatements and those projected from samples."""
        return self.uncorrected + (self.remainder or Sum())

    @property
    def largest(self) -> Fraction:
        """Largest single uncorrected misstatement by absolute amount."""
        return max((abs(error.tonnes) for error in self.errors if not error.corrected), default=Fraction())

    @property
    def threshold(self) -> Fraction | None:
        """Threshold in t CO2; misstatements are material only above it."""
        return None if self.share is None or self.total is None else self.share * abs(self.total)

    @property
    def material_by_nature(self) -> tuple[str, ...]:
        """Reasons for which something uncorrected is material whatever its size."""
        return tuple(dict.fromkeys([*(error.nature for error in self.errors if error.nature and not error.corrected), *self.nature]))

    @property
    def by_size(self) -> Verdict | None:
        """What the known errors come to, singly and together; None without a threshold."""
        threshold, errors_sum = self.threshold, self.compared
        if threshold is None:
            return None
        if abs(errors_sum.net) > threshold or self.largest > threshold:
            return Verdict.MATERIAL
        return Verdict.ONLY_NETTED if errors_sum.gross > threshold else Verdict.NOT_MATERIAL

    @property
    def so_far(self) -> Verdict | None:
        """The same with what is material by nature; None without a threshold."""
        if self.threshold is None:
            return None
        return Verdict.MATERIAL if self.material_by_nature else self.by_size

    @property
    def complete(self) -> bool:
        """Whether every figure is known and every sampled item worked."""
        return not self.unknown and not self.sampling_open and not self.changes_open

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on the report: none on a body's own threshold, and a mild one only once everything is known.

        Source: AVR (EU) 2018/2067 as rules.md section 3 has it: singly and in aggregate, by size and by nature.
        """
        if self.own or not (self.complete or self.so_far is Verdict.MATERIAL):
            return None
        return self.so_far


def assess(
    errors: Iterable[Error],
    total: Fraction | None = None,
    share: Fraction | None = None,
    *,
    own: bool = False,
    remainder: Sum | None = None,
    sampling_open: bool = False,
    unknown: Collection[str] = (),
    nature: Collection[str] = (),
    netting: str = "",
    changes_open: bool = False,
) -> MaterialityAssessment:
    """Assess errors against the threshold `share` × `total` (t CO2); errors of 0 t without a nature are left out.

    Source: rules.md sections 1 and 3.
    """
    relevant = sorted((error for error in errors if error.tonnes or error.nature), key=_place)
    return MaterialityAssessment(
        tuple(relevant), total, share, own, remainder, sampling_open, tuple(sorted(unknown)), tuple(nature), netting, changes_open
    )


def _place(error: Error) -> tuple[str, str, bool, Fraction]:
    return error.source, error.reference, error.corrected, error.tonnes


def against_positive(assessment: MaterialityAssessment) -> tuple[StatedReason, ...]:
    """Reasons against a positive opinion: material misstatements, or misstatements below the threshold only because of offsetting.

    Source: AVR (EU) 2018/2067, rules.md section 3: uncorrected but immaterial items are allowed and listed.
    """
    if assessment.own or assessment.threshold is None:
        return ()
    sums, reasons = assessment.compared, []
    if assessment.by_size is Verdict.MATERIAL:
        reasons.append(StatedReason("opinion.material", _figures(sums, assessment.threshold)))
    if assessment.by_size is Verdict.ONLY_NETTED and not assessment.netting:
        reasons.append(StatedReason("opinion.only_netted", _figures(sums, assessment.threshold)))
    if assessment.material_by_nature:
        reasons.append(StatedReason("opinion.material_nature", (("reasons", "; ".join(assessment.material_by_nature)),)))
    return tuple(reasons)


def would_change(assessment: MaterialityAssessment) -> tuple[StatedReason, ...]:
    """Reasons stating the tonnes by which the conclusion would change, and what is still outstanding."""
    threshold = assessment.threshold
    if assessment.share is None:
        return (StatedReason("materiality.no_threshold"),)
    if threshold is None:
        return (StatedReason("materiality.no_total"),)
    reasons = list(_by_size(assessment, threshold))
    if assessment.material_by_nature:
        reasons.append(StatedReason("materiality.by_nature", (("reasons", "; ".join(assessment.material_by_nature)),)))
    if assessment.unknown:
        reasons.append(StatedReason("materiality.unknown", (("count", len(assessment.unknown)), ("sources", _listed(assessment.unknown)))))
    if assessment.sampling_open:
        reasons.append(StatedReason("materiality.sampling_open"))
    if assessment.changes_open:
        reasons.append(StatedReason("materiality.changes_open"))
    return tuple(reasons)


def _by_size(assessment: MaterialityAssessment, threshold: Fraction) -> Sequence[StatedReason]:
    sums = assessment.compared
    match assessment.by_size:
        case Verdict.NOT_MATERIAL:
            over, under = threshold - max(sums.net, NOTHING), threshold + min(sums.net, NOTHING)
            reasons = [StatedReason("materiality.until", (("over", tonnes(over)), ("under", tonnes(under))))]
            either = threshold - sums.gross
            return (
                [*reasons, StatedReason("materiality.until_gross", (("tonnes", tonnes(either)),))] if either < min(over, under) else reasons
            )
        case Verdict.ONLY_NETTED:
            return [StatedReason("materiality.only_netted", (*_figures(sums, threshold), ("tonnes", tonnes(sums.gross - threshold))))]
    reasons = []
    if abs(sums.net) > threshold:
        way = "materiality.correct_over" if sums.net > 0 else "materiality.correct_under"
        reasons.append(StatedReason(way, (("tonnes", tonnes(abs(sums.net) - threshold)),)))
    if assessment.largest > threshold:
        alone = [error for error in assessment.errors if not error.corrected and abs(error.tonnes) > threshold]
        named = _listed([" ".join(part for part in (error.source, error.reference) if part) or "–" for error in alone])
        reasons.append(StatedReason("materiality.alone", (("which", named), ("count", len(alone)), ("tonnes", tonnes(assessment.largest)))))
    return reasons


def _figures(sums: Sum, threshold: Fraction) -> tuple[tuple[str, object], ...]:
    figures = (("net", sums.net), ("gross", sums.gross), ("over", sums.over), ("under", sums.under), ("threshold", threshold))
    return tuple((name, tonnes(figure)) for name, figure in figures)


def _listed(words: Sequence[str]) -> tuple[str, ...]:
    return (*words[:10], *(["…"] if len(words) > 10 else []))


def tonnes(figure: Fraction) -> str:
    """Tonnes as sentences hold them: grouped, at most two places, a real minus."""
    integer, point, rest = plain(abs(figure), 2).partition(".")
    sign = "−" if figure < 0 and (integer, rest) != ("0", "") else ""
    return f"{sign}{int(integer):,}{point}{rest}"
