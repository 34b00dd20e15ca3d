"""A file that is no honest workbook is refused whole, with the reason."""

import io
import zipfile
from collections.abc import Callable

import pytest

from tests.reports.test_workbook import SMALL, places, with_part, written
from verifier.reports.workbook import reader
from verifier.reports.workbook.reader import Unreadable


def sheet_xml(body: str, before: str = "") -> bytes:
    return f'{before}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'.encode()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("nothing", lambda: b"", "not_a_workbook"),
    ("text", lambda: b"source_id,period\n", "not_a_workbook"),
    ("another archive", lambda: zipped({"hello.txt": b"hello"}), "not_a_workbook"),
    ("encrypted or old .xls", lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "encrypted"),
    ("cut off", lambda: written(SMALL)[:-200], "not_a_workbook"),
    ("damaged", lambda: with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"), "malformed"),
    ("entities", lambda: with_part("xl/worksheets/sheet1.xml", sheet_xml("<row><c><v>1</v></c></row>", ENTITIES)), "malformed"),
    ("a bomb", lambda: with_part("xl/media/zeros.bin", bytes(310 * 2**20)), "too_large"),
    (
        "a far cell",
        lambda: with_part("xl/worksheets/sheet2.xml", sheet_xml('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "too_far",
    ),
]


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(("make", "message"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_file_that_is_no_honest_workbook_is_refused_with_the_reason(make: Callable[[], bytes], message: str) -> None:
    assert {found[0] for found in places(make())} == {message}


def test_a_far_cell_is_named() -> None:
    data = with_part("xl/worksheets/sheet2.xml", sheet_xml('<row r="9"><c r="ZZZ9"><v>1</v></c></row>'))
    with pytest.raises(Unreadable) as refused:
        reader.read(data)
    assert refused.value.problems[0].values == {"sheet": "sources", "cell": "ZZZ9"}
