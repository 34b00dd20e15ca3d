"""Kinds of voucher files: a PDF, a picture or a spreadsheet, recognised by content, with what is shown of them next to a number."""

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Any

from verifier.checks.data.vouchers.pdf_pages import DRAWN, read_pdf
from verifier.core.errors import Refusal
from verifier.evidence import photo_reader, pictures
from verifier.evidence.file_kinds import FILE_KINDS, PDF, VOUCHER
from verifier.evidence.files import ReadFile, kind, read_attachment
from verifier.evidence.text_encoding import LOOKED_AT, decoded, separator
from verifier.reports.workbook import reader

SHEETS, ROWS, COLUMNS, LONGEST = 5, 40, 16, 200
PDF_PAGES = "pdf"


@dataclass(frozen=True, slots=True)
class ReadVoucher:
    """A voucher that may be kept: how many pages it has, or the first rows of its sheets."""

    file: ReadFile
    pages: int | None = None
    first_rows: list[Any] | None = None


def read(data: bytes, filename: str) -> ReadVoucher:
    """A voucher checked, and read to the rows that are shown of it; refused with the reason, by name. Pictures are made later."""
    file = read_attachment(data, filename, VOUCHER)
    found = kind(data)
    if found == "PDF":
        return ReadVoucher(file, read_pdf(data, file.safe_name, 0).pages)
    if found == "XLSX":
        try:
            return ReadVoucher(file, first_rows=reader.first_rows(data, SHEETS, ROWS, COLUMNS, LONGEST))
        except reader.Unreadable as unreadable:
            raise Refusal("voucher.sheet.broken", file=file.safe_name) from unreadable
    if found == "TXT":
        return ReadVoucher(file, first_rows=_text(data, file.safe_name))
    photo_reader.read(data, filename, copies=False)
    return ReadVoucher(file)


@pictures.maker(PDF_PAGES)
def pages_of(data: bytes) -> tuple[bytes, ...]:
    """The first pages of a PDF as pictures."""
    return read_pdf(data, "").pictures


def pictured_as(media_type: str) -> str | None:
    """The kind of pictures that are made of a voucher; None for what is shown as rows."""
    if media_type == PDF:
        return PDF_PAGES
    return pictures.PHOTO if any(each.media_type == media_type and each.is_picture for each in FILE_KINDS.values()) else None


def pictured_pages(media_type: str, pages: int | None) -> int:
    """How many pages of a voucher are shown as pictures."""
    kind = pictured_as(media_type)
    return min(pages or 0, DRAWN) if kind == PDF_PAGES else int(kind is not None)


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
