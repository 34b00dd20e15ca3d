"""Reads external lists (invoices, equipment ledger, meter list) as reference, description and amount."""

import csv
from collections.abc import Iterable, Sequence

from verifier.core.errors import Refusal
from verifier.core.report.rows import plain_text
from verifier.evidence.file_kinds import SAMPLE_LIST
from verifier.evidence.text_encoding import decoded, table
from verifier.reports.workbook.reader import Unreadable, _tables

COLUMNS = (
    (
        "reference",
        "ref",
        "no",
        "no.",
        "number",
        "invoice",
        "invoice_no",
        "equipment_id",
        "meter_id",
        "id",
        "编号",
        "发票号",
        "发票号码",
        "凭证号",
        "设备编号",
        "计量器具编号",
        "序号",
    ),
    ("description", "name", "item", "名称", "说明", "摘要", "项目", "设备名称"),
    ("amount", "quantity", "sum", "数量", "金额", "电量", "用量"),
)
"""The words a heading may have, column by column."""
MOST_ROWS = 200_000

Line = tuple[str, str, str]


def read_list(data: bytes, filename: str) -> list[Line]:
    """The rows of the first sheet with anything in it, or of a CSV file; the first row is a heading where it names a reference.

    Without a heading the first three columns are meant. Refuses a file that cannot be read, and one of more than 200,000 rows.
    """
    rows = _csv(data) if filename.casefold().endswith((".csv", ".txt")) else _sheet(data)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if len(filled) > MOST_ROWS:
        raise Refusal("data.sample.list_long", most=MOST_ROWS)
    if not filled:
        raise Refusal("data.sample.list_empty")
    places = _places(filled[0])
    body = filled[1:] if places else filled
    at = places or (0, 1, 2)
    return [(_cell(row, at[0]), _cell(row, at[1]), _cell(row, at[2])) for row in body]


def _sheet(data: bytes) -> Iterable[Sequence[str]]:
    try:
        tables = _tables(data)
    except Unreadable:
        raise Refusal(SAMPLE_LIST.refusal, kinds=SAMPLE_LIST.words) from None
    return next((table.rows for table in tables if any(any(cell.strip() for cell in row) for row in table.rows)), [])


def _csv(data: bytes) -> Iterable[Sequence[str]]:
    text, unreadable = decoded(data), Refusal(SAMPLE_LIST.refusal, kinds=SAMPLE_LIST.words)
    if text is None:
        raise unreadable
    try:
        return list(table(text))
    except csv.Error:
        raise unreadable from None


def _places(heading: Sequence[str]) -> tuple[int, int, int] | None:
    """Where reference, description and amount stand; None where the first row names no reference."""
    words = [plain_text(cell).casefold().replace(" ", "_") for cell in heading]
    found = [next((index for index, word in enumerate(words) if word in names), -1) for names in COLUMNS]
    return None if found[0] < 0 else (found[0], found[1], found[2])


def _cell(row: Sequence[str], at: int) -> str:
    return plain_text(row[at]) if 0 <= at < len(row) else ""
