"""The workbook reader: structure is refused whole with every place named, values are kept as handed in."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from tests.core.reported import DEMO, beijing, park
from verifier.core.calculation.recalculation import calculate
from verifier.core.calculation.units import plain
from verifier.core.report.rows import CATEGORIES, PARAMETERS
from verifier.reports.summary import check_json, check_text
from verifier.reports.workbook import columns, reader
from verifier.reports.workbook.reader import Unreadable

Tables = dict[str, list[list[object]]]

SMALL: Tables = {
    "unit": [["field", "value"], ["emission_year", 2021], ["unit_name", "Works"], ["credit_code", "911"]],
    "sources": [
        ["source_id", "name", "category", "fuel", "reported_tco2"],
        ["S", "Meter", "purchased_electricity", "grid electricity", 72.48],
    ],
    "activity": [["source_id", "period", "quantity", "unit"], *(["S", f"2021-{month:02d}", 10, "MWh"] for month in range(1, 13))],
    "factors": [["source_id", "parameter", "value", "unit"], ["S", "ef", "0.604", "tCO2/MWh"]],
    "totals": [["category", "reported_tco2"], ["purchased_electricity", 72], ["total", 72]],
}


def written(tables: Tables) -> bytes:
    """A workbook with these sheets; a text starting with “=” is a formula."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def changed(**sheets: list[list[object]] | None) -> Tables:
    return {name: rows for name, rows in (SMALL | sheets).items() if rows is not None}


def with_part(name: str, content: bytes) -> bytes:
    """The small workbook with one part of its archive replaced."""
    source = zipfile.ZipFile(io.BytesIO(written(SMALL)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, content if part == name else source.read(part))
        if name not in source.namelist():
            target.writestr(name, content)
    return buffer.getvalue()


def places(data: bytes, **expected: object) -> set[tuple[str, str, str]]:
    """Where a workbook is refused, as (message, sheet, column)."""
    with pytest.raises(Unreadable) as refused:
        reader.read(data, **expected)  # type: ignore[arg-type]
    return {(problem.message_id.removeprefix("reports.workbook."), problem.sheet, problem.column) for problem in refused.value.problems}


def test_the_park_is_read_row_by_row() -> None:
    handed_in = park()
    assert (handed_in.year, len(handed_in.sources), len(handed_in.activity), len(handed_in.crosschecks)) == (2021, 171, 2052, 144)
    first = handed_in.activity[0]
    assert (first.sheet, first.row, first.source_id, first.period, first.quantity, first.unit) == (
        "activity",
        2,
        "E-000",
        "2021-01",
        "16.0199",
        "MWh",
    )


def test_every_missing_place_is_listed_at_once() -> None:
    data = written({"unit": [["field"]], "sources": [["source_id", "name", "category"]], "totals": SMALL["totals"]})
    assert places(data) == {
        ("column_missing", "unit", "value"),
        ("column_missing", "sources", "fuel"),
        ("column_missing", "sources", "reported_tco2"),
        ("sheet_missing", "activity", ""),
        ("sheet_missing", "factors", ""),
    }


STRUCTURE: list[tuple[str, Tables, dict[str, object], set[tuple[str, str, str]]]] = [
    ("another year", SMALL, {"expected_year": 2022}, {("other_year", "unit", "emission_year")}),
    ("another unit", SMALL, {"expected_unit": "Mill"}, {("other_unit", "unit", "unit_name")}),
    (
        "another year and unit",
        SMALL,
        {"expected_year": 2020, "expected_unit": ["Mill", "922"]},
        {("other_year", "unit", "emission_year"), ("other_unit", "unit", "unit_name")},
    ),
    ("no year", changed(unit=[["field", "value"], ["unit_name", "Works"]]), {}, {("field_missing", "unit", "emission_year")}),
    (
        "a year nobody can read",
        changed(unit=[["field", "value"], ["unit_name", "Works"], ["emission_year", "last"]]),
        {},
        {("year_unreadable", "unit", "emission_year")},
    ),
    ("a sheet in both languages", changed(活动数据=SMALL["activity"]), {}, {("sheet_twice", "活动数据", "")}),
    ("a column twice", changed(totals=[["category", "reported_tco2", "类别"]]), {}, {("column_twice", "totals", "category")}),
    ("an optional sheet without its column", changed(meters=[["model"], ["x"]]), {}, {("column_missing", "meters", "meter_id")}),
]


@pytest.mark.parametrize(("tables", "expected", "refused"), [row[1:] for row in STRUCTURE], ids=[row[0] for row in STRUCTURE])
def test_structure_that_cannot_be_read_is_refused_by_place(
    tables: Tables, expected: dict[str, object], refused: set[tuple[str, str, str]]
) -> None:
    assert places(written(tables), **expected) == refused


@pytest.mark.parametrize("unit", ["Works", " ｗｏｒｋｓ ", "911", ["Elsewhere", "Works"]])
def test_a_unit_is_known_by_name_or_credit_code(unit: str) -> None:
    assert reader.read(written(SMALL), 2021, unit).unit["unit_name"] == "Works"


def test_values_are_kept_as_handed_in() -> None:
    rows = [
        ["S", date(2021, 1, 1), 12.5, "MWh"],
        ["S", "2021年2月", "１，２３４．５", "兆瓦时"],
        ["S", 202103, " n/a ", "MWh"],
        ["S", "2021-04", None, "MWh"],
        [None, None, None, None],
        [" S ", "2021/5/1", 0, "MWh"],
    ]
    handed_in = reader.read(written(changed(activity=[SMALL["activity"][0], *rows])))
    assert [(row.row, row.source_id, row.period, row.quantity) for row in handed_in.activity] == [
        (2, "S", "2021-01-01", "12.5"),
        (3, "S", "2021年2月", "１，２３４．５"),
        (4, "S", "202103", " n/a "),
        (5, "S", "2021-04", ""),
        (7, "S", "2021/5/1", "0"),
    ]


def test_a_formula_counts_by_its_stored_value_and_without_one_is_a_blank_with_a_note() -> None:
    header = SMALL["activity"][0]
    rows = [header, *(["S", f"2021-{month:02d}", "=5*2" if month == 3 else 10, "MWh"] for month in range(1, 13))]
    bare = reader.read(written(changed(activity=rows)))
    assert [(row.row, row.quantity, row.unstored) for row in bare.activity if row.unstored] == [(4, "", ("quantity",))]
    assert "blank_quantity" in [flag.code for flag in calculate(bare, beijing()).flags]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name, table in changed(activity=rows).items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                for column, value in enumerate(row):
                    if isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(number, column, value, value=10)
                    else:
                        sheet.write(number, column, value)
    stored = calculate(reader.read(buffer.getvalue()), beijing())
    assert stored.recalculated_total is not None
    assert plain(stored.recalculated_total) == "72.48"


@pytest.mark.parametrize(
    ("stored", "kept"), [("214.44300000000001", "214.443"), ("1E-5", "1e-05"), ("0.30000000000000004", "0.30000000000000004")]
)
def test_a_number_is_the_shortest_decimal_that_round_trips_what_the_cell_stores(stored: str, kept: str) -> None:
    xml = zipfile.ZipFile(io.BytesIO(written(SMALL))).read("xl/worksheets/sheet3.xml").decode()
    data = with_part("xl/worksheets/sheet3.xml", xml.replace('<c r="C5" t="n"><v>10</v></c>', f'<c r="C5"><v>{stored}</v></c>').encode())
    assert reader.read(data).activity[3].quantity == kept


def test_an_error_in_a_cell_is_text_that_is_no_number() -> None:
    xml = zipfile.ZipFile(io.BytesIO(written(SMALL))).read("xl/worksheets/sheet3.xml").decode()
    spoiled = xml.replace('<c r="C5" t="n"><v>10</v></c>', '<c r="C5" t="e"><v>#REF!</v></c>')
    assert spoiled != xml
    handed_in = reader.read(with_part("xl/worksheets/sheet3.xml", spoiled.encode()))
    assert [
        (flag.code, flag.row, dict(flag.values)["text"]) for flag in calculate(handed_in, beijing()).flags if flag.code == "non_numeric"
    ] == [("non_numeric", 5, "#REF!")]


def test_unknown_sheets_and_columns_are_kept_and_mentioned() -> None:
    activity = [[*row, "hot" if index else "weather"] for index, row in enumerate(SMALL["activity"])]
    handed_in = reader.read(written(changed(activity=activity, Notes=[["a", 1.5]])))
    assert [(sheet.name, sheet.rows) for sheet in handed_in.unknown_sheets] == [("Notes", (("a", "1.5"),))]
    assert handed_in.unknown_columns == (("activity", "weather"),)
    assert handed_in.activity[0].extra == (("weather", "hot"),)
    said = check_text(handed_in, calculate(handed_in, beijing()), beijing(), lambda message, values: f"{message} {dict(values)}")
    assert "'column': 'weather'" in said
    assert "check.unknown_sheet" in said


def in_chinese(name: str, rows: list[list[object]]) -> tuple[str, list[list[object]]]:
    """A sheet of the park with its names, columns, categories and parameters in Chinese, its columns in another order."""
    own = next((sheet for sheet in columns.SHEETS if sheet.name == name), None)
    header = (
        {"field": "字段", "value": "值"}
        if own is None
        else {column: chinese for chinese, column in own.columns.items() if chinese != column}
    )
    words = CATEGORIES | PARAMETERS | columns.FIELDS | {"total": "合计", "yes": "是", "no": "否", "MWh": "兆瓦时", "10^4 Nm3": "万Nm3"}
    table = [[header.get(str(cell), cell) for cell in rows[0]]]
    table += [[words.get(cell, kind(cell)) if isinstance(cell, str) else cell for cell in row] for row in rows[1:]]
    return columns.CHINESE[name], [row[::-1] for row in table]


def kind(text: str) -> str:
    category, _, fuel = text.removeprefix("*:").partition(":")
    return f"*:{CATEGORIES[category]}:{fuel}" if text.startswith("*:") else text


def test_a_workbook_in_chinese_says_the_same_as_the_english_one() -> None:
    book = openpyxl.load_workbook(DEMO / "park-2021-errors.xlsx")
    sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
    chinese = reader.read(written(dict(in_chinese(name, rows) for name, rows in reversed(sheets.items()))), 2021, "Riverside Park Services")
    theirs, ours = (check_json(one, calculate(one, beijing()), beijing()) for one in (chinese, park("park-2021-errors")))
    assert chinese.unknown_columns == ()
    for key in ("reported_total", "recalculated_total", "recalculated_known", "difference", "sources"):
        assert theirs[key] == ours[key]
    codes = [sorted((flag["code"], flag["source"] or "", flag["row"] or 0) for flag in one["flags"]) for one in (theirs, ours)]  # type: ignore[attr-defined]
    assert codes[0] == codes[1]


def test_a_monitoring_plan_is_a_workbook_of_its_own() -> None:
    plan = written(
        {
            "单位": [["字段", "值"], ["排放年度", "2021年"], ["单位名称", "一厂"]],
            "排放源": [["排放源编号", "名称", "类别", "燃料或物料"], ["S", "总表", "外购电力", "电力"]],
            "监测计划": [
                ["排放源编号", "参数", "获取方式", "频次", "责任人", "缺失处理"],
                ["S", "数量", "电表", "每月", "能源科", "按上月"],
            ],
        }
    )
    read = reader.read(plan, 2021, kind="plan")
    assert [(row.source_id, row.method, row.missing_data) for row in read.plan] == [("S", "电表", "按上月")]
    assert places(plan) == {
        ("column_missing", "排放源", "reported_tco2"),
        *(("sheet_missing", sheet, "") for sheet in ("activity", "factors", "totals")),
    }


def test_the_check_of_the_park_in_json() -> None:
    shown = check_json(park(), calculate(park(), beijing()), beijing())
    assert list(shown) == [
        "pack",
        "reported_total",
        "recalculated_total",
        "recalculated_known",
        "difference",
        "relative",
        "materiality",
        "coverage",
        "sources",
        "unassigned",
        "flags",
    ]
    assert shown["materiality"] is None
    assert str(shown["relative"]).startswith("-0.0000107")
    assert (shown["reported_total"], shown["recalculated_total"], shown["difference"]) == (
        "52915",
        "52915.57011485507386",
        "-0.57011485507386",
    )
    incomplete = check_json(park("park-2021-errors"), calculate(park("park-2021-errors"), beijing()), beijing())
    assert (incomplete["recalculated_total"], incomplete["difference"]) == (None, None)
