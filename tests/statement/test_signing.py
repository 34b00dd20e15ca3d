"""Three signatures that other people's programs accept, in one order, each once."""

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature

from tests.statement.specimen import NOW, a_statement, signed, signers
from verifier.core.errors import Refusal
from verifier.statement.pdf.document import render
from verifier.statement.signing.signatures import LEAD, ORDER, SEAL, SIGNATORY, certify, countersign, prepare, seal, trust


def tool(*command: str, pdf: bytes, folder: Path) -> str:
    """What a program of Debian says about the file; a missing program fails the test."""
    path = folder / "statement.pdf"
    path.write_bytes(pdf)
    return subprocess.run([*command, str(path)], check=True, capture_output=True, text=True, timeout=60).stdout


def test_pdfsig_finds_three_valid_signatures_and_the_last_covers_the_whole_file(tmp_path: Path) -> None:
    said = tool("pdfsig", pdf=signed(3), folder=tmp_path)
    assert said.count("Signature is Valid.") == said.count("Signature #") == 3
    assert said.count("ETSI.CAdES.detached") == 3
    assert "Total document signed" in said[said.index("Signature #3") :]
    assert [name for name in ("李雪琴", "王建国", "京核认证有限公司") if f"Common Name: {name}" not in said] == []


def test_pyhanko_accepts_all_three_under_our_root_alone() -> None:
    found = PdfFileReader(BytesIO(signed(3))).embedded_signatures
    assert [one.field_name for one in found] == [LEAD, SIGNATORY, SEAL]
    for one in found:
        status = validate_pdf_signature(one, trust([signers().root_pem], NOW))
        assert status.bottom_line
        assert status.docmdp_ok
        assert status.signer_reported_dt == NOW


def test_the_first_signature_certifies_and_lets_only_fields_be_filled() -> None:
    lead, *others = PdfFileReader(BytesIO(signed(3))).embedded_signatures
    assert lead.docmdp_level == MDPPerm.FILL_FORMS
    assert [one.docmdp_level for one in others] == [None, None]


def test_the_three_fields_stand_on_the_last_page_before_anyone_signs() -> None:
    reader = PdfFileReader(BytesIO(prepare(render(a_statement()))))
    pages = int(reader.root["/Pages"]["/Count"])
    last = reader.find_page_for_modification(pages - 1)[0]
    found = {name: ref.get_object() for name, _, ref in enumerate_sig_fields(reader)}
    assert list(found) == list(ORDER)
    assert {field.raw_get("/P").reference for field in found.values()} == {last.reference}


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_qpdf_and_pdffonts_find_nothing_wrong_after_each_signature(steps: int, tmp_path: Path) -> None:
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", pdf=signed(steps), folder=tmp_path)
    fonts = [line.split()[-5] for line in tool("pdffonts", pdf=signed(steps), folder=tmp_path).splitlines()[2:]]
    assert set(fonts) == {"yes"}


def test_the_stamps_show_the_chinese_names_and_the_time(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    path.write_bytes(signed(3))
    pages = int(PdfFileReader(BytesIO(signed(3))).root["/Pages"]["/Count"])
    shown = subprocess.run(["pdftotext", "-f", str(pages), str(path), "-"], check=True, capture_output=True, text=True, timeout=60).stdout
    assert shown.count("李雪琴") == 2
    assert shown.count("王建国") == 2
    assert shown.count("2022-04-18 16:30 (UTC+08:00)") == 3


@pytest.mark.parametrize(
    ("steps", "sign", "message"),
    [
        (0, "signatory", "statement.signed.order"),
        (0, "seal", "statement.signed.order"),
        (1, "lead", "statement.signed.already"),
        (1, "seal", "statement.signed.order"),
        (2, "signatory", "statement.signed.already"),
        (3, "lead", "statement.signed.already"),
        (3, "seal", "statement.signed.already"),
    ],
)
def test_each_signs_once_and_in_turn(steps: int, sign: str, message: str) -> None:
    actions = {"lead": certify, "signatory": countersign, "seal": seal}
    with pytest.raises(Refusal) as refused:
        actions[sign](signed(steps), getattr(signers(), sign))
    assert refused.value.message == message


def test_a_wrong_passphrase_signs_nothing() -> None:
    with pytest.raises(Refusal, match=r"statement\.passphrase\.wrong"):
        certify(signed(0), replace(signers().lead, passphrase="not the passphrase"))


def test_a_certificate_of_another_key_signs_nothing() -> None:
    with pytest.raises(Refusal, match=r"statement\.certificate\.mismatch"):
        certify(signed(0), replace(signers().lead, certificate_pem=signers().seal.certificate_pem))


@pytest.mark.parametrize("name", ["李𪚥", "नमस्ते ꙮ", "😀 محمد", "x" * 200, "\U0001f7ff"])
def test_a_name_in_any_script_can_be_signed_with(name: str) -> None:
    assert certify(signed(0), replace(signers().lead, lines=(name,)))


def test_nobody_signs_over_a_signature_that_no_longer_holds() -> None:
    pdf = bytearray(signed(1))
    pdf[pdf.index(b"stream") + 200] ^= 1
    with pytest.raises(Refusal, match=r"statement\.signed\.broken"):
        countersign(bytes(pdf), signers().signatory)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7 nothing", render(a_statement())])
def test_what_is_not_a_prepared_statement_cannot_be_signed(pdf: bytes) -> None:
    with pytest.raises(Refusal, match=r"statement\.unsignable"):
        certify(pdf, signers().lead)
