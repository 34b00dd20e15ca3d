"""The sheets without formulas: the cover with notes for readers, the data alerts, the samples."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer

from verifier.checks.data.flags.queries import Flagged
from verifier.checks.data.sampling.models import Sample, SampledItem
from verifier.core.calculation.results import Flag
from verifier.core.rulepack.pack import RulePack
from verifier.core.sampling.population import HEADING, Item
from verifier.db import db
from verifier.engagements.models import Engagement
from verifier.reports.wording import flag_name, flag_sentence, sheet_name
from verifier.web.downloads.formula_workbook import Cell, LiveBook, LiveCell, LiveSheet, Title
from verifier.web.pages.filters import name_of, text_in
from verifier.web.pages.labels import label


def cover(book: LiveBook, engagement: Engagement, pack: RulePack, now: datetime) -> None:
    """Of which case, report and rules, made when; and how to re-perform it."""
    version = engagement.report_version
    sheet = book.sheet(_("Cover"), widths=(34, 110))
    sheet.add([Title(_("Recalculation sheet"))])
    for term, value in (
        (_("Case"), engagement.number),
        (_("Reporting unit"), name_of(engagement.unit)),
        (_("Emission year"), str(version.unit_year.year.emission_year)),
        (_("Report"), _("Version %(number)s, %(file)s", number=version.number, file=version.filename)),
        (_("Report, SHA-256"), version.sha256),
        (_("Rule pack"), f"{pack.id} · {text_in(pack.name)}"),
        (_("Rule pack, SHA-256"), engagement.pack_sha256),
        (_("Rounding"), _rounding(pack)),
        (_("Generated"), now),
    ):
        sheet.add([Title(term), value])
    sheet.add([])
    sheet.add([Title(_("Notes"))])
    for sentence in _how_to_read():
        sheet.add([None, sentence])
    sheet.add([])
    sheet.add([Title(_("Methods of the rule pack"))])
    for method in pack.methods:
        sheet.add([method.code, f"{text_in(method.name)}: {text_in(method.formula)}"])


def _rounding(pack: RulePack) -> str:
    steps = (
        _("the total is the rounded sum") if pack.rounding.total == "rounded_sum" else _("the total is the sum of the rounded categories")
    )
    return _("%(places)s decimals, round half up; %(total)s", places=pack.rounding.places, total=steps)


def _how_to_read() -> Sequence[str]:
    return (
        _(
            "Totals are sums of sources; sources are sums of the months in Activity; each month is amount × "
            "conversion × the factors in Factors. All are formulas: changing an amount or a factor updates all "
            "dependent emissions."
        ),
        _("Amounts and factors are as stated in the report, with their sheet and row. Deductions are negative."),
        _(
            "Unknown amounts have no row in Activity. The source is then incomplete: only known values are "
            "summed, and the total is unknown, not 0."
        ),
        _(
            "Each formula is accompanied by the value calculated with exact arithmetic. Spreadsheets calculate "
            "with about 15 digits, so the last digits may differ."
        ),
        _(
            "The checksum of a sample's population is the SHA-256 of the line %(heading)s, the population's name, "
            "and every line of it in order, each ended by a line feed (UTF-8).",
            heading=HEADING,
        ),
    )


def flags(book: LiveBook, flagged: Sequence[Flagged], pack: RulePack) -> None:
    """Every flag with what became of it, its consequences below it."""
    headers = [
        _("No."),
        _("Data alerts"),
        _("Consequence of no."),
        _("Source no."),
        _("Period"),
        _("Sheet"),
        _("Row"),
        _("Description"),
        _("Estimated effect on the reported total, t CO2"),
        _("Estimated in the data, t CO2"),
        _("State"),
        _("Reason or finding"),
        _("Who"),
        _("When"),
    ]
    sheet = book.sheet(_("Data alerts"), headers, (7, 26, 10, 14, 10, 14, 7, 80, 14, 14, 18, 40, 20, 20))
    sentence = partial(flag_sentence, categories={category.code: text_in(category.name) for category in pack.categories})
    for each in flagged:
        head = sheet.last
        sheet.add(_flag_cells(each, each.main, head, None, sentence(each.main)))
        for consequence in each.flag.family.consequences:
            sheet.add(_flag_cells(each, consequence, sheet.last, head, sentence(consequence)))


def _flag_cells(each: Flagged, flag: Flag, number: int, follows: int | None, sentence: str) -> list[Cell]:
    disposition = each.disposition if follows is None else None
    why = (disposition.finding.label if disposition.finding else disposition.reason) if disposition else ""
    return [
        number,
        flag_name(flag.code),
        follows,
        flag.source,
        flag.period,
        sheet_name(flag.sheet) if flag.sheet else "",
        flag.row,
        sentence,
        each.effect if follows is None else None,
        flag.tonnes,
        label(each.state) if follows is None else "",
        why,
        disposition.decider.name if disposition else "",
        disposition.decided_at if disposition else None,
    ]


Sheet = Callable[[LiveBook, Engagement], None]
_FURTHER: list[Sheet] = []


def with_sheet(sheet: Sheet) -> None:
    """Register a sheet of the case as a whole, which no single check knows."""
    if sheet not in _FURTHER:
        _FURTHER.append(sheet)


def further(book: LiveBook, engagement: Engagement) -> None:
    """The registered sheets."""
    for sheet in _FURTHER:
        sheet(book, engagement)


def samples(book: LiveBook, engagement: Engagement) -> None:
    """Every sample that was drawn: seed, checksum, items and what looking at them showed, and the population it was drawn from."""
    of = select(Sample).where(Sample.engagement_id == engagement.id, Sample.drawn_at.is_not(None)).order_by(Sample.number)
    drawn = list(db.session.scalars(of.options(undefer(Sample.population))))
    if not drawn:
        return
    headers = [
        _("Sample no."),
        _("Item no."),
        _("Stratum"),
        _("Item"),
        _("Reported, t CO2"),
        _("Reported amount"),
        _("Found"),
        _("Unit"),
        _("Reported − found"),
        _("Result"),
        _("Note"),
        _("Who"),
        _("When"),
        _("Line"),
    ]
    samples_sheet = book.sheet(
        _("Samples"),
        [
            _("Sample no."),
            _("Method"),
            _("Population"),
            _("Seed"),
            _("Population, SHA-256"),
            _("Items in it"),
            _("Report version"),
            _("Drawn by"),
            _("Drawn"),
            _("Replaced"),
            _("Why sampling is appropriate"),
        ],
        (10, 14, 14, 30, 68, 10, 10, 20, 20, 20, 60),
    )
    items = book.sheet(_("Sample items"), headers, (10, 8, 14, 40, 14, 14, 14, 12, 14, 14, 40, 20, 20, 60))
    population = book.sheet(_("Population"), [_("Sample no."), _("Item no."), _("Line")], (10, 10, 120))
    for sample in drawn:
        samples_sheet.add(
            [
                sample.number,
                sample.method,
                sample.kind,
                sample.seed,
                sample.checksum,
                len(sample.population),
                sample.report_version.number,
                sample.drawer.name if sample.drawer else "",
                sample.drawn_at,
                sample.replaced_at,
                sample.basis,
            ]
        )
        lines = select(SampledItem).where(SampledItem.sample_id == sample.id).order_by(SampledItem.position)
        for item in db.session.scalars(lines):
            _item(items, sample, item)
        for position, line in enumerate(sample.population, 1):
            population.add([sample.number, position, _canonical(line)])


def _canonical(row: Sequence[Any]) -> str:
    parts, size, *_rest = row
    return Item(tuple(parts), Decimal(size) if size is not None else None).line


def _item(items: LiveSheet, sample: Sample, item: SampledItem) -> None:
    row, difference = items.last + 1, None
    if item.quantity is not None and item.found is not None:
        difference = LiveCell(f"{items.at(5, row)}-{items.at(6, row)}", float(item.quantity - item.found))
    items.add(
        [
            sample.number,
            item.position,
            item.stratum,
            item.label,
            item.size,
            item.quantity,
            item.found,
            item.unit,
            difference,
            item.result,
            item.note,
            item.tester.name if item.tester else "",
            item.tested_at,
            item.line,
        ]
    )
