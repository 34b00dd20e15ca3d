"""The public check: the issued file, edited copies and how they were edited, strangers' files, garbage."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter

from tests.statement.specimen import NOW, Signers, a_statement, sign, signed, signers
from verifier.statement.facts.model import canonical_bytes
from verifier.statement.inspection import inspect as inspection
from verifier.statement.inspection.inspect import Inspection, Issued, Verdict, inspect
from verifier.statement.inspection.pdf_reader import look
from verifier.statement.pdf.document import render

NUMBER = "BJ-2021-0001"


def check(pdf: bytes, issued: Issued | None = None) -> Inspection:
    """Inspect against a register that holds the issued statement only."""
    known = issued or Issued(NUMBER, sha256(signed(3)).hexdigest())
    return inspect(
        pdf,
        by_sha256=lambda digest: known if digest == known.sha256 else None,
        by_number=lambda number: known if number == known.number else None,
        trust_roots=[signers().root_pem],
        look=look,
    )


def reasons(found: Inspection) -> set[str]:
    """The reasons by their last word."""
    return {reason.message.removeprefix("statement.inspect.") for reason in found.reasons}


def byte_changed() -> bytes:
    """One bit of a page's stream."""
    pdf = bytearray(signed(3))
    pdf[pdf.index(b"stream", 3000) + 200] ^= 1
    return bytes(pdf)


def updated() -> bytes:
    """An incremental update that touches the catalogue."""
    writer = IncrementalPdfFileWriter(BytesIO(signed(3)))
    writer.root["/Note"] = generic.pdf_string("changed")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def page_added() -> bytes:
    """An incremental update that adds a page."""
    writer = PdfWriter(BytesIO(signed(3)), incremental=True)
    writer.add_blank_page(100, 100)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def attachment_replaced() -> bytes:
    """An incremental update of the attached JSON only."""
    writer = IncrementalPdfFileWriter(BytesIO(signed(3)))
    held = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
    stream = generic.StreamObject(
        {generic.pdf_name("/Type"): generic.pdf_name("/EmbeddedFile")}, stream_data=canonical_bytes(a_statement(year=2022))
    )
    writer.objects[(held.container_ref.generation, held.container_ref.idnum)] = stream
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def written_anew() -> bytes:
    """The same pages saved by another program."""
    out = BytesIO()
    PdfWriter(clone_from=PdfReader(BytesIO(signed(3)))).write(out)
    return out.getvalue()


@cache
def of_strangers() -> bytes:
    """The same statement signed by people of another authority."""
    return sign(render(a_statement()), Signers(), 3)


def test_the_issued_file_is_genuine_and_names_its_signers() -> None:
    found = check(signed(3))
    assert (found.verdict, found.number, found.sha256) == (Verdict.GENUINE, NUMBER, sha256(signed(3)).hexdigest())
    assert [(one.name, one.organisation, one.at) for one in found.signers] == [
        ("李雪琴", "京核认证有限公司", NOW),
        ("王建国", "京核认证有限公司", NOW),
        ("京核认证有限公司", "京核认证有限公司", NOW),
    ]
    assert all(one.intact and one.trusted for one in found.signers)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (byte_changed, {"byte_changed", "differs"}),
        (updated, {"appended", "modified", "catalogue_other"}),
        (page_added, {"appended", "modified", "pages", "page_added"}),
        (attachment_replaced, {"appended", "modified", "attachment_changed"}),
        (written_anew, {"after_signature", "byte_changed", "differs"}),
        (lambda: signed(3) + b"\n", {"appended"}),
        (lambda: signed(3) + b"junk" * 2000, {"appended"}),
        (lambda: signed(2), {"incomplete", "differs"}),
    ],
)
def test_an_edited_copy_is_called_so_and_how(edit: Callable[[], bytes], expected: set[str]) -> None:
    found = check(edit())
    assert (found.verdict, found.number) == (Verdict.EDITED, NUMBER)
    assert reasons(found) == expected


def test_an_update_of_a_copy_that_is_not_in_the_register_is_still_called_edited() -> None:
    found = check(page_added(), Issued("BJ-2021-0002", "0" * 64))
    assert found.verdict == Verdict.EDITED
    assert reasons(found) == {"after_signature", "modified", "pages", "page_added", "unregistered"}


@pytest.mark.parametrize(
    ("pdf", "expected"), [(lambda: render(a_statement()), {"unsigned", "claims"}), (of_strangers, {"foreign", "claims"})]
)
def test_what_we_did_not_sign_is_not_ours(pdf: Callable[[], bytes], expected: set[str]) -> None:
    found = check(pdf())
    assert found.verdict == Verdict.NOT_OURS
    assert reasons(found) == expected
    assert not any(one.trusted for one in found.signers)


@pytest.mark.parametrize(("change", "expected"), [({"superseded_by": "BJ-2021-0009"}, "superseded"), ({"withdrawn": True}, "withdrawn")])
def test_an_issued_file_that_no_longer_stands_says_so(change: dict[str, object], expected: str) -> None:
    found = check(signed(3), Issued(NUMBER, sha256(signed(3)).hexdigest(), **change))
    assert (found.verdict, reasons(found)) == (Verdict.SUPERSEDED, {expected})


@pytest.mark.parametrize(
    ("pdf", "expected"),
    [
        (b"", "no_pdf"),
        (b"PK\x03\x04" + bytes(range(256)) * 40, "no_pdf"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "damaged"),
        (b"%PDF-1.7\nxref\n0 1\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF", "damaged"),
        (signed(3)[:100_000], "damaged"),
    ],
)
def test_garbage_is_unreadable_and_never_an_error(pdf: bytes, expected: str) -> None:
    found = check(pdf)
    assert (found.verdict, reasons(found)) == (Verdict.UNREADABLE, {expected})


@pytest.mark.parametrize("at", range(0, 200_000, 12_345))
def test_a_byte_changed_anywhere_never_passes_and_never_raises(at: int) -> None:
    pdf = bytearray(signed(3))
    pdf[at] ^= 0x55
    assert check(bytes(pdf)).verdict in (Verdict.EDITED, Verdict.UNREADABLE)


def test_a_file_larger_than_any_statement_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "LARGEST", 1000)
    found = check(signed(3))
    assert (found.verdict, reasons(found)) == (Verdict.UNREADABLE, {"large"})
