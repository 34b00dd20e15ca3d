"""Small workbooks: a report of two sources, with what a test wants to change."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from xlsxwriter import Workbook

Table = Sequence[Sequence[object]]
MONTHS = [f"2021-{month:02d}" for month in range(1, 13)]


def small(
    unit: str = "Riverside Park Services", year: int = 2021, *, heat: float = 100, sheets: Mapping[str, Table | None] | None = None
) -> bytes:
    """Electricity and heat of one building; `sheets` replaces a sheet, or leaves it out where it is None."""
    tables: dict[str, Table | None] = {
        "unit": [["field", "value"], ["emission_year", year], ["unit_name", unit]],
        "facilities": [["facility_id", "name"], ["B1", "Building 1"]],
        "sources": [
            ["source_id", "facility_id", "name", "category", "fuel", "reported_tco2"],
            ["E-1", "B1", "Electricity", "purchased_electricity", "grid electricity", 724.8],
            ["H-1", "B1", "Heat", "purchased_heat", "heat", 132],
        ],
        "activity": [
            ["source_id", "period", "quantity", "unit"],
            *(["E-1", month, 94.5 + place, "MWh"] for place, month in enumerate(MONTHS)),
            *(["H-1", month, heat - 5.5 + place, "GJ"] for place, month in enumerate(MONTHS)),
        ],
        "factors": [["source_id", "parameter", "value", "unit"], ["E-1", "ef", 0.604, "tCO2/MWh"], ["H-1", "ef", 0.11, "tCO2/GJ"]],
        "totals": [["category", "reported_tco2"], ["purchased_electricity", 725], ["purchased_heat", 132], ["total", 857]],
    }
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    for name, rows in (tables | dict(sheets or {})).items():
        if rows is not None:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()
