"""Errors of sampled items as known misstatements: each counts once, beside or within a finding, until it is corrected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SampledError:
    """A wrong item of a sample: `tonnes` of CO2, reported − right, seen from the unit's total; 0 where its method measures none.

    `in_finding`: a finding that states tonnes names it, and stands for it in materiality. `settled`: a finding names it, or a reason
    says why none is needed.
    """

    sample: int
    source: str
    period: str
    tonnes: Fraction
    corrected: bool = False
    in_finding: bool = False
    settled: bool = False


def unsettled(errors: Iterable[SampledError]) -> int:
    """How many errors are neither corrected nor settled: none may be left before a conclusion."""
    return sum(not (each.corrected or each.settled) for each in errors)


def known_tonnes(errors: Iterable[SampledError]) -> Mapping[str, Fraction]:
    """Known misstatement of each source from its sampled items; an item drawn in several samples counts once, as it was tested last.

    `errors` are in the order in which they were tested. What is corrected, or within a finding that states tonnes, is left out.
    """
    latest = {(each.source, each.period): each for each in errors}
    found: dict[str, Fraction] = {}
    for each in latest.values():
        if each.tonnes and not each.corrected and not each.in_finding:
            found[each.source] = found.get(each.source, Fraction()) + each.tonnes
    return found
