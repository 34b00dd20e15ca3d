"""The reader of report workbooks: unreadable structure refuses the whole workbook, values are stored as submitted."""

import json
import signal
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any

from verifier.core.report.rows import HiddenPart, ReportedReport, Row, UnknownSheet, period_of, plain_text
from verifier.reports.workbook.columns import IDENTIFIERS, REQUIRED_FIELDS, REQUIRED_SHEETS, SHEETS, Sheet, field_code, key, sheet_code
from verifier.reports.workbook.hidden_parts import hidden_parts

SECONDS = 60
PROCESSOR_SECONDS, MEMORY = 8, 450 * 2**20
"""What the reading program allows itself; it says so in sheets.py, which cannot be imported here for what it imports."""
MERGED_COLUMNS = 40
"""Columns of a merged range that are looked at: more than the form has."""
FARTHEST = 10**7
"""A row number beyond any sheet's."""
_READER = "verifier.reports.workbook.cells"
ANYWHERE = "--anywhere"
"""Option of the reading program: values may stand farther out than a report's, within the same memory."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a workbook; sheet and column are empty if it concerns the whole file."""

    sheet: str
    column: str
    message_id: str
    values: Mapping[str, object]


class Unreadable(Exception):
    """A rejected workbook with all its problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.message_id} {problem.sheet} {problem.column}".strip() for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class _Table:
    """One sheet as the reading program printed it: rows of raw text and the places of formulas without a stored value.

    `percent` are the cells with a percent format, `merged` by column the merged ranges there: first and last row, first column.
    """

    name: str
    rows: list[list[str]]
    unstored: frozenset[tuple[int, int]]
    percent: frozenset[tuple[int, int]] = frozenset()
    merged: Mapping[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: Sequence[Sequence[int]] = ()
    hidden_columns: Sequence[Sequence[int]] = ()

    @property
    def hidden_parts(self) -> list[HiddenPart]:
        """What of the sheet is hidden and holds values."""
        return hidden_parts(self.name, self.rows, whole=self.hidden, row_runs=self.hidden_rows, column_runs=self.hidden_columns)

    def covered(self, row: int, column: int) -> bool:
        """Whether the cell belongs to a merged one whose value stands elsewhere."""
        ranges = self.merged.get(column, ())
        place = bisect_right(ranges, (row, FARTHEST, FARTHEST)) - 1
        if place < 0:
            return False
        top, bottom, left = ranges[place]
        return row <= bottom and (row, column) != (top, left)


def _by_column(ranges: Iterable[Sequence[int]]) -> dict[int, list[tuple[int, int, int]]]:
    """Merged ranges under each of their columns, by first row."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for top, left, bottom, right in ranges:
        for column in range(left, min(right, left + MERGED_COLUMNS) + 1):
            found.setdefault(column, []).append((top, bottom, left))
    return {column: sorted(each) for column, each in found.items()}


def read(
    workbook: Path | str | bytes, expected_year: int | None = None, expected_unit: str | Collection[str] | None = None, kind: str = "report"
) -> ReportedReport:
    """A report (or `kind="plan"`, a monitoring plan) as handed in.

    `expected_unit` is the name or credit code of the unit it is handed in for, or several that will do; raises `Unreadable`.
    """
    data = workbook if isinstance(workbook, bytes) else Path(workbook).read_bytes()
    by_code: dict[str, _Table] = {}
    hidden: list[HiddenPart] = []
    unknown: list[UnknownSheet] = []
    problems: list[Problem] = []
    for table in _tables(data):
        hidden += table.hidden_parts
        code = sheet_code(table.name)
        if code is None:
            unknown.append(UnknownSheet(table.name, tuple(tuple(row) for row in table.rows)))
        elif code in by_code:
            problems.append(_problem("sheet_twice", table.name, other=by_code[code].name))
        else:
            by_code[code] = table
    problems += [_problem("sheet_missing", code) for code in REQUIRED_SHEETS[kind] if code not in by_code]
    unit: dict[str, str] = {}
    year = 0
    if "unit" in by_code:
        unit, missing = _unit(by_code["unit"])
        problems += missing
        year = _year(unit)
        problems += _another(unit, year, expected_year, expected_unit, by_code["unit"].name) if not missing else []
    rows: dict[str, tuple[Row, ...]] = {}
    columns: list[tuple[str, str]] = []
    for sheet in SHEETS:
        if sheet.name in by_code:
            rows[sheet.name], unasked, wrong = _rows(sheet, by_code[sheet.name], kind)
            columns += unasked
            problems += wrong
    if problems:
        raise Unreadable(problems)
    tables: dict[str, Any] = rows
    kept: dict[str, Any] = {"unknown_sheets": tuple(unknown), "unknown_columns": tuple(columns), "hidden": tuple(hidden)}
    return ReportedReport(year=year, kind=kind, unit=unit, **kept, **tables)


def first_rows(data: bytes, sheets: int, rows: int, columns: int, longest: int) -> list[dict[str, Any]]:
    """The first rows of the first sheets of any workbook, to be looked at: [{name, rows, row_count, column_count}]; raises `Unreadable`.

    Of further sheets no rows. `hidden`: what of a sheet is hidden and holds values, as [[kind, places]].
    """
    return [
        {
            "name": table.name,
            "rows": [[cell[:longest] for cell in row[:columns]] for row in table.rows[:rows]] if place < sheets else [],
            "row_count": len(table.rows),
            "column_count": max(map(len, table.rows), default=0),
            "hidden": [[part.kind.value, part.places] for part in table.hidden_parts],
        }
        for place, table in enumerate(_tables(data, ANYWHERE))
    ]


def _problem(message: str, sheet: str = "", column: str = "", **values: object) -> Problem:
    shown = {"sheet": sheet, "column": column} | values
    return Problem(sheet, column, f"reports.workbook.{message}", {name: value for name, value in shown.items() if value != ""})


def _tables(data: bytes, *options: str) -> list[_Table]:
    """The sheets, read by a program of its own within limits of memory and time."""
    command = [sys.executable, "-I", "-m", _READER, *options]
    late = Event()
    with subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:  # noqa: S603
        stop = Timer(SECONDS, lambda: (late.set(), reader.kill()))
        stop.start()
        feed = Thread(target=_feed, args=(reader, data))
        feed.start()
        try:
            found, problems = _parse(reader.stdout or ())
        finally:
            if sys.exc_info()[0] is not None:
                reader.kill()
            feed.join()
            ended = reader.wait()
            stop.cancel()
    if late.is_set():
        raise Unreadable([_problem("too_slow", seconds=SECONDS)])
    if -ended in (signal.SIGXCPU, signal.SIGKILL):
        raise Unreadable([_problem("too_slow", seconds=PROCESSOR_SECONDS)])
    if -ended in (signal.SIGABRT, signal.SIGSEGV):
        raise Unreadable([_problem("too_large", size=MEMORY // 2**20)])
    if ended != 0:
        raise Unreadable([_problem("malformed")])
    if problems:
        raise Unreadable(problems)
    return found


def _feed(reader: subprocess.Popen[bytes], data: bytes) -> None:
    """Hand the file over; a reader that has ended takes no more of it."""
    if reader.stdin is not None:
        with suppress(BrokenPipeError), reader.stdin:
            reader.stdin.write(data)


def _parse(lines: Iterable[bytes]) -> tuple[list[_Table], list[Problem]]:
    """The sheets as the reading program prints them, while it still reads; a line cut off is its last."""
    found: list[_Table] = []
    same: dict[str, str] = {}
    for line in lines:
        if not line.endswith(b"\n"):
            break
        content = json.loads(line)
        if isinstance(content, list):
            found[-1].rows.extend([same.setdefault(cell, cell) for cell in row] for row in content)
        elif "problems" in content:
            return found, [_problem(each["message"], each["sheet"], **each["values"]) for each in content["problems"]]
        else:
            unstored, percent = (frozenset((row, column) for row, column in content[name]) for name in ("unstored", "percent"))
            hidden = (content["hidden"], content["hidden_rows"], content["hidden_columns"])
            found.append(_Table(content["name"], [], unstored, percent, _by_column(content["merged"]), *hidden))
    return found, []


def _headed(table: _Table) -> tuple[int, Sequence[str]]:
    """The first row with anything in it: its number and cells."""
    return next(((number, row) for number, row in enumerate(table.rows, 1) if any(cell.strip() for cell in row)), (0, ()))


def _unit(table: _Table) -> tuple[dict[str, str], list[Problem]]:
    """The facts of the unit by English field name."""
    top, header = _headed(table)
    places = {"field": -1, "value": -1}
    for index, name in enumerate(header):
        for column, names in (("field", ("field", "字段")), ("value", ("value", "值", "数值"))):
            if key(name) in names and places[column] < 0:
                places[column] = index
    missing = [_problem("column_missing", table.name, column) for column, index in places.items() if index < 0]
    if missing:
        return {}, missing
    facts: dict[str, str] = {}
    for row in table.rows[top:]:
        name = field_code(row[places["field"]])
        if name and name not in facts:
            facts[name] = row[places["value"]]
    return facts, [_problem("field_missing", table.name, field) for field in REQUIRED_FIELDS if not facts.get(field, "").strip()]


def _year(unit: Mapping[str, str]) -> int:
    found = period_of(unit.get("emission_year", "")) or ""
    return int(found) if len(found) == 4 else 0


def _another(
    unit: Mapping[str, str], year: int, expected_year: int | None, expected_unit: str | Collection[str] | None, sheet: str
) -> list[Problem]:
    """A report of another year or another unit than the one it is handed in for."""
    found = []
    if not year:
        found.append(_problem("year_unreadable", sheet, "emission_year", text=unit["emission_year"]))
    elif expected_year is not None and year != expected_year:
        found.append(_problem("other_year", sheet, "emission_year", year=year, expected=expected_year))
    if expected_unit is not None:
        expected = [expected_unit] if isinstance(expected_unit, str) else list(expected_unit)
        stated = {plain_text(unit.get(name, "")).casefold() for name in ("unit_name", "credit_code")} - {""}
        if not stated & {plain_text(name).casefold() for name in expected}:
            found.append(_problem("other_unit", sheet, "unit_name", unit=unit["unit_name"], expected=", ".join(expected)))
    return found


def _rows(sheet: Sheet, table: _Table, kind: str) -> tuple[tuple[Row, ...], list[tuple[str, str]], list[Problem]]:
    """The rows of a sheet, the columns nobody asked for, and what is wrong with its header."""
    top, header = _headed(table)
    names = sheet.columns
    places: dict[str, int] = {}
    others: dict[int, str] = {}
    problems = []
    for index, name in enumerate(header):
        column = names.get(key(name))
        if column is None:
            if name.strip() or any(index < len(row) and row[index].strip() for row in table.rows[top:]):
                others[index] = name.strip() or f"#{index + 1}"
        elif column in places:
            problems.append(_problem("column_twice", table.name, column))
        else:
            places[column] = index
    needed = [column for column in sheet.required if kind == "report" or column != "reported_tco2"]
    problems += [_problem("column_missing", table.name, column) for column in needed if column not in places]
    formulas = {row for row, _ in table.unstored}
    parsed = [
        _row(sheet, table, number, cells, places, others, formula=number in formulas)
        for number, cells in enumerate(table.rows[top:] if not problems else (), top + 1)
        if (not "".join(cells).isspace() and any(cells)) or number in formulas
    ]
    return tuple(parsed), [(table.name, name) for name in others.values()], problems


def _row(
    sheet: Sheet, table: _Table, number: int, cells: Sequence[str], places: Mapping[str, int], others: Mapping[int, str], *, formula: bool
) -> Row:
    values = {column: cells[index] for column, index in places.items()}
    for column in IDENTIFIERS:
        if column in values:
            values[column] = plain_text(values[column])
    make: Any = sheet.row
    if not others and not formula and not table.percent and not table.merged:
        return make(sheet=table.name, row=number, **values)  # type: ignore[no-any-return]
    extra = tuple((name, cells[index]) for index, name in others.items() if cells[index].strip())
    unstored = tuple(column for column, index in places.items() if (number, index + 1) in table.unstored)
    percent = tuple(column for column, index in places.items() if (number, index + 1) in table.percent)
    merged = tuple(column for column, index in places.items() if not cells[index].strip() and table.covered(number, index + 1))
    made = {"extra": extra, "unstored": unstored, "percent": percent, "merged": merged}
    return make(sheet=table.name, row=number, **made, **values)  # type: ignore[no-any-return]
