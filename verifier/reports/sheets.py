"""Run as a program of its own, within limits: a workbook from standard input to its cells as JSON, so a hostile file harms nobody else.

The archive and its XML are looked through before the library sees them: far cells, bombs, formulas without a value, error cells.
"""

import datetime
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

MEMORY = 1_000 * 2**20
PROCESSOR_SECONDS = 60
UNPACKED = 300 * 2**20
RATIO = 400
RATIO_FROM = 5 * 2**20
FARTHEST_ROW = 200_000
FARTHEST_COLUMN = 256
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Refused(Exception):
    """The file cannot be read; `message` is the end of a message id."""

    def __init__(self, message: str, sheet: str = "", **values: str) -> None:
        super().__init__(message)
        self.problem = {"message": message, "sheet": sheet, "values": values}


@dataclass
class Look:
    """What the XML of one sheet says that the library would not."""

    unstored: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    far: str = ""


class _Cells:
    """Walks a sheet's XML: where values stand, and which formulas have none."""

    def __init__(self) -> None:
        self.look = Look()
        self._row = self._column = 0
        self._kind = ""
        self._formula = self._valued = self._reading = False
        self._text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif tag == "c":
            self._column += 1
            found = _CELL.fullmatch(attributes.get("r", ""))
            if found:
                self._column, self._row = _column_number(found[1]), int(found[2])
            self._kind = attributes.get("t", "n")
            self._formula = self._valued = False
        elif tag == "f":
            self._formula = True
        elif tag in ("v", "is"):
            self._reading, self._text = True, []
            if self._row > FARTHEST_ROW or self._column > FARTHEST_COLUMN:
                self.look.far = self.look.far or f"{_column_letters(self._column)}{self._row}"

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


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _walk(stream: zipfile.ZipExtFile, walker: object) -> None:
    """Parse a part; a document type (the door for entities) is refused."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise Refused("malformed")

    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    for handler, method in (("StartElementHandler", "start"), ("EndElementHandler", "end"), ("CharacterDataHandler", "text")):
        if hasattr(walker, method):
            setattr(parser, handler, getattr(walker, method))
    parser.ParseFile(stream)


class _Named:
    """Collects the attributes of one kind of element."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.found: list[Mapping[str, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == self._tag:
            self.found.append({key.rpartition(":")[2]: value for key, value in attributes.items()} | {"@id": attributes.get("r:id", "")})


def look_through(data: bytes) -> dict[str, Look]:
    """Each sheet's name with what its XML says; refuses what is no workbook, encrypted, or too large when unpacked."""
    if data.startswith(OLE):
        raise Refused("encrypted")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError) as error:
        raise Refused("not_a_workbook") from error
    parts = {part.filename: part for part in archive.infolist()}
    if "xl/workbook.xml" not in parts:
        raise Refused("not_a_workbook")
    if any(part.flag_bits & 1 for part in parts.values()):
        raise Refused("encrypted")
    unpacked = sum(part.file_size for part in parts.values())
    if unpacked > UNPACKED or (unpacked > RATIO_FROM and unpacked > RATIO * len(data)):
        raise Refused("too_large", size=str(unpacked // 2**20))
    sheets, links = _Named("sheet"), _Named("Relationship")
    with archive.open("xl/workbook.xml") as stream:
        _walk(stream, sheets)
    if "xl/_rels/workbook.xml.rels" in parts:
        with archive.open("xl/_rels/workbook.xml.rels") as stream:
            _walk(stream, links)
    targets = {link.get("Id", ""): link.get("Target", "") for link in links.found}
    looks = {}
    for sheet in sheets.found:
        target = targets.get(sheet.get("@id", "") or sheet.get("id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path not in parts:
            continue
        cells = _Cells()
        with archive.open(path) as stream:
            _walk(stream, cells)
        looks[sheet["name"]] = cells.look
    return looks


def shown(value: object) -> str:
    """The raw text of a cell: numbers as the shortest decimal that round-trips, dates as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else str(value).replace("\0", "")


def read(data: bytes) -> dict[str, object]:
    """The sheets with their cells as text, rows counted from 1 as the spreadsheet shows them."""
    try:
        looks = look_through(data)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError) as error:
        raise Refused("malformed") from error
    far = [Refused("too_far", name, cell=look.far).problem for name, look in looks.items() if look.far]
    if far:
        return {"problems": far}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names if name in looks}
    except (CalamineError, ValueError) as error:
        raise Refused("malformed") from error
    sheets = []
    for name, table in tables.items():
        rows = [[shown(value) for value in row] for row in table]
        for row, column, text in looks[name].errors:
            if row <= len(rows) and column <= len(rows[row - 1]):
                rows[row - 1][column - 1] = text
        sheets.append({"name": name, "rows": rows, "unstored": looks[name].unstored})
    return {"sheets": sheets}


def main() -> None:
    """Limits first, then the file; every outcome is one line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = read(sys.stdin.buffer.read())
    except Refused as refused:
        answer = {"problems": [refused.problem]}
    except MemoryError:
        answer = {"problems": [Refused("too_large", size="1000").problem]}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main()
