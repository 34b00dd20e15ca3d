"""Handed-in files are what their bytes are, and come back under a harmless name."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from xlsxwriter import Workbook

from verifier.core.errors import Refusal
from verifier.evidence.file_kinds import ATTACHMENT
from verifier.evidence.files import LONGEST_NAME, download_name, kind, read_attachment, safe_name


def package(*names: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as written:
        for name in names:
            written.writestr(name, "<x/>")
    return target.getvalue()


def workbook() -> bytes:
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as written:
        written.add_worksheet().write(0, 0, "电")
    return target.getvalue()


def ole(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(s.encode("utf-16-le").ljust(64, b"\0") for s in streams)


def png() -> bytes:
    target = BytesIO()
    Image.new("RGB", (4, 4)).save(target, "PNG")
    return target.getvalue()


def told(value: object) -> str | None:
    """Test names must not hold the bytes: a ZIP knows the second it was made."""
    return "data" if isinstance(value, bytes) else None


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
DOCX = package("[Content_Types].xml", "word/document.xml")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("data", "filename", "media_type", "name"),
    [
        (PDF, "发票.pdf", "application/pdf", "发票.pdf"),
        (PDF, "发票.exe", "application/pdf", "发票.exe.pdf"),
        (PDF, "发票", "application/pdf", "发票.pdf"),
        (png(), "Meter.PNG", "image/png", "Meter.PNG"),
        (workbook(), "台账.xlsx", XLSX, "台账.xlsx"),
        (workbook(), "台账.xls", XLSX, "台账.xls.xlsx"),
        (DOCX, "说明.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "说明.docx"),
        (ole("Root Entry", "Workbook"), "old.xls", "application/vnd.ms-excel", "old.xls"),
        ("月,电量\n1,20".encode(), "电.csv", "text/csv", "电.csv"),
        ("月,电量\n1,20".encode("gb18030"), "电.CSV", "text/csv", "电.CSV"),
        ("月\t电量".encode("utf-16"), "电.txt", "text/plain", "电.txt"),
        (b"BM readings of boiler 1", "note", "text/plain", "note.txt"),
        (b"@echo off\r\ndel *", "run.bat", "text/plain", "run.bat.txt"),
    ],
    ids=told,
)
def test_a_file_is_what_its_bytes_are(data: bytes, filename: str, media_type: str, name: str) -> None:
    read = read_attachment(data, filename)
    assert (read.media_type, read.safe_name, read.size) == (media_type, name, len(data))


@pytest.mark.parametrize(
    ("data", "message", "found"),
    [
        (b"MZ\x90\0\x03\0", "evidence.file.not_allowed", "EXE"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "evidence.file.not_allowed", "HTML"),
        (b"\xef\xbb\xbf  <svg onload='x'>", "evidence.file.not_allowed", "SVG"),
        (b"RIFF\x24\0\0\0WAVE", "evidence.file.not_allowed", "WAV"),
        (package("run.exe"), "evidence.file.not_allowed", "ZIP"),
        (package("xl/workbook.xml"), "evidence.file.not_allowed", "ZIP"),
        (ole("WordDocument"), "evidence.file.not_allowed", "DOC"),
        (b"GIF89a\x01\0\x01\0", "evidence.file.not_allowed", "GIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "evidence.file.not_allowed", "MP4"),
        (package("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "evidence.file.macros", "MACROS"),
        (ole("Workbook", "_VBA_PROJECT"), "evidence.file.macros", "MACROS"),
        (ole("EncryptionInfo", "EncryptedPackage"), "evidence.file.encrypted", "ENCRYPTED"),
        (DOCX[:-30], "evidence.file.broken", "BROKEN"),
        (bytes(range(32)), "evidence.file.unknown_content", ""),
    ],
    ids=told,
)
def test_other_content_is_refused_with_what_it_is_whatever_its_name(data: bytes, message: str, found: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_attachment(data, "发票.pdf")
    assert refused.value.message == message
    assert refused.value.values == {"file": "发票.pdf", "found": found, "kinds": ATTACHMENT.words}


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^evidence\.file\.empty\("):
        read_attachment(b"", "a.pdf")


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    assert read_attachment(b"a" * 2_000_000, "a.txt", replace(ATTACHMENT, most_bytes=2_000_000)).size == 2_000_000
    with pytest.raises(Refusal, match=r"^evidence\.file\.too_large\(file=a.txt, megabytes=1.9, most=1.9\)"):
        read_attachment(b"a" * 2_000_001, "a.txt", replace(ATTACHMENT, most_bytes=2_000_000))


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("3月电费发票（一期）.pdf", "3月电费发票（一期）.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\王\\发票.pdf", "发票.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("e\u0301.pdf", "é.pdf"),
        ("CON.pdf", "_CON.pdf"),
        (" .hidden. ", "hidden"),
        ("..", "file"),
        ("", "file"),
        ('<a href="x">.pdf', "_a href=_x__.pdf"),
        ("a\u3000 b.pdf", "a b.pdf"),
    ],
)
def test_a_name_keeps_its_script_and_loses_its_tricks(filename: str, name: str) -> None:
    assert safe_name(filename) == name


@given(st.text(max_size=300))
def test_any_name_becomes_one_plain_name_that_is_already_safe(filename: str) -> None:
    name = safe_name(filename, (".pdf",))
    assert name.lower().endswith(".pdf")
    assert len(name.encode()) <= LONGEST_NAME
    assert name.isprintable()
    assert not set(name) & set('/\\<>:"|?*')
    assert safe_name(name, (".pdf",)) == name


@given(st.binary(max_size=300))
def test_any_bytes_are_told_or_unknown(data: bytes) -> None:
    assert isinstance(kind(data), str)


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=50))
def test_text_is_told_in_the_encodings_the_field_uses(said: str) -> None:
    assert kind(f"电 {said}".encode()) == kind(f"电 {said}".encode("gb18030")) == "TXT"


def test_a_download_ends_as_its_kind_whatever_it_was_handed_in_as() -> None:
    assert download_name("锅炉.png", "image/jpeg") == "锅炉.png.jpg"
    assert download_name("IMG_1.JPEG", "image/jpeg") == "IMG_1.JPEG"
    assert download_name("IMG_1", "image/heic") == "IMG_1.heic"
