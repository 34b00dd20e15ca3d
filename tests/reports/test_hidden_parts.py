"""Hidden sheets, rows and columns of a workbook: their values are read, and the places are named."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from flask.testing import FlaskClient

from tests import make
from tests.core.reported import beijing
from tests.people import Cast, sign_in
from tests.reports.test_workbook import SMALL, changed, written
from verifier.core.calculation.recalculation import calculate
from verifier.core.report.rows import HiddenKind, HiddenPart
from verifier.db import db
from verifier.reports.stored_content import as_json, from_json
from verifier.reports.summary import check_text
from verifier.reports.workbook import reader

HIDDEN = (
    HiddenPart("activity", HiddenKind.ROWS, "5–7, 12"),
    HiddenPart("activity", HiddenKind.COLUMNS, "D"),
    HiddenPart("Notes", HiddenKind.SHEET),
)


def partly_hidden() -> bytes:
    """A report with hidden rows, a hidden column and a hidden sheet; empty rows and columns around the table are hidden as well."""
    book = openpyxl.load_workbook(io.BytesIO(written(changed(Notes=[["ask nobody", 1.5]]))))
    activity = book["activity"]
    for row in (5, 6, 7, 12, 40, 41):
        activity.row_dimensions[row].hidden = True
    activity.column_dimensions["D"].hidden = True
    activity.column_dimensions["K"].hidden = True
    book["Notes"].sheet_state = "veryHidden"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_hand(data: bytes) -> bytes:
    """The same workbook, its sheets with a comment, which the fast search of the XML leaves to the exact one."""
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(part, content.replace(b"<sheetData>", b"<!-- --><sheetData>") if "worksheets/sheet" in part else content)
    return buffer.getvalue()


@pytest.mark.parametrize("rewritten", [bytes, by_hand])
def test_hidden_parts_with_values_are_named_and_their_values_read(rewritten) -> None:
    report = reader.read(rewritten(partly_hidden()))
    assert report.hidden == HIDDEN
    assert [row.quantity for row in report.activity] == ["10"] * 12
    assert [sheet.rows for sheet in report.unknown_sheets] == [(("ask nobody", "1.5"),)]


def test_runs_of_hidden_columns_of_another_program_are_named_by_their_letters() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in SMALL.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == "sources":
                sheet.set_column("C:D", None, None, {"hidden": True})
                sheet.set_row(1, None, None, {"hidden": True})
    report = reader.read(buffer.getvalue())
    assert [(part.kind, part.places) for part in report.hidden] == [("rows", "2"), ("columns", "C–D")]


def test_a_workbook_with_nothing_hidden_says_so_and_older_versions_are_read() -> None:
    report = reader.read(written(SMALL))
    assert report.hidden == ()
    content = as_json(report)
    del content["hidden"]
    assert from_json(content).hidden == ()


def test_hidden_parts_outlive_json_and_stand_in_the_check() -> None:
    report = reader.read(partly_hidden())
    assert from_json(as_json(report)).hidden == HIDDEN
    said = check_text(report, calculate(report, beijing()), beijing(), lambda message, values: f"{message} {dict(values)}")
    assert "check.hidden_rows {'sheet': 'activity', 'places': '5–7, 12'}" in said
    assert "check.hidden_sheet" in said


def test_the_version_names_what_is_hidden_in_its_workbook(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    year = make.unit_year(cast)
    book = openpyxl.load_workbook(make.PARK_WITH_ERRORS)
    book["activity"].row_dimensions[3].hidden = True
    book.save(tmp_path / "report.xlsx")
    version = make.report(cast, year, tmp_path / "report.xlsx")
    db.session.commit()
    sign_in(client, cast.contact)
    page = client.get(f"/reports/{year.id}/versions/{version.number}")
    assert page.status_code == 200
    assert "rows 3 are hidden" in page.text
