"""Population of a sample: items in one canonical order with one checksum, whatever order their rows came in."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from unicodedata import normalize

from verifier.core.calculation.results import Calculation, SourceResult
from verifier.core.calculation.units import half_a_last_digit, number, plain, round_half_up
from verifier.core.errors import Refusal
from verifier.core.report.rows import ReportedReport

HEADING = "verifier-population/1"
PLACES = 6
"""Tonnes of an item are rounded half up to whole grams before anything is drawn, so that a spreadsheet holds them exactly."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be drawn: what names it, its size in t CO2 (None where none is known), and the amount a voucher would show."""

    parts: tuple[str, ...]
    size: Decimal | None = None
    quantity: Decimal | None = None
    unit: str = ""
    label: str = ""

    @property
    def line(self) -> str:
        """The item as one line of JSON: what the checksum and the tickets are made of."""
        size = "" if self.size is None else plain(self.size)
        return json.dumps([*(normalize("NFC", part) for part in self.parts), size], ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Population:
    """Items in canonical order (by the bytes of their lines), and what of the report is not among them."""

    kind: str
    items: tuple[Item, ...]
    unknown: tuple[str, ...] = field(default=())
    """Sources with tonnes that are not known: nothing of them can be drawn by size, they are looked at whole."""

    @property
    def text(self) -> str:
        """A heading, the kind, then a line an item; each line ends with a line feed."""
        return "".join(f"{line}\n" for line in (HEADING, self.kind, *(item.line for item in self.items)))

    @property
    def checksum(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal: the same for the same items in any order."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def size(self) -> Fraction:
        """t CO2 of all items together."""
        return sum((Fraction(item.size or 0) for item in self.items), Fraction())


def population(kind: str, items: Iterable[Item], unknown: Iterable[str] = ()) -> Population:
    """The items in canonical order; indistinguishable ones are numbered, so that each can be drawn by itself."""
    counts: Counter[str] = Counter()
    labels = []
    for line, item in sorted(((item.line, item) for item in items), key=lambda each: each[0].encode()):
        counts[line] += 1
        if counts[line] == 1:
            labels.append((line.encode(), item))
        else:
            again = Item((*item.parts, f"#{counts[line]}"), item.size, item.quantity, item.unit, item.label)
            labels.append((again.line.encode(), again))
    return Population(kind, tuple(item for _line, item in sorted(labels, key=lambda each: each[0])), tuple(sorted(set(unknown))))


def monthly_data(calculation: Calculation, kind: str = "data") -> Population:
    """Every month of every source that counts, one item a (source, period), with the size of its tonnes.

    `kind` is `data` (all), `added` (what adds to the total) or `deducted`. A month whose tonnes are unknown is an item without size in
    `data` and none in the others: a draw by size can never reach it. `added` and `deducted` are the tonnes reported: what a source states
    beyond its data, or below them, is an item of its own, so that its items add up to what it reports (within half the last digit).
    """
    items: list[Item] = []
    unknown: list[str] = []
    for source in calculation.sources:
        if not source.counts:
            continue
        if not source.complete:
            unknown.append(source.source_id)
        found = _months(source) + ([] if kind == "data" else _stated_beyond(source))
        items += [item for item, tonnes in found if kind == "data" or (tonnes != 0 and (tonnes < 0) == (kind == "deducted"))]
    return population(kind, items, unknown)


def _months(source: SourceResult) -> list[tuple[Item, Fraction]]:
    """A month's rows together (a month handed in by parts is one datum), then the months that are known to be unknown."""
    tonnes: dict[str, Fraction] = {}
    amounts: dict[str, Fraction] = {}
    units: dict[str, str] = {}
    for row in source.quantities:
        ratio = row.converted / row.amount if row.amount else Fraction(1)
        first = units.setdefault(row.period, row.unit)
        amount = row.amount if row.unit == first else row.amount * ratio
        tonnes[row.period] = tonnes.get(row.period, Fraction()) + row.tonnes
        amounts[row.period] = amounts.get(row.period, Fraction()) + amount
    found = [
        (
            Item(
                (source.source_id, period),
                round_half_up(abs(value), PLACES),
                round_half_up(amounts[period], 15),
                units[period],
                source.name,
            ),
            value,
        )
        for period, value in tonnes.items()
    ]
    gaps = {reason.period for reason in source.reasons if reason.period} - set(tonnes)
    return found + [(Item((source.source_id, period), label=source.name), Fraction()) for period in sorted(gaps)]


STATED = "stated"
"""The second part of the item that holds what a source states beyond its data."""


def _stated_beyond(source: SourceResult) -> list[tuple[Item, Fraction]]:
    """The tonnes a source reports less those its data come to, as an item measured in tonnes; nothing within half the last digit."""
    if source.reported is None:
        return []
    beyond = Fraction(source.reported) - source.known
    if abs(beyond) <= half_a_last_digit(source.reported):
        return []
    size = round_half_up(abs(beyond), PLACES)
    return [(Item((source.source_id, STATED), size, size, "tCO2", source.name), beyond)] if size else []


def sites(report: ReportedReport, calculation: Calculation) -> Population:
    """Every facility the report lists, with the size of what its counting sources emit together."""
    tonnes: dict[str, Fraction] = {}
    unknown: list[str] = []
    for source in calculation.sources:
        if source.counts and source.facility_id:
            tonnes[source.facility_id] = tonnes.get(source.facility_id, Fraction()) + abs(source.known)
            if not source.complete:
                unknown.append(source.facility_id)
    named = {row.facility_id: row.name for row in report.facilities if row.facility_id}
    items = [Item((key,), round_half_up(tonnes.get(key, Fraction()), PLACES), label=name) for key, name in named.items()]
    return population("sites", items, [key for key in unknown if key in named])


def uploaded(name: str, rows: Iterable[Sequence[str]]) -> Population:
    """A reciprocal population as (reference, description, amount): what should be found again in the report.

    An amount that is no number stays in the description; rows without reference and description are left out.
    """
    items = []
    for reference, description, amount in rows:
        if reference.strip() or description.strip():
            items.append(Item((reference.strip(), description.strip()), None, _amount(amount), "", amount.strip()))
    return population(f"list:{name}", items)


def _amount(text: str) -> Decimal | None:
    try:
        return number(text)
    except Refusal:
        return None


def sizes_of(items: Iterable[Item]) -> Mapping[str, Fraction]:
    """Tonnes by the first part of the items' names: a source, or a site."""
    found: dict[str, Fraction] = {}
    for item in items:
        found[item.parts[0]] = found.get(item.parts[0], Fraction()) + Fraction(item.size or 0)
    return found


def error_of(item: Item, found: Decimal | None, tolerance: Fraction | None = None) -> Fraction:
    """Tonnes the item reports too much (negative: too little) when a voucher shows `found` in its unit; None: nothing shows any of it.

    `tolerance`: the share of what was found within which a difference is none (pack: datachecks); 0: any difference counts. None, under
    rules that do not say how numbers are covered: one within half the last digit reported, as the voucher was rounded as the report was.
    """
    size = Fraction(item.size or 0)
    if found is None:
        return size
    if not item.quantity:
        return Fraction(0)
    difference = Fraction(item.quantity) - Fraction(found)
    if abs(difference) < half_a_last_digit(item.quantity) if tolerance is None else abs(difference) <= tolerance * abs(Fraction(found)):
        return Fraction(0)
    return size * difference / Fraction(item.quantity)
