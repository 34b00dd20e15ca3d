"""Queries of data alerts: main flags of the version under verification with consequences and resolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from verifier.checks.data.models import FlagDisposition
from verifier.checks.data.references import queries as references
from verifier.core.calculation.results import Flag
from verifier.core.datachecks.flag_resolution import UNRESOLVED, Disposition, FlagState, Keyed, keyed, state
from verifier.core.findings import RESOLVED_STATES, FindingState
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.engagements.queries import signed_snapshot
from verifier.findings.models import Finding
from verifier.reports import queries as reports
from verifier.reports.derived_values import DerivedValues, form_of
from verifier.reports.models import ReportedSource, ReportVersion
from verifier.rulepacks.load import load

_keyed = DerivedValues[tuple[Keyed, ...]]("alerts", lambda: form_of(tuple[Keyed, ...]))
"""Keyed by the hashes of workbook, pack and references, which determine the flags."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """One main flag of the version under verification, with its resolution."""

    flag: Keyed
    disposition: FlagDisposition | None
    state: FlagState

    @property
    def main(self) -> Flag:
        """The flag itself."""
        return self.flag.main

    @property
    def effect(self) -> Decimal | None:
        """What it does to the reported total by estimate, t CO2, reported − right."""
        return self.flag.family.effect

    @property
    def is_open(self) -> bool:
        """Whether the flag is unresolved."""
        return self.state in UNRESOLVED


@dataclass(frozen=True, slots=True)
class FlagProgress:
    """Number of resolved main flags, and of all."""

    done: int
    total: int

    @property
    def left(self) -> int:
        """Number of unresolved flags."""
        return self.total - self.done


def flagged(engagement: Engagement) -> list[Flagged]:
    """Every main flag, by sheet and row."""
    of = select(FlagDisposition).where(FlagDisposition.engagement_id == engagement.id)
    dispositions = {row.flag_key: row for row in db.session.scalars(of)}
    return [Flagged(each, dispositions.get(each.key), state(each, _value(dispositions.get(each.key)))) for each in keyed_of(engagement)]


def keyed_of(engagement: Engagement) -> tuple[Keyed, ...]:
    """The main flags of a case by their natural keys; the same value again while the process remembers it."""
    version = engagement.report_version
    signed = signed_snapshot(engagement)
    of_snapshot = (str(signed.id),) if signed else ()
    at = (version.sha256, load(engagement.pack_id).sha256, *references.references(engagement).key, *of_snapshot)
    return _keyed.get(at, lambda: _compute_keyed(version, references.flags_of(engagement)))


def _compute_keyed(version: ReportVersion, every: Sequence[Flag]) -> tuple[Keyed, ...]:
    of = select(ReportedSource.source_key, ReportedSource.fingerprint).where(ReportedSource.version_id == version.id)
    fingerprints = {row.source_key: row.fingerprint for row in db.session.execute(of)}
    return keyed(every, reports.report_of(version), fingerprints)


def matching(rows: Sequence[Flagged], *, search: str = "", code: str = "", source: str = "", at: str = "", sort: str = "") -> list[Flagged]:
    """The rows of a filter: `at` is a state or `undisposed` (unresolved); the heaviest first unless sorted by `source`."""
    term = search.strip().casefold()
    found = [
        each
        for each in rows
        if (not term or term in _searched(each))
        and (not code or code in _codes(each))
        and (not source or each.main.source == source)
        and (not at or (each.is_open if at == "undisposed" else each.state == at))
    ]
    if sort == "source":
        return sorted(found, key=lambda each: (each.main.source or "", each.main.period or "", each.main.code))
    return sorted(found, key=lambda each: (each.main.tonnes is None, -abs(each.main.tonnes or 0)))


def progress(engagement: Engagement) -> FlagProgress:
    """How far the flags are."""
    of = select(FlagDisposition.flag_key, FlagDisposition.fingerprint, Finding.state).join(FlagDisposition.finding, isouter=True)
    found = db.session.execute(of.where(FlagDisposition.engagement_id == engagement.id))
    dispositions = {key: _disposition(fingerprint, at) for key, fingerprint, at in found}
    rows = keyed_of(engagement)
    return FlagProgress(sum(state(each, dispositions.get(each.key)) not in UNRESOLVED for each in rows), len(rows))


def open_sources(engagement: Engagement) -> frozenset[str]:
    """Keys of the sources with an unresolved flag."""
    return frozenset(each.main.source for each in flagged(engagement) if each.is_open and each.main.source)


def raised_as(engagement: Engagement) -> dict[Flag, Finding]:
    """The finding that each flag, or what it follows from, was raised as or is covered by; withdrawn ones left out."""
    found: dict[Flag, Finding] = {}
    for each in flagged(engagement):
        if each.state is FlagState.FINDING and each.disposition and each.disposition.finding:
            found |= dict.fromkeys((each.main, *each.flag.family.consequences), each.disposition.finding)
    return found


def _value(row: FlagDisposition | None) -> Disposition | None:
    return None if row is None else _disposition(row.fingerprint, row.finding.state if row.finding else None)


def _disposition(fingerprint: str, finding: str | None) -> Disposition:
    """What was decided on a flag, by the state of the finding it was raised as."""
    at = None if finding is None else FindingState(finding)
    waits = at is not None and at not in RESOLVED_STATES
    return Disposition(fingerprint, raised=at is not None, finding_open=waits, finding_withdrawn=at is FindingState.WITHDRAWN)


def _codes(each: Flagged) -> set[str]:
    return {each.main.code, *(flag.code for flag in each.flag.family.consequences)}


def _searched(each: Flagged) -> str:
    main = each.main
    return " ".join((main.source or "", main.period or "", main.sheet, *(value for _, value in main.values))).casefold()
