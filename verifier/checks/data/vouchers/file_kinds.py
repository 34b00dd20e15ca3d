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
        return ReadVoucher(file, first_rows=_text(data, filename))
    photo_reader.read(data, filename, copies=False)
    return ReadVoucher(file)


@pictures.maker(PDF_PAGES, "checks/data/vouchers/pdf_pages.py")
def pages_of(data: bytes, patience: float | None = None) -> tuple[bytes, ...]:
    """The first pages of a PDF as pictures."""
    return read_pdf(data, "", patience=patience).pictures


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
    first = lines[0] if lines else ""
    mark = first[4:] if first.casefold().startswith("sep=") and len(first) == 5 else ""
    is_table = filename.lower().endswith((".csv", ".tsv", ".tab"))
    found = csv.reader(StringIO("\n".join(lines[bool(mark) :])), delimiter=mark or separator(lines[:LOOKED_AT]))
    shown: list[list[str]] = []
    row_count = column_count = 0
    try:
        for row in found if is_table else ([line] for line in lines):
            row_count, column_count = row_count + 1, max(column_count, len(row))
            if row_count <= ROWS:
                shown.append([cell[:LONGEST] for cell in row[:COLUMNS]])
    except csv.Error as error:
        raise Refusal("voucher.sheet.broken", file=filename) from error
    return [{"name": "", "rows": shown, "row_count": row_count, "column_count": column_count}]
