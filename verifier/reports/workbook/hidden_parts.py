"""Hidden sheets, rows and columns of a workbook, as far as they hold values."""

from collections.abc import Callable, Iterable, Sequence

from verifier.core.report.rows import HiddenKind, HiddenPart
from verifier.reports.workbook.sheet_facts import column_letters

SHOWN = 30
"""Runs of rows or columns that are named; the others are counted."""


def hidden_parts(
    sheet: str, rows: Sequence[Sequence[str]], *, whole: bool, row_runs: Iterable[Sequence[int]], column_runs: Iterable[Sequence[int]]
) -> list[HiddenPart]:
    """What is hidden of one sheet: the `whole` of it, runs of rows and of columns as (first, last), counted from 1.

    Templates hide the empty rows and columns around a table: only what holds a value is told.
    """
    if whole:
        return [HiddenPart(sheet, HiddenKind.SHEET)] if any(_filled(row) for row in rows) else []
    row_numbers = [number for first, last in row_runs for number in range(first, min(last, len(rows)) + 1) if _filled(rows[number - 1])]
    width = max(map(len, rows), default=0)
    columns = [number for first, last in column_runs for number in range(first, min(last, width) + 1)]
    column_numbers = [number for number in columns if any(len(row) >= number and row[number - 1].strip() for row in rows)]
    found = []
    if row_numbers:
        found.append(HiddenPart(sheet, HiddenKind.ROWS, _written(row_numbers, str)))
    if column_numbers:
        found.append(HiddenPart(sheet, HiddenKind.COLUMNS, _written(column_numbers, column_letters)))
    return found


def _filled(row: Sequence[str]) -> bool:
    return any(cell.strip() for cell in row)


def _written(numbers: Sequence[int], spelt: Callable[[int], str]) -> str:
    """Numbers as runs: `5–7, 12`; beyond the first runs `…`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = [spelt(first) if first == last else f"{spelt(first)}–{spelt(last)}" for first, last in runs[:SHOWN]]
    return ", ".join(named + ["…"] * (len(runs) > SHOWN))
