"""Queries of reports: versions of a unit's year, their content, recalculation, and changes between versions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select

from verifier.cache import REPORTS, Cache
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.results import Calculation, Flag
from verifier.core.report.rows import ReportedReport
from verifier.core.rulepack.pack import RulePack
from verifier.db import db
from verifier.registry.models import UnitYear
from verifier.reports.calculation_form import form_of_calculation
from verifier.reports.derived_values import DerivedValues
from verifier.reports.models import ReportedFacility, ReportedNumber, ReportedSource, ReportVersion
from verifier.reports.open_cases import rules_of
from verifier.reports.stored_content import from_json

SORTS = ("position", "difference", "name")
SEARCHED = (ReportedSource.source_key, ReportedSource.name, ReportedSource.fuel, ReportedSource.meter, ReportedSource.owner)
_reports: Cache[ReportedReport] = Cache(REPORTS)
"""By the hash of the workbook."""
_calculated = DerivedValues[Calculation]("calculation", form_of_calculation)
"""By the hashes of workbook and pack: the same bytes under the same rules give the same result."""


def versions(unit_year: UnitYear) -> list[ReportVersion]:
    """What a unit has handed in for a year, newest first."""
    of = select(ReportVersion).where(ReportVersion.unit_year_id == unit_year.id)
    return list(db.session.scalars(of.order_by(ReportVersion.number.desc())))


def readable_versions(unit_year: UnitYear, *, drafts: bool) -> list[ReportVersion]:
    """The versions a reader may know of, newest first: without `drafts`, the released ones."""
    return [version for version in versions(unit_year) if drafts or version.released_at is not None]


def version_numbered(unit_year: UnitYear, number: int, *, drafts: bool) -> ReportVersion | None:
    """One version by its number, None where there is none or the reader may not know of it."""
    return next((version for version in readable_versions(unit_year, drafts=drafts) if version.number == number), None)


def newest(unit_year: UnitYear) -> ReportVersion | None:
    """The version handed in last, released or not."""
    return db.session.scalar(
        select(ReportVersion).where(ReportVersion.unit_year_id == unit_year.id).order_by(ReportVersion.number.desc()).limit(1)
    )


def latest_released(unit_year: UnitYear) -> ReportVersion | None:
    """The version that holds: the newest one that the unit's responsible person released."""
    of = select(ReportVersion).where(ReportVersion.unit_year_id == unit_year.id, ReportVersion.released_at.is_not(None))
    return db.session.scalar(of.order_by(ReportVersion.number.desc()).limit(1))


def report_of(version: ReportVersion) -> ReportedReport:
    """The version word for word, as the core knows it."""
    return _reports.get(version.sha256, lambda: from_json(version.content))


def calculation_of(version: ReportVersion) -> Calculation:
    """The version recalculated under the pack of its case, or of its year; the same value again while the process remembers it."""
    return calculation_under(version, rules_of(version.unit_year))


def calculation_under(version: ReportVersion, pack: RulePack) -> Calculation:
    """The version recalculated under a pack that need not be its own; remembered likewise."""
    return _calculated.get((version.sha256, pack.sha256), lambda: calculate(report_of(version), pack))


def remember(sha256: str, pack_sha256: str, report: ReportedReport, calculation: Calculation) -> None:
    """Keep the result of a workbook for the pages that show it."""
    _reports.put(sha256, report)
    _calculated.keep((sha256, pack_sha256), calculation)


def flags_of(version: ReportVersion) -> tuple[Flag, ...]:
    """Data alerts of a version, by sheet and row."""
    return calculation_of(version).flags


def number_keys_of(version: ReportVersion, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The natural key of the number that stands in each place of the report (sheet, row); of several, the first that has an alert."""
    wanted = set(places)
    found = (
        select(ReportedNumber.sheet, ReportedNumber.row, ReportedNumber.number_key)
        .where(ReportedNumber.version_id == version.id, ReportedNumber.row.in_({row for _sheet, row in wanted}))
        .order_by(ReportedNumber.flag_codes == "", ReportedNumber.position)
    )
    keys: dict[tuple[str, int], str] = {}
    for sheet, row, key in db.session.execute(found):
        if row is not None and (sheet, row) in wanted:
            keys.setdefault((sheet, int(row)), key)
    return keys


def reported_tonnes(version: ReportVersion) -> dict[str, Decimal]:
    """What each source of a version reports, in tCO2; sources without a figure are left out."""
    found = select(ReportedSource.source_key, ReportedSource.reported).where(
        ReportedSource.version_id == version.id, ReportedSource.counts, ReportedSource.reported.is_not(None)
    )
    return {row.source_key: row.reported for row in db.session.execute(found)}


def sources_of(version: ReportVersion, *, search: str = "", category: str = "", flag: str = "", sort: str = "") -> Select[Any]:
    """The sources of a version; `flag` is a flag's code, `any` or `none`; `sort` one of `SORTS`, the largest difference first."""
    found = select(ReportedSource).where(ReportedSource.version_id == version.id)
    if search:
        found = found.where(or_(*(_contains(column, search) for column in SEARCHED)))
    if category:
        found = found.where(ReportedSource.category == category)
    if flag in ("any", "none"):
        found = found.where(ReportedSource.flag_codes != "" if flag == "any" else ReportedSource.flag_codes == "")
    elif flag:
        found = found.where(_contains(literal(" ") + ReportedSource.flag_codes + literal(" "), f" {flag} "))
    if sort == "difference":
        return found.order_by(ReportedSource.difference_size.desc(), ReportedSource.position)
    return found.order_by(ReportedSource.name, ReportedSource.position) if sort == "name" else found.order_by(ReportedSource.position)


def _contains(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(text, autoescape=True)
    return found


def source_of(version: ReportVersion, source_key: str) -> ReportedSource | None:
    """One source by the unit's own id, None where the version has none of it."""
    return db.session.scalar(select(ReportedSource).where(ReportedSource.version_id == version.id, ReportedSource.source_key == source_key))


def sources_keyed(version: ReportVersion, keys: Collection[str]) -> dict[str, ReportedSource]:
    """Sources by the unit's own ids; those that the version lists."""
    of = select(ReportedSource).where(ReportedSource.version_id == version.id, ReportedSource.source_key.in_(keys))
    return {row.source_key: row for row in db.session.scalars(of)}


def categories_of(version: ReportVersion) -> list[str]:
    """The categories the version's sources are in."""
    of = select(ReportedSource.category).where(ReportedSource.version_id == version.id)
    return list(db.session.scalars(of.distinct().order_by(ReportedSource.category)))


def flag_codes_of(version: ReportVersion) -> list[str]:
    """The codes of the flags the version's sources carry."""
    of = select(ReportedSource.flag_codes).where(ReportedSource.version_id == version.id).distinct()
    return sorted({code for codes in db.session.scalars(of) for code in codes.split()})


def facilities_of(version: ReportVersion) -> list[ReportedFacility]:
    """The facilities of a version, as handed in."""
    of = select(ReportedFacility).where(ReportedFacility.version_id == version.id)
    return list(db.session.scalars(of.order_by(ReportedFacility.position)))


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """What a later version did to the sources of an earlier one: keys whose number rests on something else, and those that came or went."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def all(self) -> frozenset[str]:
        """Every key that is not as it was."""
        return frozenset((*self.changed, *self.added, *self.removed))


def changed_sources(before: ReportVersion, after: ReportVersion) -> SourceChanges:
    """The sources that are not what they were, compared by what their number rests on."""
    old, new = _fingerprints(before), _fingerprints(after)
    return SourceChanges(
        changed=tuple(key for key in new if key in old and new[key] != old[key]),
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
    )


def _fingerprints(version: ReportVersion) -> dict[str, str]:
    of = select(ReportedSource.source_key, ReportedSource.fingerprint).where(ReportedSource.version_id == version.id)
    return {row.source_key: row.fingerprint for row in db.session.execute(of.order_by(ReportedSource.position))}
