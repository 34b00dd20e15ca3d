"""The park's workbooks, as they are and under the name of another unit of the group."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

HERE = Path(__file__).resolve().parent
PARK, PARK_WITH_ERRORS = HERE / "park-2021.xlsx", HERE / "park-2021-errors.xlsx"
NAME, CODE = "Riverside Park Services", "91110000MA00000X0F"


def under_another_name(workbook: Path, name: str, code: str) -> bytes:
    """The same consumption as the report of another unit: only the facts of the unit differ."""
    out = BytesIO()
    with ZipFile(workbook) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(NAME.encode(), name.encode()).replace(CODE.encode(), code.encode())
            target.writestr(item.filename, data)
    return out.getvalue()


def photos() -> list[tuple[str, bytes]]:
    """The demo's site photos as (name, bytes); drawn, with time and place in their metadata."""
    return [(path.name, path.read_bytes()) for path in sorted((HERE / "photos").glob("*.jpg"))]
