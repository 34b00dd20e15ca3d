"""Kinds of voucher files, recognised by content, with what is shown of them next to a number: pages, rows, or the fields of an invoice."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verifier.checks.data.vouchers.pdf_pages import read_pdf
from verifier.checks.data.vouchers.shown_pages import DRAWN, PDF_PAGES, SCAN_PAGES
from verifier.checks.data.vouchers.xml_documents import read_document
from verifier.core.errors import Refusal
from verifier.evidence import photo_reader, pictures, scan_reader
from verifier.evidence.file_kinds import VOUCHER
from verifier.evidence.files import ReadFile, kind, read_attachment
from verifier.evidence.text_encoding import decoded, table
from verifier.reports.workbook import reader

SHEETS, ROWS, COLUMNS, LONGEST = 5, 40, 16, 200
SCAN_SIDE = 1400


class FileNotice(StrEnum):
    """What is to be said of a document that is shown in part or not at all."""

    XFA = "xfa"
    """A PDF with an XFA form: its pages may not show what was filled in."""
    OFD_TEXT = "ofd_text"
    """An OFD document of which the text or the attached invoice is shown, not the pages."""
    OFD_UNREAD = "ofd_unread"
    """An OFD document of which nothing can be shown."""


@dataclass(frozen=True, slots=True)
class ReadVoucher:
    """A voucher that may be kept: its number of pages, the first rows of its sheets, the fields of its invoice, and what is to be said."""

    file: ReadFile
    pages: int | None = None
    first_rows: list[Any] | None = None
    invoice: dict[str, Any] | None = None
    notices: tuple[FileNotice, ...] = ()


def read(data: bytes, filename: str) -> ReadVoucher:
    """A voucher checked, and read to the rows that are shown of it; refused with the reason, by name. Pictures are made later."""
    file = read_attachment(data, filename, VOUCHER)
    found = kind(data)
    if found == "PDF":
        pdf = read_pdf(data, file.safe_name, 0)
        return ReadVoucher(file, pdf.pages, notices=(FileNotice.XFA,) if pdf.has_xfa else ())
    if found == "TIFF":
        return ReadVoucher(file, scan_reader.read(data, file.safe_name, pages=DRAWN).pages)
    if found in ("XML", "OFD"):
        return _document(file, data, found)
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


@pictures.maker(SCAN_PAGES, "evidence/scans.py", "evidence/photos.py")
def scanned_pages(data: bytes, patience: float | None = None) -> tuple[bytes, ...]:
    """The first pages of a scan as pictures."""
    return scan_reader.read(data, "", pages=DRAWN, side=SCAN_SIDE, patience=patience).pictures


def _document(file: ReadFile, data: bytes, found: str) -> ReadVoucher:
    """An XML or OFD document: the fields of its invoice, and its elements or the text of its pages."""
    document = read_document(data, found, file.safe_name)
    rows = [{"name": "", "rows": document.rows, "row_count": document.row_count, "column_count": max(map(len, document.rows), default=0)}]
    is_shown = bool(document.rows or document.invoice)
    notices = () if found == "XML" else (FileNotice.OFD_TEXT if is_shown else FileNotice.OFD_UNREAD,)
    return ReadVoucher(file, first_rows=rows if document.rows else None, invoice=document.invoice, notices=notices)


def _text(data: bytes, filename: str) -> list[Any]:
    """The first rows of a text, in columns where its name says CSV or TSV, with the number of all its rows and columns."""
    text = decoded(data)
    if text is None:
        raise Refusal("voucher.sheet.broken", file=filename)
    is_table = filename.lower().endswith((".csv", ".tsv", ".tab"))
    shown: list[list[str]] = []
    row_count = column_count = 0
    try:
        for row in table(text) if is_table else ([line] for line in text.splitlines()):
            row_count, column_count = row_count + 1, max(column_count, len(row))
            if row_count <= ROWS:
                shown.append([cell[:LONGEST] for cell in row[:COLUMNS]])
    except csv.Error as error:
        raise Refusal("voucher.sheet.broken", file=filename) from error
    return [{"name": "", "rows": shown, "row_count": row_count, "column_count": column_count}]
