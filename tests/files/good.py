"""The good files, small enough to be spoiled a hundred times, and the hands that spoil them: archives are patched, never rewritten."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from warnings import catch_warnings
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import verifier.demo

DEMO = Path(verifier.demo.__file__).parent
SHEETS = ("unit", "facilities", "sources", "activity", "factors", "crosschecks", "meters", "production", "totals")
SOURCES = frozenset({"E-000", "E-002", "G-000"})
Change = Callable[[str], str]


@cache
def park() -> bytes:
    """The park's report of 2021, as it is in the demo."""
    return (DEMO / "park-2021.xlsx").read_bytes()


@cache
def parts() -> Mapping[str, bytes]:
    """The parts of the park's report with three of its sources: activity of E-000 in rows 2 to 13, E-002 to 25, G-000 to 37."""
    with ZipFile(BytesIO(park())) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    for name in ("sources", "activity", "crosschecks"):
        found[path(name)] = _only(found[path(name)].decode(), lambda row: SOURCES & set(re.findall(r"<t>([^<]*)</t>", row)))
    found[path("meters")] = _only(found[path("meters")].decode(), lambda row: any(f"<t>M-{key}</t>" in row for key in SOURCES))
    totals = found[path("totals")].decode()
    for old, new in (("50201", "4602"), ("2714", "7"), ("52915", "4609")):
        totals = totals.replace(f"<v>{old}</v>", f"<v>{new}</v>")
    found[path("totals")] = totals.encode()
    found[path("unit")] = found[path("unit")].replace(b"<v>44576</v>", b"<v>4500</v>")
    return found


def _only(xml: str, wanted: Callable[[str], object]) -> bytes:
    """The header and the wanted rows, moved up."""
    start, rows, end = re.fullmatch(r"(.*<sheetData>)(.*)(</sheetData>.*)", xml, re.S).groups()
    first, *others = re.findall(r"<row .*?</row>", rows, re.S)
    kept = [first, *(row for row in others if wanted(row))]
    moved = [re.sub(r' r="([A-Z]*)\d+"', rf' r="\g<1>{number}"', row) for number, row in enumerate(kept, 1)]
    return (start + "".join(moved) + end).encode()


def path(sheet: str) -> str:
    """The part a sheet stands in."""
    return f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml"


def packed(content: Mapping[str, bytes], twice: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """The parts as an archive; `twice` are parts written once more under a name that is there."""
    out = BytesIO()
    with catch_warnings(action="ignore"), ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in (*content.items(), *twice):
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return out.getvalue()


@cache
def small() -> bytes:
    """The good report everything below is made from."""
    return packed(parts())


def changed(**sheets: Change) -> bytes:
    """The small report with the XML of some sheets changed; a change that changes nothing is a mistake of the test."""
    content = dict(parts())
    for sheet, change in sheets.items():
        before = content[path(sheet)].decode()
        content[path(sheet)] = change(before).encode("utf-8", "surrogatepass")
        assert content[path(sheet)] != before.encode(), sheet
    return packed(content)


def with_parts(**replaced: bytes | None) -> bytes:
    """The small report with parts replaced, added or (None) left out; `__` stands for “/” and `_` for “.” in their names."""
    content = dict(parts()) | {name.replace("__", "/").replace("_", "."): data for name, data in replaced.items()}
    return packed({name: data for name, data in content.items() if data is not None})


def cell(place: str, xml: str) -> Change:
    """Puts another cell in a place; `xml` is what stands between its reference and its end: ` t="n"><v>1</v></c>`."""
    return lambda text: re.sub(rf'<c r="{place}"(?: [^>]*)?(?:/>|>.*?</c>)', lambda _: f'<c r="{place}"{xml}', text, count=1, flags=re.S)


def number(place: str, value: object, more: str = "") -> Change:
    """A number in a place."""
    return cell(place, f"{more}><v>{value}</v></c>")


def words(place: str, text: str) -> Change:
    """A text in a place."""
    return cell(place, f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')


def blank(place: str) -> Change:
    """An empty cell in a place."""
    return cell(place, "/>")


def both(*changes: Change) -> Change:
    """One change after another."""

    def change(text: str) -> str:
        for each in changes:
            text = each(text)
        return text

    return change


def swapped(old: str, new: str) -> Change:
    """One text for another, wherever it stands."""
    return lambda text: text.replace(old, new)


def more_rows(xml: str) -> Change:
    """Rows below the last one."""
    return lambda text: text.replace("</sheetData>", xml + "</sheetData>")


def without_rows(first: int, last: int) -> Change:
    """A sheet without some of its rows; the others stay where they are."""
    return lambda text: re.sub(r'<row r="(\d+)".*?</row>', lambda row: "" if first <= int(row[1]) <= last else row[0], text, flags=re.S)
