"""Table download as .xlsx: numeric cells with the unit in the header; text is never written as a formula."""

from collections.abc import Iterable, Sequence, Sized
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from unicodedata import category
from urllib.parse import quote

from flask import Response
from xlsxwriter import Workbook

from verifier.evidence.file_kinds import XLSX
from verifier.web.downloads.sizes import announce, is_making
from verifier.web.pages.filters import as_decimal, moment

MEDIA_TYPE = XLSX


_NOT_IN_A_NAME = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def spreadsheet(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """One sheet, its first row frozen and filterable; a number that a cell cannot hold exactly is shown to 15 digits.

    Too many rows are left to a background job.
    """
    if isinstance(rows, Sized):
        announce(len(rows))
    out = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, {"constant_memory" if is_making() else "in_memory": True, **plain})
    sheet = book.add_worksheet(_sheet_name(title))
    bold, plain_day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, header in enumerate(headers):
        sheet.write_string(0, column, str(header), bold)
        sheet.set_column(column, column, max(10, min(44, len(str(header)) + 4)))
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, Decimal | Fraction | int) and not isinstance(value, bool):
                sheet.write_number(count, column, float(as_decimal(value) or 0))
            elif isinstance(value, datetime):
                sheet.write_string(count, column, moment(value))
            elif isinstance(value, date):
                sheet.write_datetime(count, column, datetime(value.year, value.month, value.day), plain_day)  # noqa: DTZ001
            else:
                sheet.write_string(count, column, str(value))
    sheet.freeze_panes(1, 0)
    if headers:
        sheet.autofilter(0, 0, max(1, count), len(headers) - 1)
    book.close()
    return download(out.getvalue(), f"{title}.xlsx", MEDIA_TYPE)


def download(data: bytes, filename: str, media_type: str) -> Response:
    """Bytes to be saved under a name, whatever script it is in; nothing in it names a folder, hides or breaks the header."""
    name = "".join(c for c in filename if category(c)[0] != "C").translate(_NOT_IN_A_NAME)[:180] or "file"
    ascii_name = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name)
    response = Response(data, mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1"
