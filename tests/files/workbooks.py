"""Bad workbooks: how each is made from the good one, and what is to come of it.

`refused(…)` lists every place as (message, sheet, column or cell); `flagged(…)` what looks wrong beyond the good report, as (code,
sheet, row);
`kept(…)` a value word for word, as sheet, row, column → text, and nothing new looks wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import pack

from tests.files import good
from tests.files.good import blank, both, cell, changed, more_rows, number, parts, path, swapped, with_parts, without_rows, words

Place = tuple[str, ...]
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True)
class Case:
    """A bad workbook and its answer."""

    name: str
    make: Callable[[], bytes]
    refused: frozenset[Place] = frozenset()
    flagged: frozenset[Place] = frozenset()
    kept: dict[tuple[str, int, str], str] = field(default_factory=dict)


def refused(name: str, make: Callable[[], bytes], *places: Place | str) -> Case:
    """Refused whole, with these places."""
    return Case(name, make, refused=frozenset((place, "", "") if isinstance(place, str) else place for place in places))


def flagged(name: str, make: Callable[[], bytes], *flags: Place) -> Case:
    """Kept, and pointed out in these places."""
    return Case(name, make, flagged=frozenset(flags))


def kept(name: str, make: Callable[[], bytes], values: dict[tuple[str, int, str], str], *flags: Place) -> Case:
    """Kept word for word."""
    return Case(name, make, flagged=frozenset(flags), kept=values)


def cut(share: float) -> Callable[[], bytes]:
    return lambda: good.small()[: int(len(good.small()) * share)]


def at_front(text: str, sheet: str = "activity") -> Callable[[], bytes]:
    return lambda: changed(**{sheet: lambda xml: text + xml})


def in_cell(change: good.Change, sheet: str = "activity") -> Callable[[], bytes]:
    return lambda: changed(**{sheet: change})


def flipped(at: float) -> Callable[[], bytes]:
    """One byte of the packed activity sheet turned over."""

    def make() -> bytes:
        data = bytearray(good.small())
        start = data.find(path("activity").encode()) + 100
        data[start + int(at * 2000)] ^= 0xFF
        return bytes(data)

    return make


def lying_sizes(times: int) -> bytes:
    """The archive's directory says that the activity sheet unpacks to another size than it does."""
    data = bytearray(good.small())
    entry = data.rfind(path("activity").encode()) - 46
    size = int.from_bytes(data[entry + 24 : entry + 28], "little")
    data[entry + 24 : entry + 28] = pack("<I", size * times if times > 0 else size // -times)
    return bytes(data)


def in_utf16() -> bytes:
    """A sheet in an encoding no spreadsheet program writes."""
    xml = '<?xml version="1.0" encoding="UTF-16"?>' + parts()[path("activity")].decode()
    return good.packed(dict(parts()) | {path("activity"): xml.encode("utf-16")})


def encrypted_part() -> bytes:
    """The flag of an encrypted part set in the directory."""
    data = bytearray(good.small())
    data[data.rfind(path("activity").encode()) - 46 + 8] |= 1
    return bytes(data)


def shared_bomb(size: int, cells: int) -> bytes:
    """One long shared text that thousands of cells name: small in the file, gigabytes when unfolded."""
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(50, 50 + cells))
    content = dict(parts()) | {
        "xl/sharedStrings.xml": f'<sst xmlns="{NAMESPACE}"><si><t>{"A" * size}</t></si></sst>'.encode(),
        path("activity"): more_rows(rows)(parts()[path("activity")].decode()).encode(),
    }
    links = "xl/_rels/workbook.xml.rels"
    link = f'<Relationship Id="rIdS" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    content[links] = content[links].replace(b"</Relationships>", link.encode())
    return good.packed(content)


NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def blank_rows(count: int, styled: str = "") -> Callable[[], bytes]:
    return lambda: changed(activity=more_rows("".join(f'<row r="{row}">{styled.replace("#", str(row))}</row>' for row in range(50, count))))


def sheet_named(old: str, new: str) -> Callable[[], bytes]:
    return lambda: with_parts(xl__workbook_xml=parts()["xl/workbook.xml"].replace(f'name="{old}"'.encode(), f'name="{new}"'.encode()))


def in_workbook(old: str, new: str) -> Callable[[], bytes]:
    assert old in parts()["xl/workbook.xml"].decode()
    return lambda: with_parts(xl__workbook_xml=parts()["xl/workbook.xml"].replace(old.encode(), new.encode()))


def in_links(old: str, new: str) -> Callable[[], bytes]:
    name = "xl/_rels/workbook.xml.rels"
    return lambda: good.packed(dict(parts()) | {name: parts()[name].replace(old.encode(), new.encode())})


NO_FILE = [
    refused("nothing at all", lambda: b"", "not_a_workbook"),
    refused("zeros", lambda: bytes(5000), "not_a_workbook"),
    refused("a table of commas called .xlsx", lambda: b"source_id,period,quantity\nE-000,2021-01,5\n", "not_a_workbook"),
    refused("a page called .xlsx", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "not_a_workbook"),
    refused("a PDF called .xlsx", lambda: b"%PDF-1.7\n" + bytes(900), "not_a_workbook"),
    refused("a photo called .xlsx", lambda: (good.DEMO / "photos/boiler.jpg").read_bytes(), "not_a_workbook"),
    refused("an old .xls called .xlsx", lambda: OLE + bytes(600) + "Workbook".encode("utf-16-le"), "encrypted"),
    refused("protected by a password", lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    refused("an .ods called .xlsx", lambda: good.packed({"mimetype": b"application/vnd.oasis", "content.xml": b"<a/>"}), "not_a_workbook"),
    refused(
        "a Word document called .xlsx",
        lambda: good.packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}),
        "not_a_workbook",
    ),
    refused(
        "a binary workbook called .xlsx",
        lambda: good.packed({"xl/workbook.bin": b"\1\2", "[Content_Types].xml": b"<Types/>"}),
        "not_a_workbook",
    ),
    *(refused(f"cut after {share:.0%}", cut(share), "not_a_workbook") for share in (0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)),
    refused("its end filled with zeros", lambda: good.small()[:-4000] + bytes(4000), "not_a_workbook"),
    *(refused(f"a byte turned over at {at:.0%} of a sheet", flipped(at), "malformed") for at in (0.1, 0.5, 0.9)),
]
ARCHIVE = [
    refused("a part encrypted", encrypted_part, "encrypted"),
    refused("macros inside", lambda: with_parts(xl__vbaProject_bin=OLE), "macros"),
    refused("a bomb of zeros", lambda: with_parts(xl__media__zeros_bin=bytes(301 * 2**20)), "too_large"),
    refused("a bomb of one letter in a cell", in_cell(words("F5", "A" * 40_000_000)), "too_large"),
    refused("a bomb of shared texts", lambda: shared_bomb(32_000, 30_000), "too_large"),
    refused("a sheet said smaller than it is", lambda: lying_sizes(-8), "malformed"),
    kept("a sheet said larger than it is, and whole", lambda: lying_sizes(2), {("activity", 37, "source_id"): "G-000"}),
    refused(
        "two sheets of one name in the archive",
        lambda: good.packed(parts(), ((path("activity"), b"<worksheet/>"),)),
        ("part_twice", "", ""),
    ),
    refused(
        "a second workbook part in capitals", lambda: good.packed(parts(), (("XL/workbook.xml", b"<workbook/>"),)), ("part_twice", "", "")
    ),
    refused(
        "a second sheet by a way round",
        lambda: good.packed(parts(), (("xl/x/../worksheets/sheet4.xml", b"<worksheet/>"),)),
        ("part_twice", "", ""),
    ),
    kept("parts that point outside", lambda: good.packed({**parts(), "../../etc/passwd": b"root", "/tmp/x": b"y"}), {}),
    refused(
        "a sheet that is not there",
        in_links("/xl/worksheets/sheet6.xml", "/xl/worksheets/sheet60.xml"),
        ("part_missing", "crosschecks", ""),
    ),
    refused(
        "a sheet that points out of the archive",
        in_links("/xl/worksheets/sheet4.xml", "../../../etc/passwd"),
        ("part_missing", "activity", ""),
    ),
    refused(
        "no links between workbook and sheets",
        lambda: good.packed({n: d for n, d in parts().items() if "_rels/workbook" not in n}),
        ("part_missing", "unit", ""),
    ),
    *(refused(f"entities in the {sheet} sheet", at_front(ENTITIES, sheet), "malformed") for sheet in ("unit", "activity", "totals")),
    *(refused(f"an entity from outside in the {sheet} sheet", at_front(OUTSIDE, sheet), "malformed") for sheet in ("unit", "sources")),
    refused("entities in the workbook part", in_workbook("<workbook ", ENTITIES + "<workbook "), "malformed"),
    refused("XML that does not end", in_cell(swapped("</sheetData>", "")), "malformed"),
    refused("XML with crossed tags", in_cell(swapped("</is></c>", "</c></is>")), "malformed"),
    refused("a control character in the XML", in_cell(swapped("E-000-2021-01.csv", "\x01")), "malformed"),
    refused("a lone half of a character", in_cell(words("F5", "\ud800")), "malformed"),
    refused("an empty sheet part", in_cell(lambda _: ""), "malformed"),
    kept(
        "a sheet with a comment in its XML",
        in_cell(swapped("<sheetData>", "<sheetData><!-- made by hand -->")),
        {("activity", 2, "quantity"): "16.0199"},
    ),
    kept("a text in Chinese", in_cell(swapped("E-000-2021-01.csv", "凭证一月.csv")), {("activity", 2, "document"): "凭证一月.csv"}),
    refused("a sheet in UTF-16", in_utf16, "malformed"),
]
FAR = [
    *(
        refused(
            f"a value in {place}", in_cell(more_rows(f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')), ("too_far", "activity", place)
        )
        for place, row in (("XFD1048576", 1048576), ("A1048576", 1048576), ("XFD50", 50), ("IW50", 50), ("A200001", 200001))
    ),
    refused(
        "a value in IV200000 makes a rectangle of fifty million cells",
        in_cell(more_rows('<row r="200000"><c r="IV200000"><v>1</v></c></row>')),
        ("too_far", "activity", "IV200000"),
    ),
    kept("a million blank rows", blank_rows(1_048_576), {("activity", 37, "source_id"): "G-000"}),
    kept(
        "a hundred thousand rows that are only coloured",
        blank_rows(100_000, '<c r="A#" s="1"/><c r="B#" s="1"/>'),
        {("activity", 37, "source_id"): "G-000"},
    ),
    kept("blank rows between the rows", in_cell(more_rows('<row r="400"/>')), {("activity", 37, "source_id"): "G-000"}),
]
STRUCTURE = [
    *(
        refused(f"the sheet {name} under another name", sheet_named(name, "Tabelle1"), ("sheet_missing", name, ""))
        for name in ("unit", "sources", "activity", "factors", "totals")
    ),
    kept("sheet names in capitals with blanks", sheet_named("activity", " ACTIVITY "), {}),
    kept("sheet names in Chinese", sheet_named("activity", "活动数据"), {}),
    kept("an optional sheet under another name", sheet_named("facilities", "Buildings"), {}),
    refused("two sheets that mean the same", sheet_named("production", "活动数据"), ("sheet_twice", "活动数据", "")),
    refused("two sheets of one name", sheet_named("production", "activity"), ("part_missing", "activity", "")),
    kept(
        "hidden sheets",
        in_workbook('sheetId="4" state="visible"', 'sheetId="4" state="veryHidden"'),
        {("activity", 2, "quantity"): "16.0199"},
    ),
    *(
        refused(f"the column {name} of {sheet} under another name", in_cell(words(place, "Spalte"), sheet), ("column_missing", sheet, name))
        for sheet, place, name in (
            ("sources", "A1", "source_id"),
            ("activity", "C1", "quantity"),
            ("activity", "D1", "unit"),
            ("factors", "C1", "value"),
            ("totals", "B1", "reported_tco2"),
            ("unit", "A1", "field"),
        )
    ),
    refused(
        "every header gone",
        lambda: changed(activity=without_rows(1, 1), sources=without_rows(1, 1)),
        *(("column_missing", "activity", name) for name in ("source_id", "period", "quantity", "unit")),
        *(("column_missing", "sources", name) for name in ("source_id", "name", "category", "fuel", "reported_tco2")),
    ),
    refused("a column twice", in_cell(words("E1", "数量")), ("column_twice", "activity", "quantity")),
    kept("headers in capitals and full width", in_cell(both(words("A1", "ＳＯＵＲＣＥ_ID"), words("C1", " Quantity "))), {}),
    kept("a byte order mark before a header", in_cell(words("A1", "\ufeffsource_id")), {}),
    kept("a zero-width blank in a header", in_cell(words("C1", "quan\u200btity")), {}),
    kept("headers in mixed languages", in_cell(both(words("A1", "排放源编号"), words("C1", "数量"))), {}),
    kept("a column nobody asked for", in_cell(words("G1", "weather")), {}),
    refused("another year", in_cell(swapped("<v>2021</v>", "<v>2020</v>"), "unit"), ("other_year", "unit", "emission_year")),
    refused(
        "a year nobody can read",
        in_cell(lambda xml: xml.replace("<v>2021</v>", "<v>21</v>"), "unit"),
        ("year_unreadable", "unit", "emission_year"),
    ),
    refused(
        "another unit",
        in_cell(both(swapped("Riverside Park Services", "Mill"), swapped("91110000MA00000X0F", "9")), "unit"),
        ("other_unit", "unit", "unit_name"),
    ),
    refused(
        "a unit without a name",
        in_cell(swapped("<t>Riverside Park Services</t>", "<t> </t>"), "unit"),
        ("field_missing", "unit", "unit_name"),
    ),
]
A = "activity"
VALUES = [
    flagged("a month of the year before", in_cell(words("B3", "2020-02")), ("outside_year", A, 3), ("missing_period", A, 0)),
    kept(
        "months as dates", in_cell(number("B3", 44228)), {(A, 3, "period"): "44228"}, ("unreadable_period", A, 3), ("missing_period", A, 0)
    ),
    kept("a month in Chinese", in_cell(words("B3", "２０２１年２月")), {(A, 3, "period"): "２０２１年２月"}),
    flagged("a month that is none", in_cell(words("B3", "2021-13")), ("unreadable_period", A, 3), ("missing_period", A, 0)),
    flagged("a month given twice with two numbers", in_cell(words("B3", "2021-01")), ("duplicate_period", A, 3), ("missing_period", A, 0)),
    flagged("a blank quantity", in_cell(blank("C3")), ("blank_quantity", A, 3)),
    flagged("a formula without a value", in_cell(cell("C3", "><f>SUM(C4:C9)</f></c>")), ("blank_quantity", A, 3)),
    flagged("a formula with an empty value", in_cell(cell("C3", "><f>C4*2</f><v></v></c>")), ("blank_quantity", A, 3)),
    kept("a formula with its value", in_cell(cell("C3", "><f>C4*2</f><v>13.949</v></c>")), {(A, 3, "quantity"): "13.949"}),
    *(
        flagged(f"the error {error}", in_cell(cell("C3", f' t="e"><v>{error}</v></c>')), ("non_numeric", A, 3))
        for error in ("#REF!", "#DIV/0!", "#N/A", "#VALUE!")
    ),
    *(flagged(f"the number {value}", in_cell(number("C3", value)), ("non_numeric", A, 3)) for value in ("NaN", "INF", "1E+308", "-1E+308")),
    flagged("a negative quantity", in_cell(number("C3", -13.949)), ("negative_quantity", A, 3)),
    kept(
        "a number as text with commas",
        in_cell(words("C15", "1,234.5")),
        {(A, 15, "quantity"): "1,234.5"},
        ("arithmetic_difference", "sources", 3),
    ),
    kept("full-width digits", in_cell(words("C3", "１３．９４９")), {(A, 3, "quantity"): "１３．９４９"}),
    kept("blanks around a number", in_cell(words("C3", " 13.949\u00a0")), {(A, 3, "quantity"): " 13.949\u00a0"}),
    flagged("a blank inside a number", in_cell(words("C3", "13 949,0")), ("non_numeric", A, 3)),
    flagged("a decimal comma", in_cell(words("C3", "13,949,5")), ("non_numeric", A, 3)),
    flagged("words for a number", in_cell(words("C3", "see note")), ("non_numeric", A, 3)),
    flagged("yes for a number", in_cell(cell("C3", ' t="b"><v>1</v></c>')), ("non_numeric", A, 3)),
    flagged("kilograms of electricity", in_cell(words("D3", "kg")), ("unit_mismatch", A, 3)),
    flagged("a unit nobody knows", in_cell(words("D3", "barrels")), ("unit_mismatch", A, 3)),
    flagged("a source nobody lists", in_cell(words("A3", "E-999")), ("data_without_source", A, 3), ("missing_period", A, 0)),
    flagged(
        "cells of a source merged into one",
        lambda: changed(
            activity=both(
                blank("A3"),
                blank("A4"),
                more_rows(""),
                swapped("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A2:A4"/></mergeCells>'),
            )
        ),
        ("data_without_source", A, 3),
        ("missing_period", A, 0),
    ),
    flagged("a source without any data", in_cell(without_rows(26, 37)), ("source_without_data", "sources", 4)),
    flagged("a category nobody knows", in_cell(words("D2", "magic"), "sources"), ("unknown_category", "sources", 2)),
    flagged("reported tonnes in words", in_cell(words("H2", "about a hundred"), "sources"), ("reported_unreadable", "sources", 2)),
    flagged("a factor of percent stored as its share", in_cell(words("D5", "%"), "factors"), ("default_factor_altered", "factors", 5)),
    flagged("a blank factor", in_cell(blank("C2"), "factors"), ("factor_blank", "factors", 2)),
    flagged("a factor in words", in_cell(words("C2", "n/a"), "factors"), ("factor_non_numeric", "factors", 2)),
    flagged("a total that is not the sum", in_cell(number("B4", 9999), "totals"), ("total_mismatch", "totals", 4)),
    kept("a formula of a formula language", in_cell(words("F3", "=cmd|' /C calc'!A0")), {(A, 3, "document"): "=cmd|' /C calc'!A0"}),
    kept(
        "script in a cell", in_cell(words("F3", "&lt;script&gt;alert(1)&lt;/script&gt;")), {(A, 3, "document"): "<script>alert(1)</script>"}
    ),
    kept("dates counted from 1904", in_workbook("<workbookPr />", '<workbookPr date1904="1"/>'), {}),
]
CASES = [*NO_FILE, *ARCHIVE, *FAR, *STRUCTURE, *VALUES]
