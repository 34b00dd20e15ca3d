"""The open case of a unit's year, by value: reports must not import cases, so `app` registers how one is found."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from verifier.core.lifecycle import Stage
from verifier.core.rulepack.pack import RulePack
from verifier.db import once_per_read
from verifier.registry.models import UnitYear
from verifier.rulepacks.load import load


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case by value: where the actions of its unit are recorded, how far it is, and the rule pack it is worked under."""

    id: UUID
    stage: Stage
    pack_id: str


CaseFinder = Callable[[UnitYear], OpenCase | None]
_finders: list[CaseFinder] = []


def cases_found_by(finder: CaseFinder) -> None:
    """Register how the case of a unit's year is found."""
    _finders[:] = [finder]


@once_per_read
def open_case(unit_year: UnitYear) -> OpenCase | None:
    """The case that verifies a unit's year; None where there is none."""
    (finder,) = _finders
    return finder(unit_year)


def rules_of(unit_year: UnitYear) -> RulePack:
    """The rule pack that the reports of a unit's year are calculated under: that of its case, else that of the year."""
    case = open_case(unit_year)
    return load(case.pack_id if case else unit_year.year.pack_id)
