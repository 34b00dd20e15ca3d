"""Workbooks with live formulas and cached calculated values; user text is never written as a formula; rows are streamed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from verifier.web.pages.filters import moment

LONGEST_TEXT = 32_000
"""Excel's limit of 32,767 characters per cell; longer text would be dropped silently."""
_WHOLE = 2**53


@dataclass(frozen=True, slots=True)
class LiveCell:
    """A formula and what it comes to by our own calculation; `formula` without its equals sign holds nothing that anybody typed."""

    formula: str
    value: float | str


@dataclass(frozen=True, slots=True)
class Title:
    """A text that heads what follows."""

    text: str


Cell = LiveCell | Title | str | int | float | Decimal | Fraction | datetime | None


def exact(value: Fraction | Decimal | int) -> Cell:
    """A number as a spreadsheet can hold it: itself where it is a decimal, else the quotient it is (44/12)."""
    number = Fraction(value)
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1 or max(abs(number.numerator), number.denominator) >= _WHOLE:
        return float(number)
    return LiveCell(f"{number.numerator}/{number.denominator}", float(number))


class LiveSheet:
    """One sheet under its headers; rows are written once, in order, and known by the numbers a reader sees."""

    def __init__(self, book: "LiveBook", name: str, headers: Sequence[str], widths: Sequence[int] = ()) -> None:
        self.name, self.last, self._book = name, 0, book
        self._sheet: Any = book.book.add_worksheet(name)
        for column in range(max(len(headers), len(widths))):
            header = headers[column] if column < len(headers) else ""
            self._sheet.set_column(column, column, widths[column] if column < len(widths) else max(11, min(30, len(header) * 2)))
        if headers:
            self.add([Title(header) for header in headers])
            self._sheet.freeze_panes(1, 0)

    def add(self, cells: Sequence[Cell]) -> int:
        """Write one row and give its number."""
        for column, cell in enumerate(cells):
            self._write(self.last, column, cell)
        self.last += 1
        return self.last

    def at(self, column: int, row: int) -> str:
        """How a formula of any sheet names a cell; columns count from 0."""
        return f"{self._quoted}!${xl_col_to_name(column)}${row}"

    def span(self, column: int, first: int, last: int) -> str:
        """How a formula of any sheet names some rows of a column."""
        letter = xl_col_to_name(column)
        return f"{self._quoted}!${letter}${first}:${letter}${last}"

    @property
    def _quoted(self) -> str:
        return "'" + self.name.replace("'", "''") + "'"

    def _write(self, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case LiveCell(formula, value):
                self._sheet.write_formula(row, column, f"={formula}", None, value)
            case Title(text):
                self._sheet.write_string(row, column, text, self._book.bold)
            case datetime():
                self._sheet.write_string(row, column, moment(cell))
            case str():
                self._sheet.write_string(row, column, cell if len(cell) <= LONGEST_TEXT else cell[:LONGEST_TEXT] + "…")
            case _:
                self._sheet.write_number(row, column, float(cell))


class LiveBook:
    """The workbook; a row once written leaves memory, so that 100,000 of them are no trouble."""

    def __init__(self) -> None:
        self._out = BytesIO()
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = Workbook(self._out, {"constant_memory": True, **plain})
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})

    def sheet(self, name: str, headers: Sequence[str] = (), widths: Sequence[int] = ()) -> LiveSheet:
        """A further sheet."""
        return LiveSheet(self, name, headers, widths)

    def bytes(self) -> bytes:
        """The finished workbook; nothing can be added afterwards."""
        self.book.close()
        return self._out.getvalue()
