"""Kinds of voucher files: a PDF, a picture or a spreadsheet, recognised by content, with the preview shown next to a number."""

import csv
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any

from verifier.checks.data.vouchers.pdf_pages import read_pdf
from verifier.core.errors import Refusal
from verifier.evidence import photo_reader
from verifier.evidence.file_kinds import VOUCHER
from verifier.evidence.files import ReadFile, kind, read_attachment
from verifier.reports.workbook import reader

SHEETS, ROWS, COLUMNS, LONGEST = 5, 40, 16, 200


@dataclass(frozen=True, slots=True)
class ReadVoucher:
    """A voucher that may be kept: its pages as pictures, or the first rows of its sheets."""

    file: ReadFile
    pages: int | None = None
    pictures: tuple[bytes, ...] = ()
    first_rows: list[Any] | None = None


def read(data: bytes, filename: str) -> ReadVoucher:
    """A voucher read to what is shown of it; refused with the reason, by name."""
    file = read_attachment(data, filename, VOUCHER)
    found = kind(data)
    if found == "PDF":
        drawn = read_pdf(data, file.safe_name)
        return ReadVoucher(file, drawn.pages, drawn.pictures)
    if found == "XLSX":
        try:
            return ReadVoucher(file, first_rows=reader.first_rows(data, SHEETS, ROWS, COLUMNS, LONGEST))
        except reader.Unreadable as unreadable:
            raise Refusal("voucher.sheet.broken", file=file.safe_name) from unreadable
    if found == "TXT":
        return ReadVoucher(file, first_rows=_text(data, file.safe_name))
    return ReadVoucher(file, pictures=(photo_reader.read(data, filename).preview,))


def _text(data: bytes, filename: str) -> list[Any]:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refusal("voucher.sheet.broken", file=filename)
    lines = csv.reader(StringIO(text)) if filename.lower().endswith(".csv") else ([line] for line in text.splitlines())
    try:
        rows = [[cell[:LONGEST] for cell in row[:COLUMNS]] for row in islice(lines, ROWS)]
    except csv.Error as error:
        raise Refusal("voucher.sheet.broken", file=filename) from error
    return [{"name": "", "rows": rows}]
