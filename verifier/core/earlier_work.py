"""Work that a body did for a unit outside this system, and which of it keeps the body from verifying the unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from verifier.core.errors import Refusal
from verifier.core.rulepack.parts import ConflictingWork


class WorkKind(StrEnum):
    """What was done for a unit; the values are the codes of a pack's `conflicting_work`."""

    VERIFICATION = "verification"
    ADVICE = "advice"
    QUOTA = "quota"
    PREPARATION = "preparation"
    INTERNAL_AUDIT = "internal_audit"
    TRADING = "trading"
    OTHER = "other"


CONFLICTING = tuple(kind for kind in WorkKind if kind is not WorkKind.VERIFICATION)
"""Kinds that a pack can name as conflicting; verifications rotate instead."""


@dataclass(frozen=True, slots=True)
class EarlierWork:
    """One engagement: its kind, the year it was for (or ended in), and its reference in the body's files."""

    kind: WorkKind
    year: int
    reference: str


def conflicting(
    done: Iterable[EarlierWork], emission_year: int, rules: Iterable[ConflictingWork]
) -> tuple[EarlierWork, ConflictingWork] | None:
    """The latest work that rules out verifying an emission year, with its rule.

    Work of so many years before the year of verification, which follows the emission year, rules it out: with three years, an emission
    year of 2021 is verified in 2022, and work of 2019 or later is in the way.
    """
    by_code = {rule.code: rule for rule in rules}
    found = [(work, by_code[work.kind]) for work in done if work.kind in by_code and work.year + by_code[work.kind].years > emission_year]
    return max(found, key=lambda pair: (pair[0].year, pair[0].reference), default=None)


def check_no_conflict(done: Iterable[EarlierWork], emission_year: int, rules: Iterable[ConflictingWork], *, name: str) -> None:
    """Refuse a verification by a body that did conflicting work for the unit (pack: conflicting_work)."""
    found = conflicting(done, emission_year, rules)
    if found is not None:
        work, rule = found
        raise Refusal("independence.earlier_work", name=name, work=work.kind, year=work.year, reference=work.reference, years=rule.years)
