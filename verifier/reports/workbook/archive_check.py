"""Checks the parts of a workbook's archive before a library unpacks them into memory."""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO
from xml.parsers import expat

from verifier.reports.workbook.cell_styles import CellStyles
from verifier.reports.workbook.sheet_facts import FARTHEST_ROW, SheetFacts, SheetWalker, column_letters, column_number

UNPACKED = 300 * 2**20
RATIO = 400
RATIO_FROM = 5 * 2**20
CELLS = 4_000_000
"""The rectangle of cells a library would lay out in memory, all sheets together."""
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_CHUNK = 2**20
_LONGEST_ROW = 8 * _CHUNK
_REFERENCE = rb"""<c\s(?:[^>]*?\s)?r=["']([A-Z]+)(\d+)["'][^>]*(?<!/)>\s*"""
_VALUED = re.compile(_REFERENCE + rb"<[vif]")
_UNSTORED = re.compile(_REFERENCE + rb"<f(?:\s[^>]*)?(?:/>|(?<!/)>[^<]*</f>)\s*(?:<v\s*/>|<v\s*></v>)?\s*</c>")
_ERROR = re.compile(
    _REFERENCE.replace(rb"<c\s", rb"""<c\s(?=[^>]*\bt=["']e["'])""") + rb"(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?\s*<v>([^<]*)<"
)
_STYLED = re.compile(rb"""<c\s(?=[^>]*\bs=["'](\d+)["'])(?:[^>]*?\s)?r=["']([A-Z]+)(\d+)["']""")
_MERGED = re.compile(rb"""<mergeCell\s(?:[^>]*?\s)?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_ROW = re.compile(rb"""<row\s(?:[^>]*?\s)?r=["'](\d+)["']""")
_PLACED = re.compile(rb"""<c\s(?:[^>]*?\s)?r=["'][A-Z]+\d""")
_HIDDEN_ROW = re.compile(rb"""<row\s(?=[^>]*\bhidden=["'](?:1|true)["'])(?:[^>]*?\s)?r=["'](\d+)["']""")
_HIDDEN_COLUMN = re.compile(rb"""<col\s(?=[^>]*\bhidden=["'](?:1|true)["'])(?=[^>]*\bmin=["'](\d{1,5})["'])[^>]*\bmax=["'](\d{1,5})["']""")
_HIDDEN_STATES = ("hidden", "veryHidden")
_WIDE = re.compile(rb"""r=["'][A-Z]{2}""")


class Refused(Exception):
    """The file cannot be read; `message` is the end of a message id."""

    def __init__(self, message: str, sheet: str = "", **values: str) -> None:
        super().__init__(message)
        self.problem = {"message": message, "sheet": sheet, "values": values}


class _Odd(Exception):
    """The XML is well formed but not written as spreadsheet programs write it: it is walked element by element."""


class _Named:
    """Collects the attributes of one kind of element."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.found: list[Mapping[str, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == self._tag:
            self.found.append({key.rpartition(":")[2]: value for key, value in attributes.items()} | {"@id": attributes.get("r:id", "")})


def look_through(data: bytes) -> dict[str, SheetFacts]:
    """Each sheet's name with what its XML says; refuses what is no workbook, encrypted, of two meanings, or too large when unpacked."""
    if data.startswith(OLE):
        raise Refused("encrypted")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError) as error:
        raise Refused("not_a_workbook") from error
    parts = _parts(archive, len(data))
    sheets, links = _Named("sheet"), _Named("Relationship")
    _walk(archive, parts["xl/workbook.xml"], sheets)
    if "xl/_rels/workbook.xml.rels" in parts:
        _walk(archive, parts["xl/_rels/workbook.xml.rels"], links)
    targets = {link.get("Id", ""): link.get("Target", "") for link in links.found}
    styles = CellStyles()
    if "xl/styles.xml" in parts:
        _walk(archive, parts["xl/styles.xml"], styles)
    looks: dict[str, SheetFacts] = {}
    for sheet in sheets.found:
        name = sheet.get("name", "")
        path = _resolved(targets.get(sheet.get("@id", "") or sheet.get("id", ""), ""))
        if path not in parts or name in looks:
            raise Refused("part_missing", name)
        looks[name] = _look(archive, parts[path], styles.percent, exact=False)
        if _laid_out(looks) > CELLS:
            looks[name] = _look(archive, parts[path], styles.percent, exact=True)
        if _laid_out(looks) > CELLS and not looks[name].far:
            looks[name].far = f"{column_letters(looks[name].columns)}{looks[name].rows}"
        looks[name].hidden = sheet.get("state", "") in _HIDDEN_STATES
    if "xl/sharedstrings.xml" in parts:
        _walk(archive, parts["xl/sharedstrings.xml"], None)
    return looks


def _laid_out(looks: Mapping[str, SheetFacts]) -> int:
    return sum(look.rows * look.columns for look in looks.values() if not look.far)


def _parts(archive: zipfile.ZipFile, packed: int) -> dict[str, zipfile.ZipInfo]:
    """The parts by path in lower case; two of the same name would be read differently by different programs."""
    parts: dict[str, zipfile.ZipInfo] = {}
    for part in archive.infolist():
        path = posixpath.normpath(part.filename.replace("\\", "/")).lstrip("/").casefold()
        if path in parts:
            raise Refused("part_twice", part=part.filename)
        parts[path] = part
    if "xl/workbook.xml" not in parts:
        raise Refused("not_a_workbook")
    if any(part.flag_bits & 1 for part in parts.values()):
        raise Refused("encrypted")
    if any(path.endswith("vbaproject.bin") for path in parts):
        raise Refused("macros")
    unpacked = sum(part.file_size for part in parts.values())
    if unpacked > UNPACKED or (unpacked > RATIO_FROM and unpacked > RATIO * packed):
        raise Refused("too_large", size=str(unpacked // 2**20))
    return parts


def _resolved(target: str) -> str:
    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return posixpath.normpath(path).casefold()


def _parser(walker: object, odd: Callable[[], None] | None = None) -> expat.XMLParserType:
    """A parser that refuses a document type (needed for entities) and what is not UTF-8, and reports comments and CDATA to `odd`."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise Refused("malformed")

    def declared(_version: str, encoding: str | None, _alone: int) -> None:
        if (encoding or "utf-8").casefold() not in ("utf-8", "utf8", "us-ascii"):
            raise Refused("malformed")

    parser.StartDoctypeDeclHandler = doctype
    parser.XmlDeclHandler = declared
    parser.buffer_text = True
    for handler, method in (("StartElementHandler", "start"), ("EndElementHandler", "end"), ("CharacterDataHandler", "text")):
        if hasattr(walker, method):
            setattr(parser, handler, getattr(walker, method))
    if odd:
        parser.CommentHandler = lambda _: odd()
        parser.StartCdataSectionHandler = odd
    return parser


def _walk(archive: zipfile.ZipFile, part: zipfile.ZipInfo, walker: object) -> None:
    with archive.open(part) as stream:
        _parser(walker).ParseFile(stream)


def _look(archive: zipfile.ZipFile, part: zipfile.ZipInfo, percent: frozenset[int], *, exact: bool) -> SheetFacts:
    try:
        with archive.open(part) as stream:
            return _scanned(stream, exact, percent)
    except _Odd:
        look = SheetFacts()
        _walk(archive, part, SheetWalker(look, percent))
        return look


def _scanned(stream: BinaryIO, exact: bool, percent: frozenset[int]) -> SheetFacts:
    """A sheet as spreadsheet programs write it, searched by the megabyte; how far it reaches is taken roughly where that will do."""
    look = SheetFacts()

    def odd() -> None:
        raise _Odd

    parser = _parser(None, odd)
    for piece in _pieces(stream, parser):
        _as_written(piece)
        row = max(map(int, _ROW.findall(piece)), default=0)
        if exact or row > FARTHEST_ROW or _WIDE.search(piece):
            for found in _VALUED.finditer(piece):
                look.value_at(int(found[2]), column_number(found[1].decode()))
        else:
            look.reach(row, 26)
        if percent:
            styled = (found for found in _STYLED.finditer(piece) if int(found[1]) in percent)
            look.percent += [(int(found[3]), column_number(found[2].decode())) for found in styled]
        look.merged += [
            (int(found[2]), column_number(found[1].decode()), int(found[4]), column_number(found[3].decode()))
            for found in (_MERGED.finditer(piece) if b"<mergeCell" in piece else ())
        ]
        if b"hidden=" in piece:
            for found in _HIDDEN_ROW.finditer(piece):
                look.hide_row(int(found[1]))
            look.hidden_columns += [(int(found[1]), int(found[2])) for found in _HIDDEN_COLUMN.finditer(piece)]
        if b"<f" in piece:
            look.unstored += [(int(found[2]), column_number(found[1].decode())) for found in _UNSTORED.finditer(piece)]
        if b'"e"' in piece or b"'e'" in piece:
            look.errors += [(int(found[2]), column_number(found[1].decode()), found[3].decode()) for found in _ERROR.finditer(piece)]
    return look


def _pieces(stream: BinaryIO, parser: expat.XMLParserType) -> Iterator[bytes]:
    """The part cut after whole rows, every byte of it found well formed on the way."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)
        text = rest + chunk
        cut = text.rfind(b"</row>") + len(b"</row>")
        if cut < len(b"</row>"):
            cut = 0
        if text.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Refused("malformed")
        if len(text) - cut > _LONGEST_ROW:
            raise _Odd
        yield text[:cut]
        rest = text[cut:]
    parser.Parse(b"", True)
    yield rest


def _as_written(piece: bytes) -> None:
    """Every row and cell must name its position in double quotes and without a prefix; else the piece is odd."""
    cells = piece.count(b"<c ") + piece.count(b"<c>") + piece.count(b"<c/>") + piece.count(b"<c\n")
    rows = piece.count(b"<row")
    if b":row" in piece or b":c " in piece or (cells != piece.count(b'<c r="') and cells != len(_PLACED.findall(piece))):
        raise _Odd
    if rows != piece.count(b'<row r="') and rows != len(_ROW.findall(piece)):
        raise _Odd
