"""How numbers were tested: totals by procedure and category, deviations, and the annex source by source."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from verifier.statement.facts.model import Both, CoverageLine, StatementFacts
from verifier.statement.pdf.parts import COLUMN, Cell, Languages, counted, fact_table, number, number_table, tonnes
from verifier.statement.pdf.typography import CELL, HEADING, SMALL, Text
from verifier.statement.pdf.wording import KINDS, WORDING, category_name, word


def coverage_part(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    """Totals by kind, category and procedure, with what the rules require and where the lead verifier deviated; none without a rule."""
    found = facts.coverage
    if found is None:
        return []
    missing = word("coverage_missing_is", count=counted(found.missing), tonnes=tonnes(found.missing_tonnes))
    accepted = word("coverage_numbers", count=counted(found.sampling_accepted))
    rows: list[tuple[Both, Cell]] = [
        (word("coverage_basis"), languages.stacked(found.basis, CELL, SMALL)),
        (word("coverage_missing"), languages.one_line(missing) if found.missing else ""),
        (word("coverage_plan"), found.plan),
        (word("coverage_sampling"), languages.one_line(accepted) if found.sampling_accepted else ""),
        (word("deviations"), "\n".join(f"{each.source}: {each.reason} ({each.by})" for each in found.deviations)),
    ]
    cells: list[list[Cell]] = [
        [
            languages.stacked(KINDS[each.kind], CELL, SMALL),
            languages.stacked(category_name(each.category), CELL, SMALL),
            languages.stacked(each.name, CELL, SMALL),
            number(counted(each.count)),
            number(tonnes(each.tonnes)),
        ]
        for each in found.cells
    ]
    widths = (28 * mm, 40 * mm, COLUMN - 118 * mm, 20 * mm, 30 * mm)
    table = number_table(languages, ("kind", "category", "procedure", "numbers", "related"), widths, cells, numeric=(3, 4), words=WORDING)
    head = [*languages.subheading(word("coverage")), *languages.prose(word("coverage_note"), after=4)]
    return [*head, fact_table(languages, rows), Spacer(0, 8), table]


def coverage_annex(facts: StatementFacts, languages: Languages) -> list[Flowable]:
    """One row for each source, kind and procedure, with the documents it rests on."""
    if facts.coverage is None or not facts.coverage.lines:
        return []
    widths = (18 * mm, 35 * mm, 38 * mm, 17 * mm, 23 * mm, COLUMN - 131 * mm)
    rows = [_line(line, languages) for line in facts.coverage.lines]
    headers = ("source_id", "source", "procedure", "numbers", "related", "evidence")
    first, second = languages.of(word("coverage_annex"))
    table = number_table(languages, headers, widths, rows, numeric=(3, 4), words=WORDING)
    return [PageBreak(), Text(first, HEADING), Text(second, SMALL.but(after=9)), table]


def _line(line: CoverageLine, languages: Languages) -> list[Cell]:
    return [
        Text(line.source, CELL),
        [Text(line.name or "—", CELL), Text(languages.one_line(KINDS[line.kind]), SMALL)],
        languages.stacked(line.method_name, CELL, SMALL),
        number(counted(line.count)),
        number(tonnes(line.tonnes)),
        Text("\n".join(line.evidence) or "—", SMALL),
    ]
