"""Differences between two report versions: cells and rows by natural key, numbers compared numerically."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from verifier.core.calculation.units import number
from verifier.core.errors import Refusal
from verifier.core.report.rows import ReportedReport, Row, code_of, period_of, plain_text

SHEETS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "facilities": (("facility_id",), ("name", "in_boundary", "commissioned_on", "retired_on", "owner", "note")),
    "sources": (("source_id",), ("facility_id", "name", "category", "fuel", "meter_id", "in_plan", "counts", "owner", "reported_tco2")),
    "activity": (("source_id", "period"), ("quantity", "unit", "basis", "document", "missing_hours")),
    "factors": (("source_id", "parameter", "period"), ("value", "unit", "basis", "table", "reference")),
    "crosschecks": (("source_id", "period"), ("quantity", "unit", "document")),
    "measurements": (("source_id", "period"), ("hours", "flow", "concentration", "gas", "biomass_fraction")),
    "meters": (("meter_id",), ("model", "location", "accuracy", "calibrated_on", "valid_until")),
    "production": (("product", "period"), ("quantity", "unit")),
    "totals": (("category",), ("reported_tco2",)),
    "plan": (("source_id", "parameter"), ("method", "meter_id", "frequency", "responsible", "missing_data")),
    "equipment": (("equipment_id",), ("name", "facility_id", "kind", "capacity", "fuel", "in_service_from", "in_service_to")),
}
"""Each sheet's natural key, and what may change under it. Source: workbook.md."""
MAIN = {"activity": "quantity", "factors": "value", "crosschecks": "quantity", "measurements": "hours", "production": "quantity"}
"""The column that represents a whole row added or removed; `reported_tco2` or the first one elsewhere."""
BY_NATURE = frozenset({"report_version", "prepared_on"})
"""What differs in every version by what a version is."""
_CODED = frozenset({"category", "parameter"})
IN_TONNES = "reported_tco2"


class ChangeKind(StrEnum):
    """Type of change of a cell or a row."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that is not what it was, or a row that came or went, by its natural key.

    `row` is its row in the new version, in the old one where it went. `tonnes` is what it does to the unit's emissions, new − old, t CO2:
    to the reported ones in a column of tonnes, else to the recalculated; None where that cannot be told of this cell alone.
    """

    sheet: str
    row: int
    keys: tuple[str, ...]
    column: str
    how: ChangeKind
    before: str
    after: str
    source: str = ""
    period: str = ""
    tonnes: Fraction | None = None
    unit: str = ""
    """What both values are counted in; empty for words, and where the unit itself changed."""

    @property
    def key(self) -> str:
        """The natural key as one text."""
        return "|".join((self.sheet, *self.keys, self.column, self.how))

    @property
    def is_number(self) -> bool:
        """Whether a number changed, not a word."""
        return _number(self.before) is not None or _number(self.after) is not None


def differences(old: ReportedReport, new: ReportedReport) -> Iterator[Change]:
    """Every difference between two versions, sheet by sheet, without tonnes.

    Numbers are compared as numbers (1,234.50 is 1234.5), words without idle blanks; the order of rows never matters. Rows of one natural
    key are told apart by their order. Source: workbook.md; natural keys as house.md has them (source, parameter, period).
    """
    yield from _of_unit(old, new)
    for sheet in SHEETS:
        yield from _of_sheet(sheet, _keyed(sheet, getattr(old, sheet)), _keyed(sheet, getattr(new, sheet)))


Keyed = dict[tuple[str, ...], Row]


def _keyed(sheet: str, rows: Iterable[Row]) -> Keyed:
    found: Keyed = {}
    counts: dict[tuple[str, ...], int] = {}
    for row in rows:
        keys = tuple(key_part(name, getattr(row, name)) for name in SHEETS[sheet][0])
        counts[keys] = counts.get(keys, 0) + 1
        found[keys if counts[keys] == 1 else (*keys, str(counts[keys]))] = row
    return found


def key_part(name: str, text: str) -> str:
    if name == "period":
        return period_of(text) or plain_text(text)
    return code_of(text) if name in _CODED else plain_text(text)


def _of_unit(old: ReportedReport, new: ReportedReport) -> Iterator[Change]:
    for name in dict.fromkeys((*old.unit, *new.unit)):
        before, after = old.unit.get(name, ""), new.unit.get(name, "")
        if name not in BY_NATURE and not _same(name, before, after):
            yield Change("unit", 0, (name,), "value", ChangeKind.CHANGED, before, after)


def _of_sheet(sheet: str, old: Keyed, new: Keyed) -> Iterator[Change]:
    columns = SHEETS[sheet][1]
    for keys, row in new.items():
        before = old.get(keys)
        if before is None:
            yield _whole(sheet, keys, row, ChangeKind.ADDED)
            continue
        for column in columns:
            was, now = getattr(before, column), getattr(row, column)
            if not _same(column, was, now):
                yield Change(
                    sheet, row.row, keys, column, ChangeKind.CHANGED, was, now, *_about(sheet, row), unit=_unit(column, before, row)
                )
    for keys, row in old.items():
        if keys not in new:
            yield _whole(sheet, keys, row, ChangeKind.REMOVED)


def _whole(sheet: str, keys: tuple[str, ...], row: Row, how: ChangeKind) -> Change:
    columns = SHEETS[sheet][1]
    column = MAIN.get(sheet, IN_TONNES if IN_TONNES in columns else columns[0])
    text = str(getattr(row, column))
    before, after = ("", text) if how is ChangeKind.ADDED else (text, "")
    return Change(sheet, row.row, keys, column, how, before, after, *_about(sheet, row), unit=_unit(column, row, row))


def _about(sheet: str, row: Row) -> tuple[str, str]:
    source = str(getattr(row, "source_id", ""))
    return source, (period_of(str(getattr(row, "period", ""))) or "")


def _unit(column: str, before: Row, after: Row) -> str:
    """The unit of a column that has one."""
    if column == IN_TONNES:
        return "t CO2"
    was, now = (str(getattr(row, "unit", "")) for row in (before, after))
    return now if column in ("quantity", "value") and was == now else ""


def _same(name: str, before: str, after: str) -> bool:
    if before == after:
        return True
    first, second = _number(before), _number(after)
    if first is not None and second is not None:
        return first == second
    return key_part(name, before) == key_part(name, after)


def _number(text: str) -> Decimal | None:
    try:
        return number(text)
    except Refusal:
        return None
