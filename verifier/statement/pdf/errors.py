"""Materiality conclusion with its basis and, where the verifier states no figure, the uncorrected misstatements."""

from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from verifier.statement.facts.model import ErrorLine, StatementFacts, Sums
from verifier.statement.pdf.fonts import BOLD
from verifier.statement.pdf.parts import COLUMN, Cell, Languages, fact_table, number, number_table, tonnes
from verifier.statement.pdf.typography import CELL, MUTED, SMALL, Face, Text
from verifier.statement.pdf.wording import WORDING, category_name, word

_STRONG, _QUIET = CELL.but(font=BOLD), CELL.but(colour=MUTED)
_FIGURE = 34 * mm


def misstated(facts: StatementFacts) -> dict[str, Decimal]:
    """Tonnes reported − right that stay uncorrected, by source."""
    found: dict[str, Decimal] = {}
    for error in facts.materiality.errors if facts.materiality else ():
        found[error.source] = found.get(error.source, Decimal()) + error.tonnes
    return found


def materiality_part(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    """The verdict, or that none is given, with everything it rests on."""
    found = facts.materiality
    if found is None:
        return []
    rows = [
        (word("verdict"), languages.stacked(found.name, Face(10.5, 15, BOLD), SMALL)),
        (word("basis"), languages.stacked(found.basis, CELL, SMALL)),
        (word("unit_category"), languages.stacked(found.category, CELL, SMALL) if found.category else ""),
        (word("threshold"), tonnes(found.threshold) if found.threshold is not None else ""),
        (word("by_nature"), "\n".join(found.by_nature)),
        (word("netted"), found.netting),
        (word("unknown_sources"), ", ".join(found.unknown)),
    ]
    sums = [("known_errors", found.uncorrected)]
    if found.projected is not None:
        sums += [("projected", found.projected), ("weighed", found.weighed)]
    headers, figure = ("errors", "errors_over", "errors_under", "errors_net", "errors_gross"), 27 * mm
    widths = (COLUMN - 4 * figure, *(figure,) * 4)
    lines = [[languages.stacked(word(key), CELL, SMALL), *_figures(of)] for key, of in sums]
    table = number_table(languages, headers, widths, lines, numeric=(1, 2, 3, 4), words=WORDING)
    return [*languages.subheading(word("materiality")), fact_table(languages, rows), Spacer(0, 8), table]


def _figures(of: Sums) -> list[Cell]:
    return [number(tonnes(of.over)), number(tonnes(of.under)), number(tonnes(of.net, signed=True)), number(tonnes(of.gross))]


def misstatements_section(facts: StatementFacts, languages: Languages, at: int) -> list[Flowable]:
    """Reported tonnes by category, and each misstatement that was not corrected: no figure of the verifier's own."""
    rows: list[list[Cell]] = [
        [languages.stacked(category_name(total.category), CELL, SMALL), number(tonnes(total.reported, 0))]
        for total in facts.category_totals
    ]
    rows.append([languages.stacked(word("total"), _STRONG, SMALL), number(tonnes(facts.reported_total, 0), _STRONG)])
    headers, widths = ("category", "reported"), (COLUMN - _FIGURE, _FIGURE)
    parts: list[Flowable] = [
        *languages.heading(word("misstatements"), at, room=95 * mm),
        *languages.prose(word("own_none")),
        number_table(languages, headers, widths, rows, numeric=(1,), totals=1, words=WORDING),
    ]
    errors = facts.materiality.errors if facts.materiality else ()
    if not errors:
        return [*parts, *languages.subheading(word("misstatements")), *languages.prose(word("no_misstatements"))]
    names = {line.id: line.name for line in facts.sources}
    reasons = {line.id: line.reason for line in facts.sources if line.reason}
    lines = [
        _line(error, names, languages, [*languages.stacked(reasons[error.source], CELL, SMALL)] if error.source in reasons else [])
        for error in errors
    ]
    widths = (22 * mm, 40 * mm, 26 * mm, 26 * mm, COLUMN - 114 * mm)
    headers = ("source_id", "source", "misstatement", "finding_nos", "reason")
    table = number_table(languages, headers, widths, lines, numeric=(2,), words=WORDING)
    return [*parts, *languages.subheading(word("misstatements")), *languages.prose(word("misstatements_note"), after=4), table]


def _line(error: ErrorLine, names: dict[str, str], languages: Languages, reason: list[Flowable]) -> list[Cell]:
    name = names.get(error.source) or languages.one_line(word("whole_report"))
    nature = f"{languages.one_line(word('by_nature'))}: {error.nature}" if error.nature else ""
    why = [*reason, *([Text(nature, SMALL)] if nature else [])]
    return [
        Text(error.source or "—", CELL),
        Text(name, CELL),
        number(tonnes(error.tonnes, signed=True)),
        Text(error.reference or "—", CELL),
        why,
    ]
