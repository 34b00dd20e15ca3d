"""A real spreadsheet program: recalculates a workbook whose formulas have lost the values written beside them."""

import re
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import load_workbook

Cells = dict[str, dict[str, object]]
_BESIDE = re.compile(rb"(</f>)<v>[^<]*</v>")


def as_written(data: bytes) -> Cells:
    """Every cell as a viewer shows it that calculates nothing."""
    return _cells(load_workbook(BytesIO(data), data_only=True))


def formulas(data: bytes) -> Cells:
    """Every formula by sheet and place."""
    every = _cells(load_workbook(BytesIO(data)))
    return {name: {at: cell for at, cell in cells.items() if str(cell).startswith("=")} for name, cells in every.items()}


def recalculated(folder: Path, *workbooks: bytes) -> list[Cells]:
    """Every cell of each after LibreOffice calculated all of it anew, with nothing to copy from."""
    out = folder / "out"
    bare = [folder / f"bare{number}.xlsx" for number in range(len(workbooks))]
    for path, data in zip(bare, workbooks, strict=True):
        with ZipFile(BytesIO(data)) as given, ZipFile(path, "w", ZIP_DEFLATED) as kept:
            for name in given.namelist():
                kept.writestr(name, _BESIDE.sub(rb"\1", given.read(name)))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [_cells(load_workbook(out / path.name, data_only=True)) for path in bare]


def _cells(book: object) -> Cells:
    return {
        sheet.title: {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for sheet in book  # type: ignore[attr-defined]
    }
