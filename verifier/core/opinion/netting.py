"""Accepted offsetting of errors: what was accepted, and whether it still holds for the errors of today."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from verifier.core.opinion.materiality import Error, MaterialityAssessment, Sum

NOTHING_PROJECTED = Sum()


@dataclass(frozen=True, slots=True)
class AcceptedNetting:
    """The uncorrected errors (source and tonnes, t CO2) and what samples projected beyond them when offsetting was accepted."""

    errors: tuple[tuple[str, Fraction], ...]
    projected: Sum = NOTHING_PROJECTED

    @classmethod
    def of(cls, assessment: MaterialityAssessment) -> "AcceptedNetting":
        """What an assessment shows."""
        return cls(_uncorrected(assessment.errors), assessment.remainder or Sum())

    def holds_for(self, assessment: MaterialityAssessment) -> bool:
        """Whether no error was added or changed and no more is projected since; one that was corrected only leaves less to accept."""
        projected = assessment.remainder or Sum()
        known = Counter(_uncorrected(assessment.errors)) <= Counter(self.errors)
        return known and projected.over <= self.projected.over and projected.under <= self.projected.under


def _uncorrected(errors: tuple[Error, ...]) -> tuple[tuple[str, Fraction], ...]:
    return tuple((error.source, error.tonnes) for error in errors if not error.corrected and error.tonnes)
