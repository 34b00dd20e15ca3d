"""What a workbook's cell formats say: percent formats and merged cells, whichever way the XML is written."""

import io
import zipfile

import openpyxl
import pytest

from tests.core.reported import beijing
from tests.reports.test_workbook import SMALL
from verifier.core.calculation.recalculation import calculate
from verifier.core.report.rows import FactorRow, ReportedReport
from verifier.reports.stored_content import as_json, from_json
from verifier.reports.workbook import reader


def book(oxidation_format: str = "General", *, merged: bool = False, odd: bool = False) -> bytes:
    """The small report with an oxidation rate of 0.94 %, or with the source numbers of its months in one merged cell."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in SMALL.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    factors, activity = workbook["factors"], workbook["activity"]
    factors.append(["S", "oxidation", 0.94, "%"])
    factors["C3"].number_format = oxidation_format
    if merged:
        activity.merge_cells("A2:A13")
    out = io.BytesIO()
    workbook.save(out)
    return with_comments(out.getvalue()) if odd else out.getvalue()


def with_comments(data: bytes) -> bytes:
    """The same workbook with a comment in every sheet, so that its XML is walked element by element."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = content.replace(b"<sheetData>", b"<!-- by hand --><sheetData>")
            new.writestr(part, content)
    return out.getvalue()


def oxidation(report: ReportedReport) -> FactorRow:
    return next(row for row in report.factors if row.parameter == "oxidation")


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize(
    ("shown", "value"), [("0%", "94"), ("0.00%", "94"), ("0.0 %;[Red]-0.0 %", "94"), ('0.00" %"', "0.94"), ("General", "0.94")]
)
def test_a_cell_that_shows_percent_holds_percent(shown: str, value: str, odd: bool) -> None:
    row = oxidation(reader.read(book(shown, odd=odd)))
    assert (row.value, row.shown) == ("0.94", value)


def test_a_share_without_percent_format_stays_as_written_and_is_flagged() -> None:
    found = [flag for flag in calculate(reader.read(book()), beijing()).flags if flag.code == "share_in_percent"]
    assert [(flag.source, flag.row, dict(flag.values)["right"]) for flag in found] == [("S", 3, "94")]
    assert [flag.code for flag in calculate(reader.read(book("0%")), beijing()).flags if flag.code == "share_in_percent"] == []


def test_cell_formats_are_kept_with_the_stored_report() -> None:
    report = reader.read(book("0%", merged=True))
    assert from_json(as_json(report)) == report


@pytest.mark.parametrize("odd", [False, True])
def test_blank_source_numbers_below_a_merged_cell_are_explained_as_such(odd: bool) -> None:
    report = reader.read(book(merged=True, odd=odd))
    flags = [flag for flag in calculate(report, beijing()).flags if flag.code == "data_without_source"]
    assert [(flag.row, flag.message, dict(flag.values)["rows"]) for flag in flags] == [(3, "flag.data_without_source.merged", "11")]
