"""Forged statements, made with real tools: each is called what it is, and what is wrong with it is named in both languages."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from pypdf import PdfReader

from tests.statement import bombs, forgeries
from tests.statement.builders import settle_authority
from tests.statement.forgeries import OTHER, another, cut_at, flipped, flipped_after
from tests.statement.specimen import a_statement, signed, signers
from verifier.statement.inspection.inspect import Confined, Inspection, Issued, Look, Verdict, inspect
from verifier.statement.inspection.pdf_reader import look as plain_look
from verifier.statement.pdf.document import render
from verifier.statement.views.blueprint import sentence

pytestmark = pytest.mark.hold

NUMBER = "BJ-2021-0001"
EDITED, NOT_OURS, UNREADABLE = Verdict.EDITED, Verdict.NOT_OURS, Verdict.UNREADABLE


@cache
def register() -> dict[str, Issued]:
    """Two issued statements by the hash of their files."""
    return {each.sha256: each for each in (Issued(NUMBER, _hash(signed(3))), Issued(OTHER, _hash(another())))}


def _hash(pdf: bytes) -> str:
    return sha256(pdf).hexdigest()


def check(pdf: bytes, *, look: Look = plain_look, **standing: object) -> Inspection:
    """Inspect against a register of the two, which also knows the first one's file after each signature."""
    issued = {digest: replace(each, **standing) for digest, each in register().items()}  # type: ignore[arg-type]
    files = {_hash(signed(3)): signed(3), _hash(another()): another()}
    once = {_hash(cut_at(field)): issued[_hash(signed(3))] for field in ("LeadVerifier", "AuthorisedSignatory")}
    return inspect(
        pdf,
        by_sha256=issued.get,
        by_number={each.number: each for each in issued.values()}.get,
        trust_roots=[signers().root_pem],
        by_signed=once.get,
        original=files.get,
        look=look,
    )


ALL_THREE = "LeadVerifier, AuthorisedSignatory, BodySeal"
FORGED: list[tuple[str, Callable[[], bytes], Verdict, str, str]] = [
    ("a page turned", forgeries.turned, EDITED, "rotated, resized or cropped: 2", "第 2 页"),
    ("a page cropped", forgeries.cropped, EDITED, "rotated, resized or cropped: 3", "裁剪"),
    ("an annotation", forgeries.annotated, EDITED, "changed or removed on these pages: 1", "批注"),
    ("a page painted over", forgeries.overlaid, EDITED, "Text or pictures were changed on these pages: 1", "文字或图片"),
    ("a form value", forgeries.form_value, EDITED, "Form values were added or changed.", "表单内容"),
    ("the attachment swapped", forgeries.attachment_swapped, EDITED, "attached statement.json is not the one", "附件"),
    ("an attachment added", forgeries.attachment_added, EDITED, "Files were attached that were not signed.", "附加了"),
    ("the metadata changed", forgeries.retitled, EDITED, "Metadata of the document was changed.", "元数据"),
    ("validation data added", forgeries.validation_data, EDITED, "(DSS) was added", "DSS"),
    ("a script added", forgeries.scripted, EDITED, "A script or an action", "脚本"),
    ("a page added", forgeries.page_added, EDITED, "Pages were added: {added}", "增加了页面：第 {added} 页"),
    ("a page removed", forgeries.page_removed, EDITED, "Pages were removed (page numbers in the issued file): 3", "第 3 页"),
    ("pages swapped", forgeries.pages_swapped, EDITED, "The order of the pages was changed", "顺序"),
    ("saved by another program", forgeries.written_anew, EDITED, "not identical to the issued statement BJ-2021-0001", "不一致"),
    ("a signature moved", forgeries.signature_moved, EDITED, "BodySeal was copied from another file", "复制来的"),
    (
        "another authority",
        forgeries.by_another_authority,
        NOT_OURS,
        "the certificates were issued by an unknown authority",
        "未知的证书机构",
    ),
    (
        "our number on a stranger's page",
        forgeries.with_our_code,
        NOT_OURS,
        "states the number BJ-2021-0001, but it is not that statement",
        "二维码不能作为真实性的证明",
    ),
    ("not signed at all", lambda: render(a_statement()), NOT_OURS, "carries no signature", "没有任何签名"),
    ("two files joined", forgeries.concatenated, EDITED, "second PDF was appended", "另一个 PDF"),
    ("a line after the end", lambda: signed(3) + b"% a line\n", EDITED, "9 bytes were added", "追加了 9 字节"),
    ("cut short", lambda: signed(3)[:-100], EDITED, "starts like statement BJ-2021-0001, but its end is missing", "末尾缺失"),
    ("cut in the middle", lambda: signed(3)[:100_000], UNREADABLE, "damaged and cannot be read", "已损坏"),
    ("before the seal", lambda: cut_at("AuthorisedSignatory"), EDITED, "Signatures are missing: BodySeal", "缺少签名"),
    ("encrypted, opens without a password", lambda: forgeries.encrypted(""), EDITED, "was encrypted after issue", "加密"),
    ("encrypted", lambda: forgeries.encrypted("secret"), UNREADABLE, "encrypted and cannot be opened", "无法打开"),
    (
        "a picture blanked by its filter",
        forgeries.blanked_by_filter,
        EDITED,
        "Text or pictures were changed on these pages: {pictured}",
        "第 {pictured} 页",
    ),
    ("filter parameters", forgeries.with_filter_parameters, EDITED, "Text or pictures were changed on these pages: 1", "第 1 页"),
    ("an XFA form", forgeries.xfa_added, EDITED, "An XFA form was added", "XFA 表单"),
    ("a form drawn anew", forgeries.form_recalculated, EDITED, "The form of the document was changed", "文档的表单被改动"),
    (
        "a script of a page",
        forgeries.page_scripted,
        EDITED,
        "when a page is opened or closed were added or changed on these pages: 2",
        "动作：第 2 页",
    ),
    ("a script on opening, saved anew", forgeries.opens_with_script, EDITED, "an action that runs on opening", "打开时运行"),
    ("a transition", forgeries.with_transition, EDITED, "transitions or display times were added or changed on these pages: 3", "第 3 页"),
    (
        "an unknown entry of a page",
        forgeries.with_private_entry,
        EDITED,
        "Other entries of these pages were added or changed: 1",
        "其他条目",
    ),
    ("layers", forgeries.with_layers, EDITED, "Settings of the document were changed: OCProperties", "OCProperties"),
    ("an attachment in a branch", forgeries.attached_out_of_sight, EDITED, "Files were attached that were not signed.", "附加了"),
    ("bytes before the header", forgeries.preceded, EDITED, "19 bytes precede the header", "文件头之前有 19 字节"),
    ("a byte of a stream", lambda: flipped_after(b"stream\n", 50), EDITED, f"range signed by {ALL_THREE}", "字节被改动"),
    ("a byte of the first table", lambda: flipped_after(b"\nxref\n", 30), EDITED, f"range signed by {ALL_THREE}", "字节被改动"),
    (
        "a byte of the first trailer",
        lambda: flipped_after(b"trailer\n", 20),
        EDITED,
        "content is the same as in the issued file; the bytes differ",
        "字节不同",
    ),
    (
        "a byte of the metadata",
        lambda: flipped(signed(3).rindex(b"/Subject") + 12),
        EDITED,
        "Metadata of the document was changed.",
        "元数据",
    ),
    ("a byte of a signature", lambda: flipped(seal_at() + 500), EDITED, "BodySeal is not identical", "不一致"),
    ("a byte of the last address", lambda: flipped(signed(3).rindex(b"startxref") + 11), EDITED, "end is missing or was changed", "被改动"),
]


def seal_at() -> int:
    """Where the seal's hexadecimal text begins."""
    return forgeries.container(signed(3), "BodySeal")[0]


@pytest.mark.parametrize(("forge", "verdict", "english", "chinese"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_forgery_is_called_what_it_is_and_how_is_named(
    app: Flask, forge: Callable[[], bytes], verdict: Verdict, english: str, chinese: str
) -> None:
    found = check(forge())
    assert found.verdict is verdict
    pages = PdfReader(BytesIO(signed(3))).pages
    numbers = {
        "{added}": len(pages) + 1,
        "{pictured}": 1 + next(place for place, page in enumerate(pages) if "/XObject" in page["/Resources"]),
    }
    with app.test_request_context():
        for locale, expected in (("en", english), ("zh", chinese)):
            with force_locale(locale):
                said = " ".join(sentence(reason) for reason in found.reasons)
                for name, number in numbers.items():
                    expected = expected.replace(name, str(number))
                assert expected in said
                assert "statement.inspect" not in said


SAVED_ANEW = [
    row[1] for row in FORGED if row[0].startswith(("a picture", "filter", "an XFA", "a form drawn", "a script", "a transition", "layers"))
]


@pytest.mark.parametrize("forge", [each for each in SAVED_ANEW if each is not forgeries.scripted])
def test_a_file_saved_anew_with_a_change_is_never_called_the_same(forge: Callable[[], bytes]) -> None:
    assert "statement.inspect.nothing_shown" not in {reason.message for reason in check(forge()).reasons}


CLAIMS = [lambda: render(a_statement()), forgeries.with_our_code, forgeries.by_another_authority]


@pytest.mark.parametrize("forge", CLAIMS)
def test_who_does_not_hold_the_issued_file_is_told_nothing_of_how_theirs_differs(forge: Callable[[], bytes]) -> None:
    found = check(forge())
    said = {reason.message.removeprefix("statement.inspect.") for reason in found.reasons}
    assert said - {"unsigned", "foreign"} == {"claims"}
    assert not found.from_issued


def test_a_statement_of_ours_under_another_s_number_is_not_compared_with_that_one() -> None:
    """Whoever has one issued file learns nothing about another by writing its number into theirs."""
    renamed = another().replace(OTHER.encode(), NUMBER.encode())
    found = check(renamed)
    assert found.verdict is EDITED
    assert not found.from_issued
    assert "statement.inspect.page_content" not in {reason.message for reason in found.reasons}


QUOTED = re.compile("Tonnes|extra.xlsx|Subject|12,000|at byte")


@pytest.mark.parametrize("forge", [row[1] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_reason_names_kind_page_and_signature_and_quotes_no_content(forge: Callable[[], bytes]) -> None:
    for reason in check(forge()).reasons:
        for name, value in reason.values:
            assert name in ("number", "bytes", "pages", "now", "signed", "fields", "keys", "seconds", "megabytes")
            assert not QUOTED.search(str(value))


@pytest.mark.parametrize(
    ("standing", "verdict", "said"),
    [
        ({"superseded_by": "BJ-2021-0001-V2"}, Verdict.SUPERSEDED, "statement.inspect.superseded"),
        ({"withdrawn": True}, Verdict.SUPERSEDED, "statement.inspect.withdrawn"),
        ({"correcting": True}, Verdict.CORRECTING, "statement.inspect.correcting"),
    ],
)
def test_an_issued_file_that_no_longer_stands_is_named(standing: dict[str, object], verdict: Verdict, said: str) -> None:
    found = check(signed(3), **standing)
    assert found.verdict is verdict
    assert said in {reason.message for reason in found.reasons}


def test_the_confined_reader_says_the_same_as_the_plain_one() -> None:
    for pdf in (signed(3), forgeries.turned(), forgeries.written_anew()):
        assert check(pdf, look=Confined(60)) == check(pdf)


BOMBS: list[tuple[Callable[[], bytes], Verdict]] = [
    (bombs.bomb, UNREADABLE),
    (bombs.wide_bomb, UNREADABLE),
    (lambda: signed(3) + bombs.wide_bomb(), EDITED),
    (bombs.round_and_round, NOT_OURS),
    (bombs.deep, UNREADABLE),
    (bombs.previous_forever, UNREADABLE),
    (bombs.huge, NOT_OURS),
]


@pytest.mark.parametrize(("make", "verdict"), BOMBS)
def test_a_bomb_is_answered_within_ten_seconds_and_harms_nobody(make: Callable[[], bytes], verdict: Verdict) -> None:
    pdf, _known = make(), check(signed(3))
    begun = time.monotonic()
    found = check(pdf, look=Confined())
    assert found.verdict is verdict
    assert found.reasons
    assert time.monotonic() - begun < 12, "ten seconds, and two for a busy machine to start a process"


def test_the_page_answers_a_bomb_in_words_and_goes_on_answering(client: FlaskClient) -> None:
    settle_authority()
    answer = client.post("/check", data={"pdf": (BytesIO(bombs.wide_bomb()), "statement.pdf")}, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert "Unreadable" in answer.text
    assert "far more than a statement requires" in answer.text
    assert client.get("/check").status_code == 200
