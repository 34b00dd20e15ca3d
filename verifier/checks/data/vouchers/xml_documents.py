"""Reads XML and OFD documents in the sandbox; also the program that runs there.

Given: the word `XML` or `OFD` on a line, then the file. Answered: JSON {invoice, rows, row_count, is_text}, or {refused}. A document type
is refused, so that no entity is declared, and nothing that a document refers to is opened.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile
from zlib import error as BadDeflate

from verifier import sandbox
from verifier.checks.data.vouchers.e_invoices import Leaf, invoice_of
from verifier.core.errors import Refusal
from verifier.evidence.text_encoding import decoded

MEMORY, SECONDS = 600 * 2**20, 15
ROWS, LONGEST = 200, 200
"""Rows that are shown of a document, and characters of each cell."""
MOST_LEAVES, DEEPEST = 100_000, 100
UNPACKED, RATIO, RATIO_FROM = 300 * 2**20, 400, 5 * 2**20
"""An OFD document may hold so many bytes unpacked; above `RATIO_FROM` at most `RATIO` times its packed size."""
PART = 20 * 2**20
"""Bytes of one XML part of an OFD document."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*\sencoding=["']([\w.:-]{1,40})["']""")


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What is shown of an XML or OFD document: the fields of its invoice, and its elements (name, text) or, `is_text`, its lines."""

    invoice: dict[str, str] | None
    rows: list[list[str]]
    row_count: int
    is_text: bool


class _Refused(Exception):
    """The file is refused; its argument is the reason: broken, entities or too_much."""


def read_document(data: bytes, kind: str, filename: str, patience: float | None = None) -> ReadDocument:
    """An XML or OFD document; refused where it is broken, declares entities or is too large unpacked."""
    try:
        output = sandbox.run(__name__, kind.encode() + b"\n" + data, memory=MEMORY, seconds=SECONDS, patience=patience)
    except (sandbox.TooSlow, sandbox.TooMuch) as error:
        raise Refusal("voucher.xml.too_much", file=filename) from error
    except sandbox.Busy as error:
        raise Refusal("statement.check.busy") from error
    except sandbox.Broken as error:
        raise Refusal("voucher.xml.broken", file=filename) from error
    found: dict[str, Any] = json.loads(output)
    if "refused" in found:
        raise _refusal(found["refused"], filename)
    return ReadDocument(**found)


def answer(given: bytes) -> bytes:
    """Inside the limits: read the document."""
    kind, _, data = given.partition(b"\n")
    try:
        return json.dumps(_ofd(data) if kind == b"OFD" else _xml(data)).encode()
    except _Refused as refused:
        return json.dumps({"refused": str(refused)}).encode()


def _refusal(reason: str, filename: str) -> Refusal:
    """The refusal for a reason given inside the sandbox."""
    if reason == "entities":
        return Refusal("voucher.xml.entities", file=filename)
    return Refusal("voucher.xml.too_much" if reason == "too_much" else "voucher.xml.broken", file=filename)


def _xml(data: bytes) -> dict[str, Any]:
    leaves = _leaves(data)
    return _shown(invoice_of(leaves), [[_name(path), text] for path, text in leaves], is_text=False)


def _ofd(data: bytes) -> dict[str, Any]:
    """The invoice attached to an OFD document, and the text of its pages, else the elements of what is attached."""
    try:
        with ZipFile(BytesIO(data)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
            if unpacked > UNPACKED or (unpacked > RATIO_FROM and unpacked > RATIO * len(data)):
                raise _Refused("too_much")
            names = {name.casefold(): name for name in package.namelist()}
            attached = [leaves for name in sorted(names) if _is_attached(name) and (leaves := _part(package, names[name]))]
            lines = [line for page in _pages(package, names) for line in _lines(_part(package, page))]
    except (BadZipFile, BadDeflate, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _Refused("broken") from error
    invoice = next((found for leaves in attached if (found := invoice_of(leaves))), None)
    if lines:
        return _shown(invoice, [[line] for line in lines], is_text=True)
    return _shown(invoice, [[_name(path), text] for leaves in attached for path, text in leaves], is_text=False)


def _shown(invoice: dict[str, str] | None, rows: list[list[str]], *, is_text: bool) -> dict[str, Any]:
    shown = [[cell[:LONGEST] for cell in row] for row in rows[:ROWS]]
    return {"invoice": invoice, "rows": shown, "row_count": len(rows), "is_text": is_text}


def _name(path: str) -> str:
    """The last two names of a path."""
    return " / ".join(path.split("/")[-2:])


def _is_attached(name: str) -> bool:
    return name.endswith(".xml") and "attach" in posixpath.dirname(name) and posixpath.basename(name) != "attachments.xml"


def _pages(package: ZipFile, names: Mapping[str, str]) -> Iterator[str]:
    """The pages of an OFD document in the order in which it lists them."""
    root = next((text for path, text in _part(package, names["ofd.xml"]) if path.endswith("/DocRoot")), "Doc_0/Document.xml")
    document = names.get(_within("", root))
    if document is None:
        return
    for path, place in _part(package, document):
        if path.endswith("/Page/@BaseLoc") and (page := names.get(_within(posixpath.dirname(document), place))):
            yield page


def _within(folder: str, place: str) -> str:
    """A place named in an OFD document as the name of a part: from the root, or from the folder of the part that names it."""
    return posixpath.normpath(place if place.startswith("/") else posixpath.join(folder, place)).lstrip("/").casefold()


def _lines(leaves: list[Leaf]) -> Iterator[str]:
    """The text of a page, object by object."""
    return (text for path, text in leaves if text and path.endswith("/TextCode"))


def _part(package: ZipFile, name: str) -> list[Leaf]:
    """The leaves of one part; none where it is no XML. A part that is longer than its directory says is refused."""
    with package.open(name) as stream:
        data = stream.read(PART + 1)
    if len(data) > PART:
        raise _Refused("too_much")
    try:
        return _leaves(data)
    except _Refused as refused:
        if str(refused) == "broken":
            return []
        raise


class _Walker:
    """Collects the elements without elements of their own, and the places that pages and currencies are named at."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._is_leaf = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        self._text, self._is_leaf = [], True
        if len(self._path) > DEEPEST or len(self.leaves) > MOST_LEAVES:
            raise _Refused("too_much")
        if "BaseLoc" in attributes:
            self.leaves.append((f"/{'/'.join(self._path)}/@BaseLoc", attributes["BaseLoc"]))

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, _name: str) -> None:
        if self._is_leaf and (text := "".join(self._text).strip()):
            self.leaves.append((f"/{'/'.join(self._path)}", text))
        self._path.pop()
        self._is_leaf = False


def _leaves(data: bytes) -> list[Leaf]:
    walker, parser = _Walker(), expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise _Refused("entities")

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = walker.start, walker.end, walker.text
    try:
        parser.Parse(_text(data), True)
    except expat.ExpatError as error:
        raise _Refused("broken") from error
    return walker.leaves


def _text(data: bytes) -> str:
    """The text in the encoding that the document declares, else in the one it looks like."""
    declared = _DECLARED.match(data)
    if declared is not None:
        try:
            return data.decode(declared[1].decode())
        except (LookupError, UnicodeDecodeError):
            pass
    text = decoded(data)
    if text is None:
        raise _Refused("broken")
    return text
