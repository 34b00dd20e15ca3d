"""Large report workbooks, written as XML so that making one costs little: `python -m tests.big 100000 FILE.xlsx`."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MONTHS = tuple(f"2021-{month:02d}" for month in range(1, 13))
ELECTRICITY, GAS = 0.604, 389.31 * 0.0153 * 0.99 * 44 / 12
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Rows = Iterable[Sequence[object]]


def park(rows: int) -> dict[str, Rows]:
    """A park of so many rows of monthly data: nine sources of electricity to one of gas, all of them adding up."""
    sources = [(number, number % 10 == 9) for number in range(rows // 12)]

    def amount(number: int, month: int) -> float:
        return (20_000 + number * 37 % 9_973 + (month * 911 + number) % 1_201) / 100

    def year(number: int) -> float:
        return sum(amount(number, month) for month in range(12))

    def tonnes(number: int, gas: bool) -> float:
        return round(year(number) * (GAS if gas else ELECTRICITY), 2)

    by_kind = [sum(tonnes(number, gas) for number, gas in sources if gas is kind) for kind in (False, True)]
    totals = [round(by_kind[0]), round(by_kind[1])]

    def activity() -> Iterator[Sequence[object]]:
        yield "source_id", "period", "quantity", "unit", "basis", "document", "missing_hours"
        for number, gas in sources:
            key, unit = f"S-{number:06d}", "10^4 Nm3" if gas else "MWh"
            for month, period in enumerate(MONTHS):
                yield key, period, amount(number, month), unit, "meter", f"{key}-{period}.csv", 0

    return {
        "unit": [("field", "value"), ("programme", "beijing"), ("emission_year", 2021), ("unit_name", "Riverside Park Services")],
        "facilities": [("facility_id", "name", "in_boundary"), *((f"B{number}", f"Building {number}", "yes") for number in range(50))],
        "sources": [
            ("source_id", "facility_id", "name", "category", "fuel", "meter_id", "in_plan", "reported_tco2"),
            *(
                (
                    f"S-{number:06d}",
                    f"B{number % 50}",
                    f"Meter {number}",
                    "stationary_combustion" if gas else "purchased_electricity",
                    "natural gas" if gas else "grid electricity",
                    f"M-{number:06d}",
                    "yes",
                    tonnes(number, gas),
                )
                for number, gas in sources
            ),
        ],
        "activity": activity(),
        "factors": [
            ("source_id", "parameter", "value", "unit", "basis", "table", "reference"),
            ("*:purchased_electricity:grid electricity", "ef", 0.604, "tCO2/MWh", "default", "F_beijing", "Beijing grid electricity"),
            ("*:stationary_combustion:natural gas", "ncv", 389.31, "GJ/10^4 Nm3", "default", "A_other_industry", "natural gas"),
            ("*:stationary_combustion:natural gas", "carbon_content", 0.0153, "tC/GJ", "default", "A_other_industry", "natural gas"),
            ("*:stationary_combustion:natural gas", "oxidation", 99, "%", "default", "A_other_industry", "natural gas"),
        ],
        "meters": [
            ("meter_id", "model", "location", "accuracy", "calibrated_on", "valid_until"),
            *((f"M-{number:06d}", "pulse meter", f"plant room {number % 50}", 1.0, "2019-06-15", "2023-06-14") for number, _ in sources),
        ],
        "totals": [
            ("category", "reported_tco2"),
            ("purchased_electricity", totals[0]),
            ("stationary_combustion", totals[1]),
            ("total", sum(totals)),
        ],
    }


def workbook(tables: dict[str, Rows]) -> bytes:
    """The sheets as a workbook with shared strings, as spreadsheet programs write it."""
    shared: dict[str, int] = {}
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for number, rows in enumerate(tables.values(), 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                part.write(f'<worksheet xmlns="{NAMESPACE}"><sheetData>'.encode())
                for row, cells in enumerate(rows, 1):
                    part.write(_row(row, cells, shared))
                part.write(b"</sheetData></worksheet>")
        strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{NAMESPACE}" uniqueCount="{len(shared)}">{strings}</sst>')
        _frame(archive, list(tables))
    return out.getvalue()


def _row(number: int, cells: Sequence[object], shared: dict[str, int]) -> bytes:
    written = "".join(
        f'<c r="{letter}{number}" t="s"><v>{shared.setdefault(cell, len(shared))}</v></c>'
        if isinstance(cell, str)
        else f'<c r="{letter}{number}"><v>{cell}</v></c>'
        for letter, cell in zip("ABCDEFGHIJKLMNOP", cells, strict=False)
    )
    return f'<row r="{number}">{written}</row>'.encode()


def _frame(archive: ZipFile, names: Sequence[str]) -> None:
    """The parts that hold a workbook together."""
    sheets = "".join(f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1))
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(names) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, len(names) + 1)
    )
    archive.writestr("xl/workbook.xml", f'<workbook xmlns="{NAMESPACE}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>')
    archive.writestr(
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rIdS" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    archive.writestr(
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    archive.writestr(
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
    )


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(workbook(park(int(sys.argv[1]))))
