"""Sandboxed program: converts a workbook on standard input to JSON lines of cells, within resource limits.

A line is a sheet (an object with its name) or some rows of it (a list of lists of text); a refusal is the last line, and what stands
before it counts for nothing.
"""

import datetime
import gc
import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from verifier.reports.workbook.archive_check import CELLS, Refused, look_through
from verifier.reports.workbook.sheet_facts import SheetFacts

MEMORY = 450 * 2**20
PROCESSOR_SECONDS = 8
TEXT = 64 * 2**20
TOGETHER = 1_000
NOTED = 200_000
"""Most cells with a percent format, merged ranges, and runs of hidden rows or columns, of one sheet that are told."""


def shown(value: object) -> str:
    """The raw text of a cell: numbers as the shortest decimal that round-trips, dates as ISO, durations in hours."""
    if isinstance(value, str):
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}" if minutes >= 0 else str(value)
    return "" if value is None else str(value)


def read(data: bytes, *, anywhere: bool = False) -> Iterator[object]:
    """The sheets with their cells as text, rows counted from 1 as the spreadsheet shows them.

    `anywhere`: values may stand beyond the columns and rows of a report, as long as the cells of all sheets are not too many.
    """
    try:
        looks = look_through(data)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError) as error:
        raise Refused("malformed") from error
    fits = anywhere and sum(look.rows * look.columns for look in looks.values()) <= CELLS
    far = [Refused("too_far", name, cell=look.far).problem for name, look in looks.items() if look.far and not fits]
    if far:
        yield {"problems": far}
        return
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in workbook.sheet_names:
            if name in looks:
                look = looks[name]
                yield {
                    "name": name,
                    "unstored": look.unstored,
                    "percent": look.percent[:NOTED],
                    "merged": look.merged[:NOTED],
                    "hidden": look.hidden,
                    "hidden_rows": look.hidden_rows[:NOTED],
                    "hidden_columns": look.hidden_columns[:NOTED],
                }
                yield from _rows(workbook.get_sheet_by_name(name), looks[name])
    except (CalamineError, ValueError) as error:
        raise Refused("malformed") from error


def _rows(sheet: CalamineSheet, look: SheetFacts) -> Iterator[list[list[str]]]:
    """A sheet's rows, some at a time; what an error cell says takes the place of its emptiness."""
    errors: dict[int, list[tuple[int, str]]] = {}
    for row, column, text in look.errors:
        errors.setdefault(row, []).append((column, text))
    rows = _from_the_top(sheet)
    number = 0
    while some := [
        [value if type(value) is str and value.isprintable() else shown(value) for value in row] for row in islice(rows, TOGETHER)
    ]:
        for at, cells in enumerate(some, number + 1):
            for column, text in errors.get(at, ()):
                if column <= len(cells):
                    cells[column - 1] = text
        number += len(some)
        yield some


def _from_the_top(sheet: CalamineSheet) -> Iterator[list[object]]:
    """Rows from 1 and columns from A on: the library leaves out the columns before the first value, not the rows."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    return ([*before, *row] for row in sheet.iter_rows()) if before else sheet.iter_rows()


def main() -> None:
    """Limits first, then the file."""
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        size = 0
        for answer in read(sys.stdin.buffer.read(), anywhere="--anywhere" in sys.argv):
            size += _say(answer)
            if size > TEXT:
                raise Refused("too_large", size=str(TEXT // 2**20))
    except Refused as refused:
        _say({"problems": [refused.problem]})
    except MemoryError:
        _say({"problems": [Refused("too_large", size=str(MEMORY // 2**20)).problem]})


def _say(answer: object) -> int:
    """Print a line at once: who asked reads it meanwhile."""
    line = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
    sys.stdout.buffer.write(line)
    return len(line)


if __name__ == "__main__":
    main()
