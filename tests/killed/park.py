"""The park with four of its sources: what is killed does not depend on how many there are, and each kill does the action anew."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from tests import make

SOURCES = ("E-000", "E-002", "E-004", "G-001")
KEPT_WHOLE = ("unit", "production")


@cache
def small_park(note: str = "") -> Path:
    """A workbook that reads without a flag of its own making; another note makes it another file."""
    whole = CalamineWorkbook.from_path(str(make.PARK))
    sheets = {name: whole.get_sheet_by_name(name).to_python() for name in whole.sheet_names}
    sources = [row for row in sheets["sources"][1:] if row[0] in SOURCES]
    named = {str(cell) for row in sources for cell in row[:6] if cell}
    total: dict[str, float] = {}
    for row in sources:
        for category in (str(row[3]), "total"):
            total[category] = total.get(category, 0) + float(row[7])
    path = Path(mkdtemp(prefix="verifier-park-")) / "park-2021.xlsx"
    with Workbook(str(path)) as book:
        book.set_properties({"comments": note})
        for name, rows in sheets.items():
            body = rows[1:] if name in KEPT_WHOLE else [row for row in rows[1:] if row[0] in named or str(row[0]).startswith("*")]
            if name == "totals":
                body = [[category, round(tonnes)] for category, tonnes in total.items()]
            sheet = book.add_worksheet(name)
            for number, row in enumerate([rows[0], *body]):
                sheet.write_row(number, 0, row)
    return path
