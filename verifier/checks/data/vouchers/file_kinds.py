"""Kinds of voucher files: a PDF, a picture or a spreadsheet, recognised by content, with the preview shown next to a number."""

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Any

from verifier.checks.data.vouchers.pdf_pages import read_pdf
from verifier.core.errors import Refusal
from verifier.evidence import photo_reader
from verifier.evidence.file_kinds import VOUCHER
from verifier.evidence.files import ReadFile, kind, read_attachment
from verifier.evidence.text_encoding import LOOKED_AT, decoded, separator
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
    """The first rows of a text, in columns where its name says CSV or TSV, with the number of all its rows and columns."""
    text = decoded(data)
    if text is None:
        raise Refusal("voucher.sheet.broken", file=filename)
    lines = text.splitlines()
    named = lines[0].strip() if lines else ""
    mark = named[4:] if named.casefold().startswith("sep=") and len(named) == 5 else ""
    table = filename.lower().endswith((".csv", ".tsv", ".tab"))
    found = csv.reader(StringIO("\n".join(lines[bool(mark) :])), delimiter=mark or separator(lines[:LOOKED_AT]))
    try:
        rows = list(found) if table else [[line] for line in lines]
    except csv.Error as error:
        raise Refusal("voucher.sheet.broken", file=filename) from error
    shown = [[cell[:LONGEST] for cell in row[:COLUMNS]] for row in rows[:ROWS]]
    return [{"name": "", "rows": shown, "row_count": len(rows), "column_count": max(map(len, rows), default=0)}]
