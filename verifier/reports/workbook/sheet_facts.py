"""What the XML of a sheet says of its cells, rows and columns that the spreadsheet library does not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FARTHEST_ROW = 200_000
FARTHEST_COLUMN = 256
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MERGED_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


@dataclass
class SheetFacts:
    """What the XML of one sheet says that the library would not: formulas without a value, errors, and how far its values reach.

    `percent` are the cells with a percent format, `merged` the merged ranges: first row and column, last row and column. `hidden`: the
    sheet; `hidden_rows` and `hidden_columns`: the first and last of each run.
    """

    unstored: list[tuple[int, int]] = field(default_factory=list)
    percent: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    far: str = ""

    def hide_row(self, row: int) -> None:
        """A hidden row; it lengthens the run before it where it follows that."""
        if self.hidden_rows and self.hidden_rows[-1][1] == row - 1:
            self.hidden_rows[-1] = (self.hidden_rows[-1][0], row)
        else:
            self.hidden_rows.append((row, row))

    def reach(self, row: int, column: int) -> None:
        """A value may stand as far out as this."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)

    def value_at(self, row: int, column: int) -> None:
        """A value stands here; the first one too far away is kept by name."""
        self.reach(row, column)
        if row > FARTHEST_ROW or column > FARTHEST_COLUMN:
            self.far = self.far or f"{column_letters(column)}{row}"


class SheetWalker:
    """Walks a sheet's XML element by element: slow, and right whatever way it is written."""

    def __init__(self, look: SheetFacts, percent: frozenset[int] = frozenset()) -> None:
        self.look, self._percent = look, percent
        self._row = self._column = 0
        self._kind = ""
        self._formula = self._valued = self._reading = False
        self._text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.look.hide_row(self._row)
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self.look.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        elif tag == "c":
            self._column += 1
            found = _CELL.fullmatch(attributes.get("r", ""))
            if found:
                self._column, self._row = column_number(found[1]), int(found[2])
            self._kind = attributes.get("t", "n")
            if attributes.get("s", "").isdecimal() and int(attributes["s"]) in self._percent:
                self.look.percent.append((self._row, self._column))
            self._formula = self._valued = False
        elif tag == "mergeCell" and (place := _MERGED_REFERENCE.fullmatch(attributes.get("ref", ""))):
            self.look.merged.append((int(place[2]), column_number(place[1]), int(place[4]), column_number(place[3])))
        elif tag == "f":
            self._formula = True
        elif tag in ("v", "is"):
            self._reading, self._text = True, []
            self.look.value_at(self._row, self._column)

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("v", "is"):
            self._reading = False
            self._valued = self._valued or bool("".join(self._text))
            if tag == "v" and self._kind == "e":
                self.look.errors.append((self._row, self._column, "".join(self._text)))
        elif tag == "c" and self._formula and not self._valued:
            self.look.unstored.append((self._row, self._column))

    def text(self, text: str) -> None:
        if self._reading:
            self._text.append(text)


def column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
