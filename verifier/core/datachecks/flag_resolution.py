"""Check 2: identity of a data alert across report versions, and its resolution."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from verifier.core.calculation.results import Flag
from verifier.core.datachecks import Family, families
from verifier.core.report.rows import ReportedReport, period_of

PLACES = frozenset({"first_row", "other_row", "rows"})
"""Values of a flag that name a row: moving a row does not change the flag."""
BESIDE = frozenset({"usual", "expected", "count"})
"""Values of a flag that come from other months: they change with what the flag is not about."""
SAYS_WHICH = ("category", "parameter", "column")
"""Values that tell two flags of one code, source and period apart."""


class FlagState(StrEnum):
    """State of a data alert."""

    OPEN = "open"
    CHANGED = "changed"
    """Resolved before, and what it rests on has changed since."""
    FINDING = "finding"
    DISMISSED = "dismissed"


UNRESOLVED = frozenset({FlagState.OPEN, FlagState.CHANGED})
"""States of a flag that must not remain before a conclusion (AVR Art. 22; guideline 130, 4.2.3)."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a verifier did with a flag: `finding_open` and `finding_withdrawn` are of the finding raised for it, if one was."""

    fingerprint: str
    raised: bool
    finding_open: bool = False
    finding_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Keyed:
    """A main flag with what follows from it, its natural key, and the hash of what it rests on."""

    key: str
    fingerprint: str
    family: Family

    @property
    def main(self) -> Flag:
        """The flag that is resolved."""
        return self.family.main


def keyed(flags: Iterable[Flag], report: ReportedReport, sources: Mapping[str, str]) -> tuple[Keyed, ...]:
    """Main flags by their natural key (code, source, period, and which of several); order of rows changes neither key nor hash.

    `sources` are the fingerprints of the sources' numbers: a flag of a whole source rests on all of it, one of a month on its rows.
    """
    every = families(flags)
    months = {(family.main.source, family.main.period) for family in every if family.main.period}
    rows = _rows_of(report, months)
    found: list[Keyed] = []
    counts: dict[str, int] = {}
    for family in sorted(every, key=lambda each: _key(each.main)):
        key = _key(family.main)
        counts[key] = counts.get(key, 0) + 1
        number = f"#{counts[key]}" if counts[key] > 1 else ""
        main = family.main
        rests = rows.get((main.source, main.period), []) if main.period else sources.get(main.source or "", "")
        found.append(Keyed(key + number, _hash(main, rests), family))
    order = {family.main: place for place, family in enumerate(every)}
    return tuple(sorted(found, key=lambda each: order[each.main]))


def state(flag: Keyed, disposition: Disposition | None) -> FlagState:
    """State of a data alert: a withdrawn finding resolves nothing; an open one keeps it resolved, whatever changed meanwhile."""
    if disposition is None or disposition.finding_withdrawn:
        return FlagState.OPEN
    if disposition.raised and disposition.finding_open:
        return FlagState.FINDING
    if disposition.fingerprint != flag.fingerprint:
        return FlagState.CHANGED
    return FlagState.FINDING if disposition.raised else FlagState.DISMISSED


def _key(flag: Flag) -> str:
    which = [f"{name}={value}" for name, value in flag.values if name in SAYS_WHICH]
    return "|".join((flag.code, flag.source or "", flag.period or "", *which))


def _rows_of(report: ReportedReport, months: Collection[tuple[str | None, str | None]]) -> dict[tuple[str | None, str | None], list[str]]:
    """What the rows of a source and month say, wherever they stand; the independent records of it too."""
    found: dict[tuple[str | None, str | None], list[str]] = {}
    sources = {source for source, _ in months}
    for row in report.activity:
        if row.source_id in sources and (at := (row.source_id, period_of(row.period))) in months:
            content = (row.quantity, row.unit, row.basis, row.missing_hours, row.document)
            found.setdefault(at, []).append("|".join(content))
    for check in report.crosschecks:
        if check.source_id in sources and (at := (check.source_id, period_of(check.period))) in months:
            found.setdefault(at, []).append("|".join((check.quantity, check.unit, "independent", check.document)))
    return {key: sorted(rows) for key, rows in found.items()}


def _hash(flag: Flag, rests: Sequence[str]) -> str:
    values = [[name, value] for name, value in flag.values if name not in PLACES | BESIDE]
    text = json.dumps([flag.code, flag.message, values, rests], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
