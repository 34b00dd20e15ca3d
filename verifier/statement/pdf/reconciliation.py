"""From the first version to the verified figure: what was corrected on request, what changed without, what stays different."""

from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from verifier.statement.facts.model import ReconciledLine, StatementFacts
from verifier.statement.pdf.fonts import BOLD
from verifier.statement.pdf.parts import COLUMN, Cell, Languages, number, number_table, tonnes
from verifier.statement.pdf.typography import CELL, SMALL, Face, Text
from verifier.statement.pdf.wording import WORDING, word

NOTICEABLE = Decimal("0.005")
CHANGED = ("first_version", "corrected_on_request", "changed_unrequested", "final_report")
VERIFIED = ("differences_left", "verified_figure")
_STRONG = CELL.but(font=BOLD)


def reconciliation_part(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    """One row for each source that moved or differs, one for all others, one for what the totals have beyond them, and the sum."""
    found = facts.reconciliation
    if found is None:
        return []
    figures = CHANGED + VERIFIED if found.own_figure else CHANGED
    names = {line.id: line.name for line in facts.sources}
    own = [line for line in found.lines if line.source]
    moved, others = [line for line in own if _moved(line, found.own_figure)], [line for line in own if not _moved(line, found.own_figure)]
    rows = [_cells([Text(f"{line.source} {names.get(line.source, '')}".strip(), CELL)], line, len(figures)) for line in moved]
    if others:
        label = languages.stacked(word("other_sources", count=len(others)), CELL, SMALL)
        rows.append(_cells(label, added(others), len(figures)))
    rows += [_cells(languages.stacked(word("beyond_sources"), CELL, SMALL), line, len(figures)) for line in found.lines if not line.source]
    rows.append(_cells(languages.stacked(word("total"), _STRONG, SMALL), found.total, len(figures), _STRONG))
    wide = 24 * mm
    table = number_table(
        languages,
        ("source", *figures),
        (COLUMN - len(figures) * wide, *(wide,) * len(figures)),
        rows,
        numeric=range(1, len(figures) + 1),
        totals=1,
        words=WORDING,
    )
    note = "reconciliation_note" if found.own_figure else "reconciliation_note_reported"
    return [*languages.subheading(word("reconciliation")), *languages.prose(word(note), after=4), table]


def _moved(line: ReconciledLine, own_figure: bool) -> bool:
    if line.first is None or line.final is None or line.on_request or line.unrequested:
        return True
    return own_figure and (line.differences is None or abs(line.differences) >= NOTICEABLE)


def added(lines: list[ReconciledLine]) -> ReconciledLine:
    """Several lines as one; unknown where any is."""

    def total(figures: list[Decimal | None]) -> Decimal | None:
        known = [figure for figure in figures if figure is not None]
        return sum(known, Decimal()) if len(known) == len(figures) else None

    names = ("first", "on_request", "unrequested", "final", "differences", "verified")
    return ReconciledLine("", *(total([getattr(line, name) for line in lines]) for name in names))


def _cells(label: list[Flowable], line: ReconciledLine, figures: int, face: Face = CELL) -> list[Cell]:
    written = (
        tonnes(line.first),
        tonnes(line.on_request, signed=True),
        tonnes(line.unrequested, signed=True),
        tonnes(line.final),
        tonnes(line.differences, signed=True),
        tonnes(line.verified),
    )
    return [label, *(number(each, face) for each in written[:figures])]
