"""The numbers: every source as reported and as verified, the categories, and the reason for each difference."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from verifier.statement.facts.model import Both, CategoryTotal, SourceLine, StatementFacts
from verifier.statement.pdf.coverage import coverage_part
from verifier.statement.pdf.errors import materiality_part, misstated, misstatements_section
from verifier.statement.pdf.fonts import BOLD
from verifier.statement.pdf.parts import COLUMN, Cell, Languages, number, number_table, tonnes
from verifier.statement.pdf.reconciliation import reconciliation_part
from verifier.statement.pdf.typography import CELL, MUTED, SMALL, Face, Text
from verifier.statement.pdf.wording import WORDING, category_name, word

NOTICEABLE = Decimal("0.005")
_ID, _FIGURE = 26 * mm, 28 * mm
_STRONG, _QUIET = CELL.but(font=BOLD), CELL.but(colour=MUTED)


def _source_cells(line: SourceLine, languages: Languages) -> list[Cell]:
    named: list[Flowable] = [Text(line.name, CELL)]
    if not line.counts:
        named.append(Text(languages.one_line(word("not_counted")), SMALL))
    if line.estimate:
        named.append(Text(languages.one_line(word("estimated")), SMALL.but(font=BOLD)))
    changed = line.difference is None or abs(line.difference) >= NOTICEABLE
    difference = number(tonnes(line.difference, signed=True), _STRONG if changed else _QUIET)
    return [Text(line.id, CELL), named, number(tonnes(line.reported)), number(tonnes(line.verified)), difference]


def _reported_cells(line: SourceLine, wrong: Mapping[str, Decimal], languages: Languages) -> list[Cell]:
    """A source without verified tonnes: what was reported, and what of it is wrong and stays so."""
    first, named, reported, *_others = _source_cells(line, languages)
    found = wrong.get(line.id, Decimal())
    return [first, named, reported, number(tonnes(found, signed=True), _STRONG if abs(found) >= NOTICEABLE else _QUIET)]


def _why(line: SourceLine, languages: Languages) -> list[Flowable]:
    """The reason of a difference, and the rule of an estimate."""
    reason = languages.stacked(line.reason, CELL, SMALL) if line.reason else []
    return [*reason, *(languages.stacked(line.estimate, SMALL, SMALL) if line.estimate else [])]


def _whole(label: Sequence[Flowable], total: CategoryTotal | StatementFacts, face: Face = _STRONG) -> list[Cell]:
    summed = isinstance(total, StatementFacts)
    reported, verified = (total.reported_total, total.verified_total) if summed else (total.reported, total.verified)
    figures = (number(tonnes(amount, 0), face) for amount in (reported, verified))
    return [list(label), *figures, number(tonnes(total.difference, 0, signed=True), face)]


def sources_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """One table a category, in the order the report gives them; without verified tonnes where the rules withhold them."""
    note = "sources_note" if facts.own_figure else "sources_note_reported"
    parts: list[Flowable] = [*languages.heading(word("sources"), at), *languages.prose(word(note), after=2)]
    headers = ("source_id", "source", "reported", *(("verified", "difference") if facts.own_figure else ("misstatement",)))
    figures = len(headers) - 2
    widths = (_ID, COLUMN - _ID - figures * _FIGURE, *(_FIGURE,) * figures)
    wrong = misstated(facts)
    totals = {total.category: total for total in facts.category_totals}
    for category in dict.fromkeys(line.category for line in facts.sources):
        lines = [line for line in facts.sources if line.category == category]
        rows = [_source_cells(line, languages) if facts.own_figure else _reported_cells(line, wrong, languages) for line in lines]
        if category in totals:
            label = languages.stacked(word("category_total"), _STRONG, SMALL)
            total_row = _whole(label, totals[category])
            rows.append([[], *total_row] if facts.own_figure else [[], *total_row[:2], number("")])
        name = category_name(category)
        counted = Both(f"{name.zh}（{len(lines)} 个排放源）", f"{name.en} ({len(lines)} {'source' if len(lines) == 1 else 'sources'})")
        parts += languages.subheading(counted)
        parts.append(
            number_table(languages, headers, widths, rows, numeric=range(2, len(headers)), totals=int(category in totals), words=WORDING)
        )
    return parts


def notable(line: SourceLine) -> bool:
    """A difference that shows at two decimals, or that someone gave a reason for, or that cannot be known."""
    return line.difference is None or bool(line.reason) or bool(line.estimate) or abs(line.difference) >= NOTICEABLE


def comparison_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """Categories and total, each source that differs with its reason, the materiality of the errors, and how numbers were tested."""
    shown = _compared(facts, languages, at) if facts.own_figure else misstatements_section(facts, languages, at)
    return [*shown, *reconciliation_part(facts, languages), *materiality_part(facts, languages), *coverage_part(facts, languages)]


def _compared(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    rows = [_whole(languages.stacked(category_name(total.category), CELL, SMALL), total, CELL) for total in facts.category_totals]
    rows.append(_whole(languages.stacked(word("total"), _STRONG, SMALL), facts))
    headers = ("category", "reported", "verified", "difference")
    wide = COLUMN - 3 * 34 * mm
    parts: list[Flowable] = [
        *languages.heading(word("comparison"), at, room=95 * mm),
        *languages.prose(word("comparison_note")),
        number_table(languages, headers, (wide, 34 * mm, 34 * mm, 34 * mm), rows, numeric=(1, 2, 3), totals=1, words=WORDING),
        *languages.subheading(word("reasons")),
    ]
    differing = [line for line in facts.sources if notable(line)]
    if not differing:
        return [*parts, *languages.prose(word("no_differences"))]
    figure = 21 * mm
    widths = (20 * mm, 34 * mm, figure, figure, figure, COLUMN - 54 * mm - 3 * figure)
    reasons = [[*_source_cells(line, languages), _why(line, languages)] for line in differing]
    headers = ("source_id", "source", "reported", "verified", "difference", "reason")
    parts.append(number_table(languages, headers, widths, reasons, numeric=(2, 3, 4), words=WORDING))
    if rest := len(facts.sources) - len(differing):
        small = languages.prose(word("small_differences", count=rest))
        small[0].spaceBefore = 8
        parts += small
    return parts
